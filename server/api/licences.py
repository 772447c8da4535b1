"""/api/v1/licence-pools: products, pools with their position on a day, what was bought, and who was given seats."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import licences, software, trace
from inventory.errors import Invalid
from inventory.licensing import LARGEST, Metric, Term
from inventory.placing import day_of
from inventory.tables import Allocation, Entitlement, LicencePool, Product
from server import db
from server import licences as asked_for
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, matched, page_of
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["licences"])
Code = Annotated[str, Path(max_length=40), Plain]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Seats = Annotated[int, Field(ge=1, le=LARGEST)]
Note = Annotated[str, Field(max_length=300), Plain]
Short = Annotated[str, Field(max_length=120), Plain]


class ProductIn(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=120), Plain]
    edition: Annotated[str, Field(max_length=80), Plain] = ""
    metric: Metric
    seen_as: Annotated[list[Annotated[str, Field(max_length=80), Plain]], Field(max_length=20)] = []


class PoolIn(BaseModel):
    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")]
    product_id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    owner: Short = ""
    note: Note = ""


class PoolEdit(BaseModel):
    owner: Short
    note: Note


class TermIn(BaseModel):
    """Valid on its first and on its last day; `last_on` null: without end."""

    quantity: Seats
    from_on: date
    last_on: date | None = None

    def term(self) -> Term:
        return Term(self.quantity, self.from_on, self.last_on)


class EntitlementIn(TermIn):
    """`renews_id`: the entitlement that this one carries on; `carry`: what was given until its last day goes on."""

    renews_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    carry: bool = False
    contract: Annotated[str, Field(max_length=60), Plain] = ""
    key_ref: Short = ""
    note: Note = ""


class EntitlementEdit(TermIn):
    key_ref: Short = ""
    note: Note = ""


class AllocationIn(TermIn):
    """Exactly one of `district` (code), `school` (EMIS code) and `asset` (inventory number)."""

    district: Annotated[str, Field(max_length=12), Plain] = ""
    school: Annotated[str, Field(max_length=32), Plain] = ""
    asset: Annotated[str, Field(max_length=40), Plain] = ""
    note: Note = ""


class AllocationEdit(TermIn):
    note: Note = ""


@router.get("/software")
def products(request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        return page_of(
            request, session, select(Product), (col(Product.id),), asked, lambda row: product_json(row[0]),
            key_of=lambda row: (row[0].id or 0,),
        )  # fmt: skip


@router.post("/software", status_code=201)
def product_entered(request: Request, form: ProductIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        row = software.product_entered(
            session, form.name, form.metric, edition=form.edition, seen_as=form.seen_as, by=who, at=datetime.now(UTC)
        )
        return Answer(201, product_json(row), row.version)

    return changing(request, who, body, act)


@router.get("/licence-pools")
def pools(request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep, on: date | None = None) -> Response:
    """Each with its position on the day `on` (today if left out). Bought is the country's; the rest is the scope's."""
    day = on or day_of(datetime.now(UTC))
    with db.reading(engine) as session:
        statement = select(LicencePool, Product).join(Product, col(Product.id) == col(LicencePool.product_id))

        def as_json(row: Any) -> dict[str, Any]:
            return pool_json(asked_for.lines(session, [(row[0], row[1])], who.scope, day)[0], day)

        keys = (col(LicencePool.code),)
        return page_of(request, session, statement, keys, asked, as_json, key_of=lambda row: (row[0].code,))


@router.post("/licence-pools", status_code=201)
def pool_opened(request: Request, form: PoolIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        at = datetime.now(UTC)
        product = session.get(Product, form.product_id)
        if product is None:
            raise Invalid("product_id", "There is no such product; enter it first.")
        row = software.pool_opened(session, form.code, product, owner=form.owner, note=form.note, by=who, at=at)
        shown = asked_for.lines(session, [(row, product)], who.scope, day_of(at))[0]
        return Answer(201, pool_json(shown, day_of(at)), row.version, f"/api/v1/licence-pools/{row.code}")

    return changing(request, who, body, act)


@router.get("/licence-pools/{code}")
def pool(code: Code, who: WhoDep, engine: EngineDep, on: date | None = None) -> Response:
    day = on or day_of(datetime.now(UTC))
    with db.reading(engine) as session:
        row, product = asked_for.pool_named(session, code)
        line = asked_for.lines(session, [(row, product)], who.scope, day)[0]
        return answered(Answer(200, pool_json(line, day), row.version))


@router.patch("/licence-pools/{code}")
def pool_changed(request: Request, code: Code, form: PoolEdit, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        trace.held(session)
        at = datetime.now(UTC)
        row, product = asked_for.pool_named(session, code)
        matched(request, row.version)
        software.pool_changed(session, row, owner=form.owner, note=form.note, by=who, at=at)
        line = asked_for.lines(session, [(row, product)], who.scope, day_of(at))[0]
        return Answer(200, pool_json(line, day_of(at)), row.version)

    return changing(request, who, body, act)


@router.get("/licence-pools/{code}/entitlements")
def entitlements(code: Code, who: WhoDep, engine: EngineDep) -> Response:
    """The chain of what was bought, the newest first; `told`: days before the end that were told of."""
    with db.reading(engine) as session:
        row, _ = asked_for.pool_named(session, code)
        return answered(Answer(200, {"items": [bought_json(one) for one in asked_for.bought(session, row)],
                                     "next": None}))  # fmt: skip


@router.post("/licence-pools/{code}/entitlements", status_code=201)
def bought(request: Request, code: Code, form: EntitlementIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        row, _ = asked_for.pool_named(session, code)
        more: dict[str, Any] = {
            "contract": asked_for.contract_named(session, form.contract), "key_ref": form.key_ref,
            "note": form.note, "by": who, "at": datetime.now(UTC),
        }  # fmt: skip
        if form.renews_id is None:
            made = licences.bought(session, row, form.term(), **more)
        else:
            old = session.get(Entitlement, form.renews_id)
            if old is None or old.pool_id != row.id:
                raise Invalid("renews_id", "There is no such entitlement in this pool.")
            made = licences.renewed(session, old, form.term(), carry=form.carry, **more)
        return Answer(201, entitlement_json(made), made.version, f"/api/v1/entitlements/{made.id}")

    return changing(request, who, body, act)


@router.get("/entitlements/{id}")
def entitlement(id: Id, who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        row = asked_for.entitlement_with(session, id)
        return answered(Answer(200, entitlement_json(row), row.version))


@router.patch("/entitlements/{id}")
def entitlement_changed(request: Request, id: Id, form: EntitlementEdit, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        trace.held(session)
        row = asked_for.entitlement_with(session, id)
        matched(request, row.version)
        licences.entitlement_changed(
            session, row, form.term(), key_ref=form.key_ref, note=form.note, by=who, at=datetime.now(UTC)
        )
        return Answer(200, entitlement_json(row), row.version)

    return changing(request, who, body, act)


@router.get("/licence-pools/{code}/allocations")
def allocations(request: Request, code: Code, who: WhoDep, asked: AskedDep, engine: EngineDep) -> Response:
    """Seats given to districts, schools and machines of the scope."""
    with db.reading(engine) as session:
        row, _ = asked_for.pool_named(session, code)
        statement = asked_for.given_statement(row, who.scope)
        return page_of(
            request, session, statement, (col(Allocation.id),), asked,
            lambda found: allocation_json(asked_for.given_of(*found)), key_of=lambda found: (found[0].id or 0,),
        )  # fmt: skip


@router.post("/licence-pools/{code}/allocations", status_code=201)
def given(request: Request, code: Code, form: AllocationIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        row, _ = asked_for.pool_named(session, code)
        target = asked_for.target_named(session, who.scope, form.district, form.school, form.asset)
        made = licences.given(session, row, target, form.term(), note=form.note, by=who, at=datetime.now(UTC))
        found = asked_for.allocation_seen(session, made.id or 0, who.scope)
        return Answer(201, allocation_json(found), made.version, f"/api/v1/allocations/{made.id}")

    return changing(request, who, body, act)


@router.get("/allocations/{id}")
def allocation(id: Id, who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        found = asked_for.allocation_seen(session, id, who.scope)
        return answered(Answer(200, allocation_json(found), found.row.version))


@router.patch("/allocations/{id}")
def allocation_changed(request: Request, id: Id, form: AllocationEdit, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        trace.held(session)
        found = asked_for.allocation_seen(session, id, who.scope)
        matched(request, found.row.version)
        licences.allocation_changed(session, found.row, form.term(), note=form.note, by=who, at=datetime.now(UTC))
        return Answer(200, allocation_json(found), found.row.version)

    return changing(request, who, body, act)


@router.delete("/allocations/{id}", status_code=204)
def taken_back(
    request: Request, id: Id, who: WhoDep, body: BodyDep,
    last_on: Annotated[date | None, Query()] = None,
) -> Response:  # fmt: skip
    """The seats are free from the day after `last_on` (today if left out)."""

    def act(session: Session) -> Answer:
        trace.held(session)
        found = asked_for.allocation_seen(session, id, who.scope)
        matched(request, found.row.version)
        day = last_on or day_of(datetime.now(UTC))
        licences.taken_back(session, found.row, day, by=who, at=datetime.now(UTC))
        return Answer(204)

    return changing(request, who, body, act)


def product_json(row: Product) -> dict[str, Any]:
    names = ("id", "name", "edition", "metric", "seen_as", "version")
    return {name: getattr(row, name) for name in names}


def pool_json(line: asked_for.Line, on: date) -> dict[str, Any]:
    """`position`: null where agents cannot see the product. `unrenewed`: the next seats that end, and when."""
    pool = line.pool
    return {
        "code": pool.code, "product": product_json(line.product), "owner": pool.owner, "note": pool.note,
        "demo": pool.demo, "version": pool.version, "on": on, "position": asdict(line.position),
        "unrenewed": {"last_on": line.ends_on, "seats": line.ends} if line.ends_on else None,
    }  # fmt: skip


def entitlement_json(row: Entitlement) -> dict[str, Any]:
    names = ("id", "quantity", "from_on", "last_on", "renews_id", "key_ref", "note", "version")
    return {name: getattr(row, name) for name in names}


def bought_json(one: asked_for.Bought) -> dict[str, Any]:
    return {
        **entitlement_json(one.row), "contract": one.contract or None, "unrenewed": one.unrenewed, "told": one.told
    }  # fmt: skip


def allocation_json(one: asked_for.Given) -> dict[str, Any]:
    row = one.row
    return {
        "id": row.id, "quantity": row.quantity, "from_on": row.from_on, "last_on": row.last_on, "note": row.note,
        "version": row.version, "district": one.district, "school": one.emis or None, "asset": one.machine or None,
    }  # fmt: skip
