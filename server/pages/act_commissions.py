"""Commissions: who sits in them, and a new one appointed by an order."""

from typing import Annotated

from fastapi import APIRouter, Form
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inventory import commissions, scoping
from inventory.commissions import Appointed
from inventory.errors import Invalid
from inventory.papers import MemberRole
from inventory.roles import Permission, Who
from inventory.tables import Commission, District, School
from server import auth, db, queries
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages import words_acts
from server.pages.forms import day, whole
from server.pages.typed import line
from server.pages.view import SignedView, View

router = APIRouter(include_in_schema=False)
PLACES = 8
Cell = Annotated[str, Form(max_length=200)]
Cells = Annotated[list[str], Form(max_length=PLACES)]


@router.get("/acts/commissions")
def commissions_page(view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    return _shown(view, visitor.who, engine)


def _shown(
    view: View, who: Who, engine: EngineDep, *, fault: str = "", typed: dict[str, str] | None = None
) -> Response:
    with db.reading(engine) as session:
        newest = commissions.listed(who.scope).order_by(col(Commission.id).desc()).limit(100)
        rows = [
            (row, commissions.members_of(session, row.id or 0), session.get(School, row.school_id or 0))
            for row in session.scalars(newest)
        ]
        names = queries.districts(session, who.scope, view.language)
        return view.page(
            "act_commissions.html", 422 if fault else 200, rows=rows, fault=fault, typed=typed or {}, said=words_acts,
            may=who.may(Permission.EXECUTE_ACTS), places=range(PLACES), names=names,
            country=who.scope.districts is None,
        )  # fmt: skip


@router.post("/acts/commissions", dependencies=[auth.OwnForm])
def commission_appointed(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, order_no: Cell = "", order_on: Cell = "",
    valid_until: Cell = "", quorum: Cell = "2", school: Cell = "", district: Cell = "", name: Cells = [],  # noqa: B006
    position: Cells = [], role: Cells = [],  # noqa: B006
) -> Response:  # fmt: skip
    typed = {"order_no": order_no, "order_on": order_on, "valid_until": valid_until, "quorum": quorum,
             "school": school, "district": district}  # fmt: skip
    try:
        begins = day(order_on, "order_on")
        if begins is None:
            raise Invalid("order_on", "The order needs its date.")
        members = [
            Appointed(line(who), MemberRole(what), line(where))
            for who, where, what in zip(name, position, role, strict=False)
            if line(who) and what in set(MemberRole)
        ]
        with db.writing(engine) as session:
            commissions.appointed(
                session, line(order_no), begins, members, quorum=whole(quorum, "quorum") or 0, by=visitor.who,
                at=view.now, school=scoping.school_seen(session, line(school), visitor.scope) if line(school) else None,
                district_code=_district(session, district), valid_until=day(valid_until, "valid_until"),
            )  # fmt: skip
    except Invalid as error:
        return _shown(view, visitor.who, engine, fault=view.told(error), typed=typed)
    return RedirectResponse("/acts/commissions", 303)


def _district(session: Session, code: str) -> str | None:
    return session.exec(select(District.code).where(District.code == code)).first() if code else None
