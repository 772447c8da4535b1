"""Pools of licences: what they have on a day, what ends next, who was given seats; and the forms that change them."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from inventory import licences, software
from inventory.errors import Conflict, HouseError, Invalid
from inventory.licensing import LARGEST, Metric, Term
from inventory.roles import Permission, Who
from inventory.tables import LicencePool
from server import auth, db
from server import licences as asked_for
from server.auth import Visitor, VisitorDep
from server.deps import EngineDep
from server.pages import words_register
from server.pages.typed import day, line, row_id
from server.pages.view import SignedView, View
from server.reports.values import district_names

MOST_GIVEN = 200  # allocations on the page; the API has all

router = APIRouter(include_in_schema=False)
Typed = Annotated[str, Form(max_length=300)]


@router.get("/licences")
def everything(view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    return _list(view, visitor, engine)


@router.post("/licences", dependencies=[auth.OwnForm])
def opened(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, name: Typed = "", edition: Typed = "",
    metric: Typed = "", seen_as: Typed = "", code: Typed = "", owner: Typed = "",
) -> Response:  # fmt: skip
    """A product, where it is new, and a pool of it."""
    typed = {"name": line(name), "edition": line(edition), "metric": metric, "seen_as": seen_as, "code": line(code),
             "owner": line(owner)}  # fmt: skip
    visitor.who.must(Permission.KEEP_LICENCES)
    try:
        if metric not in {one.value for one in Metric}:
            raise Invalid("metric", "This counts no seats; right is device, user or cal.")
        if len(typed["code"]) > 40 or len(typed["name"]) > 120 or len(typed["edition"]) > 80:
            raise Invalid(
                "name", "That is too long; right are 120 characters for a name, 80 for an edition, 40 for a code."
            )
        with db.writing(engine) as session:
            act: dict[str, Any] = {"by": visitor.who, "at": view.now}
            product = asked_for.product_named(session, typed["name"], typed["edition"])
            if product is None:
                names = [part for part in map(line, seen_as.split(",")) if part]
                product = software.product_entered(
                    session, typed["name"], Metric(metric), edition=typed["edition"], seen_as=names, **act
                )
            software.pool_opened(session, typed["code"], product, owner=typed["owner"][:120], **act)
    except (Conflict, Invalid) as error:
        return _list(view, visitor, engine, view.told(error), typed)
    return RedirectResponse(f"/licences/{typed['code']}", 303)


@router.get("/licences/{code}")
def one(
    code: str, view: SignedView, visitor: VisitorDep, engine: EngineDep,
    on: Annotated[str, Query(max_length=10)] = "",
) -> Response:  # fmt: skip
    return _pool(view, visitor, engine, code, on)


@router.post("/licences/{code}/bought", dependencies=[auth.OwnForm])
def bought(
    code: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, quantity: Typed = "", from_on: Typed = "",
    last_on: Typed = "", contract: Typed = "", key_ref: Typed = "", renews: Typed = "", carry: Typed = "",
) -> Response:  # fmt: skip
    """Seats bought, or, where `renews` names an entitlement, bought as its renewal."""
    typed = {"quantity": quantity, "from_on": from_on, "last_on": last_on, "contract": line(contract),
             "key_ref": line(key_ref), "renews": renews, "carry": carry,
             "form": f"renew{renews}" if renews else "buy"}  # fmt: skip

    def act(session: Session, pool: LicencePool, who: Who) -> None:
        term = _term(quantity, from_on, last_on)
        more: dict[str, Any] = {
            "contract": asked_for.contract_named(session, typed["contract"]), "key_ref": typed["key_ref"][:120],
            "by": who, "at": view.now,
        }  # fmt: skip
        if not renews:
            licences.bought(session, pool, term, **more)
            return
        old = asked_for.entitlement_with(session, row_id(renews) or 0)
        if old.pool_id != pool.id:
            raise Invalid("renews", "There is no such entitlement in this pool.")
        licences.renewed(session, old, term, carry=bool(carry), **more)

    return _changing(view, visitor, engine, code, typed, act)


@router.post("/licences/{code}/given", dependencies=[auth.OwnForm])
def given(
    code: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, quantity: Typed = "", from_on: Typed = "",
    last_on: Typed = "", district: Typed = "", school: Typed = "", asset: Typed = "", note: Typed = "",
) -> Response:  # fmt: skip
    typed = {"quantity": quantity, "from_on": from_on, "last_on": last_on, "district": district,
             "school": line(school), "asset": line(asset), "note": line(note), "form": "give"}  # fmt: skip

    def act(session: Session, pool: LicencePool, who: Who) -> None:
        target = asked_for.target_named(session, who.scope, typed["district"], typed["school"], typed["asset"])
        term = _term(quantity, from_on, last_on)
        licences.given(session, pool, target, term, note=typed["note"], by=who, at=view.now)

    return _changing(view, visitor, engine, code, typed, act)


@router.post("/licences/{code}/allocations/{number}/back", dependencies=[auth.OwnForm])
def taken_back(
    code: str, number: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, last_on: Typed = ""
) -> Response:
    def act(session: Session, pool: LicencePool, who: Who) -> None:
        found = asked_for.allocation_seen(session, row_id(number) or 0, who.scope)
        last = day(last_on, "last_on") if last_on else _today(view)
        licences.taken_back(session, found.row, last, by=who, at=view.now)

    return _changing(view, visitor, engine, code, {"form": ""}, act)


def _changing(
    view: View, visitor: Visitor, engine: Engine, code: str, typed: dict[str, str],
    act: Callable[[Session, LicencePool, Who], None],
) -> Response:  # fmt: skip
    """Do it and show the pool; where it is refused, show the pool with the reason and with what was typed."""
    visitor.who.must(Permission.KEEP_LICENCES)
    try:
        with db.writing(engine) as session:
            pool, _ = asked_for.pool_named(session, code)
            act(session, pool, visitor.who)
    except (Conflict, Invalid) as error:
        return _pool(view, visitor, engine, code, "", error, typed)
    return RedirectResponse(f"/licences/{code}", 303)


def _list(
    view: View, visitor: Visitor, engine: Engine, fault: str = "", typed: dict[str, str] | None = None
) -> Response:
    today = _today(view)
    with db.reading(engine) as session:
        lines = asked_for.pools(session, visitor.scope, today)
    return view.page(
        "licences.html", 422 if fault else 200, lines=lines, today=today, metrics=words_register.METRICS, fault=fault,
        typed=typed or {"name": "", "edition": "", "metric": "device", "seen_as": "", "code": "", "owner": ""},
        may_keep=_keeps_all(visitor),
    )  # fmt: skip


def _pool(
    view: View, visitor: Visitor, engine: Engine, code: str, on: str, error: HouseError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    today = _today(view)
    when = day(on, "on") if on else today
    with db.reading(engine) as session:
        pool, product = asked_for.pool_named(session, code)
        there = asked_for.lines(session, [(pool, product)], visitor.scope, when)[0]
        values: dict[str, Any] = {
            "chain": asked_for.bought(session, pool),
            "districts": asked_for.by_district(session, pool, visitor.scope, when),
            "given": asked_for.given(session, pool, visitor.scope, when, MOST_GIVEN),
            "versions": asked_for.versions(session, product, visitor.scope),
            "names": district_names(session, view.language),
            "choices": [one.code for one in asked_for.districts(session, visitor.scope)],
        }
    return view.page(
        "licence.html", 200 if error is None else 422, line=there, today=today, on=when, most=MOST_GIVEN,
        metrics=words_register.METRICS, fault=view.told(error) if error else "", typed=typed or {"form": ""},
        may_give=visitor.who.may(Permission.KEEP_LICENCES), may_keep=_keeps_all(visitor), **values,
    )  # fmt: skip


def _keeps_all(visitor: Visitor) -> bool:
    return visitor.who.may(Permission.KEEP_LICENCES) and visitor.scope.districts is None


def _term(quantity: str, from_on: str, last_on: str) -> Term:
    number = row_id(quantity.strip())
    if not number or number > LARGEST:
        raise Invalid("quantity", "The number of seats is out of range; right is 1 to %(most)s.", most=LARGEST)
    return Term(number, day(from_on, "from_on"), day(last_on, "last_on") if last_on.strip() else None)


def _today(view: View) -> date:
    return view.formats.local(view.now).date()
