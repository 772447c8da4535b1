"""Acts as pages and the API read them: lists in the scope, one act with everything around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from inventory import acts, arrivals, commissions, drafts, papers, placing, signing
from inventory.lifecycle import ActKind, ActState, AssetState, may_enter
from inventory.papers import Side, Wanting
from inventory.roles import Permission, Scope, Who
from inventory.tables import Act, ActLine, ActSignature, Asset, Commission, CommissionMember, Maker, Model, School

PAGE: Final = 50
MOST_PIECES: Final = 200


@dataclass(frozen=True, slots=True)
class Row:
    act: Act
    school: School
    other: School | None


@dataclass(frozen=True, slots=True)
class Line:
    line: ActLine
    asset: Asset
    model: str
    challenges: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Whole:
    """An act and what may be done with it now, by this person."""

    act: Act
    school: School
    other: School | None
    lines: Sequence[Line]
    members: Sequence[CommissionMember]
    order: tuple[str, date] | None
    signatures: Sequence[ActSignature]
    files: Sequence[tuple[int, str, str, str, str, datetime]]
    wanting: Wanting
    handed_over: datetime | None
    may: frozenset[str]


def rows(
    session: Session, scope: Scope, *, kind: ActKind | None = None, state: ActState | None = None,
    school: School | None = None, after: int | None = None, most: int = PAGE,
) -> list[Row]:  # fmt: skip
    """The newest first; `after`: the id of the last row before."""
    giving, taking = aliased(School), aliased(School)
    statement = (
        select(Act, giving, taking)
        .join(giving, col(giving.id) == Act.school_id)
        .outerjoin(taking, col(taking.id) == Act.to_school_id)
        .where(drafts.seen(scope))
    )
    if kind is not None:
        statement = statement.where(Act.kind == kind)
    if state is not None:
        statement = statement.where(Act.state == state)
    if school is not None:
        statement = statement.where((Act.school_id == school.id) | (Act.to_school_id == school.id))
    if after is not None:
        statement = statement.where(col(Act.id) < after)
    return [Row(*found) for found in session.exec(statement.order_by(col(Act.id).desc()).limit(most))]


def whole(session: Session, act: Act, who: Who, *, at: datetime) -> Whole:
    lines = []
    for line in drafts.lines_of(session, act):
        asset = session.get_one(Asset, line.asset_id)
        challenged: Sequence[Mapping[str, str]] = line.challenges
        if act.state is ActState.DRAFT and act.kind is ActKind.WRITE_OFF:
            challenged = acts.challenges_of(session, asset, line.reason or act.reason, at=at)
        lines.append(Line(line, asset, model_of(session, asset), challenged))
    commission = session.get(Commission, act.commission_id) if act.commission_id else None
    return Whole(
        act=act,
        school=session.get_one(School, act.school_id),
        other=session.get(School, act.to_school_id) if act.to_school_id else None,
        lines=lines,
        members=commissions.members_of(session, commission.id or 0) if commission else [],
        order=(commission.order_no, commission.order_on) if commission else None,
        signatures=signing.signatures_of(session, act),
        files=signing.files_of(session, act),
        wanting=signing.what_is_wanting(session, act) if act.snapshot else Wanting.NOTHING,
        handed_over=acts.handed_over_at(session, act),
        may=frozenset(_may(session, act, who)),
    )


def model_of(session: Session, asset: Asset) -> str:
    model = session.get_one(Model, asset.model_id)
    return f"{session.get_one(Maker, model.maker_id).name} {model.name}"


def _may(session: Session, act: Act, who: Who) -> set[str]:
    giving = drafts.covers(session, who.scope, act.school_id)
    taking = drafts.covers(session, who.scope, act.to_school_id)
    draws = giving and who.may(Permission.DRAW_ACTS)
    executes = giving and who.may(Permission.EXECUTE_ACTS)
    signs = (giving or taking) and who.may(Permission.SIGN_ACTS)
    by_state: dict[ActState, set[str]] = {
        ActState.DRAFT: {"edit", "submit", "answer", "void"} if draws else set(),
        ActState.SUBMITTED: ({"answer"} if draws else set()) | ({"approve", "reject", "void"} if executes else set()),
        ActState.APPROVED: ({"sign", "file"} if signs else set()) | ({"reject", "void"} if executes else set()),
        ActState.SIGNED: ({"execute", "void"} if executes else set()) | ({"file"} if signs else set()),
        ActState.EXECUTED: {"file"} if signs else set(),
    }
    return by_state.get(act.state, set())


def sides(session: Session, act: Act, who: Who) -> list[Side]:
    """For which sides of this act the person may put signatures down."""
    schools = {Side.COMMISSION: act.school_id, Side.FROM: act.school_id, Side.TO: act.to_school_id}
    return [side for side in papers.PAPERS[act.kind].sides if drafts.covers(session, who.scope, schools[side])]


def pieces_for(session: Session, school: School, kind: ActKind, q: str) -> list[tuple[Asset, str]]:
    """Pieces of the school that may stand on a new act of this kind; `q`: a part of inventory or serial number."""
    states = [state for state in AssetState if may_enter(kind, state) or may_enter(kind, state, incoming=True)]
    busy = select(ActLine.asset_id).where(col(ActLine.open))
    statement = (
        select(Asset, Maker.name, Model.name)
        .join(Model, col(Model.id) == Asset.model_id)
        .join(Maker, col(Maker.id) == Model.maker_id)
        .where(Asset.school_id == school.id, col(Asset.state).in_(states), col(Asset.id).not_in(busy))
        .order_by(col(Asset.inventory_no))
        .limit(MOST_PIECES)
    )
    if q:
        statement = statement.where(
            col(Asset.inventory_no).icontains(q, autoescape=True) | col(Asset.serial).icontains(q, autoescape=True)
        )
    return [(asset, f"{maker} {model}") for asset, maker, model in session.exec(statement)]


def by_code(session: Session, code: str) -> Act | None:
    return session.exec(select(Act).where(Act.check_code == code)).first()


def late(session: Session, who: Who, *, at: datetime) -> list[tuple[Act, datetime]]:
    return arrivals.overdue(session, who.scope, at=at)


def commissions_for(session: Session, school: School, who: Who, *, at: datetime) -> Sequence[Any]:
    found = commissions.for_school(session, school, on=placing.day_of(at), scope=who.scope)
    return [(row, commissions.members_of(session, row.id or 0)) for row in found]
