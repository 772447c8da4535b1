"""Stock-takes in the office: planned, begun, walked by the list, ended, decided line by line, signed."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inventory import conflicts, counting, deciding, findings, scoping, stocktaking
from inventory.counting import Decision, Result, StocktakeState, What
from inventory.errors import Conflict, HouseError, Invalid, NotFound
from inventory.roles import Permission, Who
from inventory.tables import Act, Commission, CommissionMember, School, Stocktake
from server import auth, counts, db, queries
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages import words_stocktakes
from server.pages.typed import line, row_id
from server.pages.view import SignedView, View
from server.words import N_

router = APIRouter(include_in_schema=False)
MOST: Final = 50
NO_SCHOOL: Final = N_("There is no such school, or it is not yours to count.")
Short = Annotated[str, Form(max_length=300)]


@router.get("/stocktakes")
def listed(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, state: Annotated[str, Query(max_length=24)] = "",
    district: Annotated[str, Query(max_length=12)] = "", before: Annotated[str, Query(max_length=12)] = "",
) -> Response:  # fmt: skip
    return _list(view, visitor, engine, state=state, district=district, before=row_id(before))


@router.post("/stocktakes", dependencies=[auth.OwnForm])
def plan(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, emis: Short = "", of_district: Short = "",
    commission: Short = "", note: Short = "",
) -> Response:  # fmt: skip
    try:
        with db.writing(engine) as session:
            schools = _chosen(session, line(emis), line(of_district), visitor.who)
            rows = stocktaking.planned(
                session, schools, commission_id=row_id(commission), note=line(note), by=visitor.who, at=view.now
            )
            target = f"/stocktakes/{rows[0].uid}" if len(rows) == 1 else "/stocktakes"
    except (Invalid, Conflict, NotFound) as error:
        fault, status = (view._(NO_SCHOOL), 404) if isinstance(error, NotFound) else (view.told(error), 422)
        typed = {"emis": line(emis), "of_district": line(of_district), "note": line(note)}
        return _list(view, visitor, engine, fault=fault, typed=typed, status=status)
    return RedirectResponse(target, 303)


def _chosen(session: Session, emis: str, district: str, who: Who) -> list[School]:
    if emis:
        return [scoping.school_seen(session, emis, who.scope)]
    asked = select(School).where(School.district_code == district, col(School.closed_on).is_(None))
    schools = list(session.exec(scoping.within(asked.order_by(col(School.id)), who.scope)))
    if not schools:
        raise Invalid("school", "Name a school or a district, one of the two.")
    return schools


def _list(view: View, visitor: auth.Visitor, engine: EngineDep, *, status: int = 200, **given: Any) -> Response:
    state = given.get("state", "")
    wanted = state if state in set(StocktakeState) else ""
    with db.reading(engine) as session:
        asked = counts.listed(visitor.scope, wanted, district=given.get("district", ""))
        if given.get("before"):
            asked = asked.where(col(Stocktake.id) < given["before"])
        rows = session.execute(asked.order_by(col(Stocktake.id).desc()).limit(MOST + 1)).all()
        districts = queries.districts(session, visitor.scope, view.language)
        commissions = session.exec(select(Commission).order_by(col(Commission.id).desc()).limit(100)).all()
        waiting = len(session.execute(conflicts.waiting_in(visitor.scope).limit(MOST)).all())
    return view.page(
        "stocktakes.html", status, rows=rows[:MOST], more=rows[MOST - 1][0].id if len(rows) > MOST else None,
        districts=districts, commissions=[c for c in commissions if _may_see(c, visitor)], waiting=waiting,
        state=wanted, district=given.get("district", ""), fault=given.get("fault", ""),
        typed=given.get("typed", {"emis": "", "of_district": "", "note": ""}), stock=words_stocktakes,
        may_count=visitor.who.may(Permission.COUNT),
    )  # fmt: skip


def _may_see(commission: Commission, visitor: auth.Visitor) -> bool:
    scope = visitor.scope
    if commission.district_code is None and commission.school_id is None:
        return True
    return scope.covers(commission.district_code or "", commission.school_id)


@router.get("/stocktakes/{uid}")
def one(uid: str, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    return _one(uid, view, visitor, engine)


@router.get("/stocktakes/{uid}/{step}")
def where_a_form_was(uid: str, step: str, visitor: VisitorDep, engine: EngineDep) -> Response:
    """A refused form leaves the browser at its address; asked for anew, that is the stock-take."""
    with db.reading(engine) as session:
        findings.counted(session, uid, by=visitor.who)
    return RedirectResponse(f"/stocktakes/{uid}", 303)


@router.post("/stocktakes/{uid}/begin", dependencies=[auth.OwnForm])
def begin(uid: str, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    return _stepped(uid, view, visitor, engine, lambda s, row: stocktaking.begun(s, row, by=visitor.who, at=view.now))


@router.post("/stocktakes/{uid}/end", dependencies=[auth.OwnForm])
def end(uid: str, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    return _stepped(uid, view, visitor, engine, lambda s, row: stocktaking.ended(s, row, by=visitor.who, at=view.now))


@router.post("/stocktakes/{uid}/decide", dependencies=[auth.OwnForm])
def decide(
    uid: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, key: Short = "", decision: Short = "",
    reason: Short = "",
) -> Response:  # fmt: skip
    def act(session: Session, row: Stocktake) -> None:
        if decision not in set(Decision):
            raise Invalid("decision", "Choose what becomes of it.")
        deciding.decided(session, row, key, Decision(decision), line(reason), by=visitor.who, at=view.now)

    return _stepped(uid, view, visitor, engine, act, "#lines")


@router.post("/stocktakes/{uid}/sign", dependencies=[auth.OwnForm])
async def sign(
    request: Request, uid: str, view: SignedView, visitor: VisitorDep, engine: EngineDep
) -> Response:  # fmt: skip
    form = await request.form()
    names = [line(str(name))[:120] for value in form.getlist("signer")[:20] for name in str(value).split(",")]

    def act(session: Session, row: Stocktake) -> None:
        stocktaking.signed(session, row, names, by=visitor.who, at=view.now)

    return _stepped(uid, view, visitor, engine, act)


def _stepped(uid: str, view: View, visitor: auth.Visitor, engine: EngineDep, act: Any, place: str = "") -> Response:
    try:
        with db.writing(engine) as session:
            act(session, findings.counted(session, uid, by=visitor.who))
    except (Invalid, Conflict) as error:
        return _one(uid, view, visitor, engine, error)
    return RedirectResponse(f"/stocktakes/{uid}{place}", 303)


def _one(uid: str, view: View, visitor: auth.Visitor, engine: EngineDep, error: HouseError | None = None) -> Response:
    with db.reading(engine) as session:
        row = findings.counted(session, uid, by=visitor.who)
        school = session.get_one(School, row.school_id)
        lines = counts.lines_of(session, row, visitor.scope, at=view.now)
        members = []
        if row.commission_id is not None:
            asked = select(CommissionMember).where(CommissionMember.commission_id == row.commission_id)
            members = list(session.exec(asked.order_by(col(CommissionMember.id))))
        ids = {one.line.act_id for one in lines if one.line.act_id}
        acts = {act.id: act for act in session.exec(select(Act).where(col(Act.id).in_(ids)))} if ids else {}
        needs = {one.line.key for one in lines if deciding.act_needed(session, row, one.line)}
        return view.page(
            "stocktake.html", 422 if error else 200, row=row, school=school, lines=lines, members=members, acts=acts,
            needs=needs, summary=counts.summary(lines), rooms=counts.room_names(session, row.school_id),
            fault=view.told(error) if error else "", stock=words_stocktakes, choices=counting.DECISIONS,
            undecided=stocktaking.undecided, State=StocktakeState, Result=Result, What=What, Decision=Decision,
            may_count=visitor.who.may(Permission.COUNT),
            district=queries.districts(session, visitor.scope, view.language).get(school.district_code, ""),
        )  # fmt: skip
