"""Acts: the list of the scope, what waits too long, what reports after its write-off, and a new act in two steps."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from sqlmodel import Session, select
from starlette.responses import RedirectResponse, Response

from inventory import afterlife, drafts, scoping
from inventory.drafts import Piece
from inventory.errors import HouseError, Invalid
from inventory.lifecycle import ActKind, ActState
from inventory.papers import PAPERS
from inventory.roles import Permission, Who
from inventory.tables import School
from server import acts, auth, db
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages import words_acts, words_register
from server.pages.typed import line, row_id
from server.pages.view import SignedView, View

router = APIRouter(include_in_schema=False)
Asked = Annotated[str, Query(max_length=80)]
Cell = Annotated[str, Form(max_length=1000)]
PAIRS = 8  # rows for pieces in a replacement


@router.get("/acts")
def acts_page(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, kind: Asked = "", state: Asked = "", school: Asked = "",
    after: Asked = "",
) -> Response:  # fmt: skip
    return _list(view, visitor.who, engine, kind=kind, state=state, emis=school, after=after)


@router.post("/acts", dependencies=[auth.OwnForm])
def finding_answered(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, finding: Cell = "", words: Cell = ""
) -> Response:
    try:
        with db.writing(engine) as session:
            afterlife.answered(session, row_id(finding) or 0, line(words), by=visitor.who, at=view.now)
    except Invalid as error:
        return _list(view, visitor.who, engine, fault=view.told(error), status=422)
    return RedirectResponse("/acts", 303)


def _list(
    view: View, who: Who, engine: EngineDep, *, kind: str = "", state: str = "", emis: str = "", after: str = "",
    fault: str = "", status: int = 200,
) -> Response:  # fmt: skip
    with db.reading(engine) as session:
        school = scoping.school_seen(session, emis, who.scope) if emis else None
        found = acts.rows(
            session, who.scope, kind=kind_of(kind), state=ActState(state) if state in set(ActState) else None,
            school=school, after=row_id(after), most=acts.PAGE + 1,
        )  # fmt: skip
        late = [(act, since, session.get_one(School, act.to_school_id)) for act, since in acts.late(
            session, who, at=view.now)]  # fmt: skip
        return view.page(
            "acts.html", status, rows=found[: acts.PAGE], more=len(found) > acts.PAGE, kind=kind, state=state,
            school=school, late=late, findings=afterlife.open_ones(session, who.scope), said=words_acts, fault=fault,
            may_draw=who.may(Permission.DRAW_ACTS), may_answer=who.may(Permission.EXECUTE_ACTS),
            may_file=who.may(Permission.SIGN_ACTS),
        )  # fmt: skip


def kind_of(text: str) -> ActKind | None:
    return ActKind(text) if text in set(ActKind) else None


@router.get("/acts/new")
def new_act(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, kind: Asked = "", school: Asked = "", q: Asked = "",
    piece: Asked = "",
) -> Response:  # fmt: skip
    visitor.who.must(Permission.DRAW_ACTS)
    return _new(view, visitor.who, engine, kind, line(school), line(q), typed={"pieces": line(piece)})


def _new(
    view: View, who: Who, engine: EngineDep, kind: str, emis: str, q: str, *, typed: dict[str, Any],
    error: HouseError | None = None,
) -> Response:  # fmt: skip
    """First the kind and the school; then, where both are known, the pieces and the rest."""
    chosen, pieces, status = kind_of(kind), [], 422
    offered: Sequence[Any] = []
    with db.reading(engine) as session:
        school = None
        if emis and chosen:
            school = session.exec(select(School).where(School.emis == emis)).first()
            if school is None or not who.scope.covers(school.district_code, school.id):
                school, error, status = None, Invalid("school", "No school with this code is in your scope."), 404
        if school and chosen:
            pieces = acts.pieces_for(session, school, chosen, q)
            offered = acts.commissions_for(session, school, who, at=view.now)
        return view.page(
            "act_new.html", status if error else 200, kind=chosen, school=school, emis=emis, q=q, pieces=pieces,
            commissions=offered, paper=PAPERS[chosen] if chosen else None, fault=view.told(error) if error else "",
            said=words_acts, register=words_register, typed=typed, pairs=range(PAIRS), most=acts.MOST_PIECES,
        )  # fmt: skip


@router.post("/acts/new", dependencies=[auth.OwnForm])
def act_drawn(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, kind: Cell = "", school: Cell = "", to_school: Cell = "",
    reason: Cell = "", basis: Cell = "", note: Cell = "", commission: Cell = "", pieces: Cell = "",
    chosen: Annotated[list[str], Form(max_length=500)] = [],  # noqa: B006
    old: Annotated[list[str], Form(max_length=50)] = [],  # noqa: B006
    new: Annotated[list[str], Form(max_length=50)] = [],  # noqa: B006
) -> Response:  # fmt: skip
    typed = {"pieces": pieces, "reason": reason, "basis": basis, "note": note, "to_school": to_school,
             "commission": commission, "chosen": chosen, "old": old, "new": new}  # fmt: skip
    which = kind_of(kind)
    try:
        if which is None:
            raise Invalid("kind", "There is no act of this kind.")
        lines = [Piece(number) for number in [*chosen, *numbers_in(pieces)]]
        if which is ActKind.REPLACEMENT:
            pairs = zip(old, new, strict=False)
            lines = [Piece(line(two), replaces=line(one)) for one, two in pairs if line(one) or line(two)]
        with db.writing(engine) as session:
            act = drafts.drawn(
                session, which, scoping.school_seen(session, line(school), visitor.scope), lines, by=visitor.who,
                at=view.now, to_school=_school(session, to_school) if which is ActKind.TRANSFER else None,
                commission=drafts.commission_named(session, row_id(commission), visitor.scope), reason=line(reason),
                basis=line(basis), note=line(note), language=view.language,
            )  # fmt: skip
            number = act.id
    except Invalid as error:
        return _new(view, visitor.who, engine, kind, line(school), "", typed=typed, error=error)
    return RedirectResponse(f"/acts/{number}", 303)


def numbers_in(text: str) -> list[str]:
    """Inventory or serial numbers, one a line or with commas, as a scanner or a person types them."""
    return [number for part in text.replace(",", "\n").replace(";", "\n").splitlines() if (number := line(part))]


def _school(session: Session, emis: str) -> School:
    """Any school of the country: whom to give to is no secret."""
    school = session.exec(select(School).where(School.emis == line(emis))).first()
    if school is None:
        raise Invalid("to_school", "There is no school with the code “%(emis)s”.", emis=line(emis))
    return school
