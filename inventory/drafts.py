"""An act is drawn up: its kind, its schools, its pieces; and found again by whoever sees one of its schools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, or_, true
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from inventory import commissions, identities, scoping, trace
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.lifecycle import ActKind, ActState, may_enter
from inventory.papers import PAPERS
from inventory.roles import Permission, Scope, Who
from inventory.tables import Act, ActLine, Asset, Commission, Lot, School

MOST_LINES: Final = 500
LANGUAGES: Final = frozenset({"az", "en", "ru"})
OUT, IN = "out", "in"
NOUN: Final = "act"
LARGEST_SUM: Final = 2_000_000_000  # qəpik; 32 bits
FACTS: Final = {"reason": 40, "basis": 300, "note": 1000, "external_ref": 80, "language": 2}


@dataclass(frozen=True, slots=True)
class Piece:
    """One line as it is drawn. `replaces`: inventory number of the piece that this one comes for.

    `salvage`: what remains of it, {"name", "quantity", "value_qepik"} each.
    """

    number: str
    replaces: str = ""
    condition: str = ""
    reason: str = ""
    residual_qepik: int | None = None
    salvage: Sequence[Mapping[str, Any]] = field(default=())


def drawn(
    session: Session, kind: ActKind, school: School, pieces: Sequence[Piece], *, by: Who, at: datetime,
    to_school: School | None = None, commission: Commission | None = None, **facts: str,
) -> Act:  # fmt: skip
    """A draft; the caller has checked that `by` sees `school`. `facts`: FACTS.

    A transfer needs `to_school`, which `by` need not see: whom to give to is no secret.
    """
    by.must(Permission.DRAW_ACTS)
    trace.held(session)
    if (kind is ActKind.TRANSFER) != (to_school is not None):
        raise Invalid("to_school", "A transfer names the school that takes; other acts name none.")
    if to_school is not None and to_school.id == school.id:
        raise Invalid("to_school", "The giving and the taking school are the same.")
    act = Act(kind=kind, state=ActState.DRAFT, school_id=school.id or 0, drawn_by=by.name, drawn_at=at)
    act.to_school_id = to_school.id if to_school else None
    act.commission_id = commission.id if commission else None
    for name, value in _checked(kind, facts).items():
        setattr(act, name, value)
    session.add(act)
    session.flush()
    for piece in pieces:
        _line_added(session, act, piece)
    after = {"kind": kind, "pieces": [piece.number for piece in pieces], **facts}
    trace.changed(session, "drawn", NOUN, key_of(act), by=by, at=at, after=after, school_id=act.school_id)
    return act


def _checked(kind: ActKind, facts: Mapping[str, str]) -> dict[str, str]:
    for name, value in facts.items():
        if name not in FACTS or len(value) > FACTS[name]:
            raise Invalid(name, "“%(field)s” is longer than allowed, or not a part of an act.", field=name)
    if (reason := facts.get("reason", "")) and reason not in PAPERS[kind].reasons:
        raise Invalid("reason", "“%(reason)s” is no reason for an act of this kind.", reason=reason)
    if facts.get("language", "az") not in LANGUAGES:
        raise Invalid("language", "An act is written in az, en or ru.")
    return dict(facts)


def changed(
    session: Session, act: Act, *, by: Who, at: datetime, commission: Commission | None = None, **facts: str
) -> None:
    """Bring FACTS (and the commission, where given) up to date. After submission only `external_ref` may change."""
    taken(session, act, by)
    if commission is not None or set(facts) - {"external_ref"}:
        _must_be_draft(act)
    wanted: dict[str, Any] = _checked(act.kind, facts)
    if commission is not None:
        wanted["commission_id"] = commission.id
    before, after = trace.difference({name: getattr(act, name) for name in wanted}, wanted)
    if not after:
        return
    for name, value in after.items():
        setattr(act, name, value)
    written(session, act)
    trace.changed(
        session, "changed", NOUN, key_of(act), by=by, at=at, before=before, after=after, school_id=act.school_id
    )  # fmt: skip


def pieces_added(session: Session, act: Act, pieces: Sequence[Piece], *, by: Who, at: datetime) -> None:
    taken(session, act, by)
    _must_be_draft(act)
    for piece in pieces:
        _line_added(session, act, piece)
    written(session, act)
    after = {"pieces": [piece.number for piece in pieces]}
    trace.changed(session, "pieces added", NOUN, key_of(act), by=by, at=at, after=after, school_id=act.school_id)


def piece_described(session: Session, act: Act, line: ActLine, piece: Piece, *, by: Who, at: datetime) -> None:
    """Condition, reason, residual value and salvage of a line of a draft."""
    taken(session, act, by)
    _must_be_draft(act)
    before = {"condition": line.condition, "residual_qepik": line.residual_qepik}
    _describe(act, line, piece)
    session.add(line)
    written(session, act)
    after = {"condition": line.condition, "residual_qepik": line.residual_qepik}
    trace.changed(
        session, "described", NOUN, key_of(act), by=by, at=at, before=before, after=after, school_id=act.school_id
    )  # fmt: skip


def piece_removed(session: Session, act: Act, line: ActLine, *, by: Who, at: datetime) -> None:
    """Out of a draft; in a replacement with what it replaces, or is replaced by."""
    taken(session, act, by)
    _must_be_draft(act)
    lines = lines_of(session, act)
    pair = [other for other in lines if line.id in (other.id, other.replaces_id) or other.id == line.replaces_id]
    for other in sorted(pair, key=lambda other: other.replaces_id is None):
        session.delete(other)
        session.flush()
    for place, other in enumerate(lines_of(session, act), 1):
        other.place = place
        session.add(other)
    written(session, act)
    before = {"pieces": [session.get_one(Asset, other.asset_id).inventory_no for other in pair]}
    trace.changed(session, "piece removed", NOUN, key_of(act), by=by, at=at, before=before, school_id=act.school_id)


def _line_added(session: Session, act: Act, piece: Piece) -> ActLine:
    there = lines_of(session, act)
    if len(there) >= MOST_LINES:
        raise Invalid("pieces", "An act has at most 500 lines; draw another one.")
    school = session.get_one(School, act.school_id)
    if (act.kind is ActKind.REPLACEMENT) != bool(piece.replaces):
        raise Invalid("pieces", "In a replacement every piece comes for another one, and in no other act.")
    old = _line(session, act, asset_at(session, school, piece.replaces), OUT) if piece.replaces else None
    line = _line(session, act, asset_at(session, school, piece.number), IN if old else "")
    line.replaces_id = old.id if old else None
    line.place += 1 if old else 0
    _describe(act, line, piece)
    session.add(line)
    session.flush()
    return line


def _line(session: Session, act: Act, asset: Asset, direction: str) -> ActLine:
    if not may_enter(act.kind, asset.state, incoming=direction == IN):
        raise Conflict(
            "%(number)s cannot stand on this act as it is now; look at its state first.", number=asset.inventory_no
        )
    open_line = select(ActLine).where(ActLine.asset_id == asset.id, col(ActLine.open))
    if other := session.exec(open_line).first():
        raise Conflict(
            "%(number)s stands on another act that is not finished (%(act)s).",
            number=asset.inventory_no, act=key_of(session.get_one(Act, other.act_id)),
        )  # fmt: skip
    lot = session.get(Lot, asset.lot_id) if asset.lot_id else None
    place = len(lines_of(session, act)) + 1
    line = ActLine(act_id=act.id or 0, asset_id=asset.id or 0, place=place, direction=direction)
    line.value_qepik = asset.value_qepik if asset.value_qepik is not None else lot.price_qepik if lot else None
    session.add(line)
    session.flush()
    return line


def _describe(act: Act, line: ActLine, piece: Piece) -> None:
    if len(piece.condition) > 200 or len(piece.salvage) > 20:
        raise Invalid("condition", "A condition has at most 200 characters, and salvage at most 20 lines.")
    if piece.reason and piece.reason not in PAPERS[act.kind].reasons:
        raise Invalid("reason", "“%(reason)s” is no reason for an act of this kind.", reason=piece.reason)
    if piece.residual_qepik is not None and not 0 <= piece.residual_qepik <= LARGEST_SUM:
        raise Invalid("residual_qepik", "A residual value is 0 or more, and below 20 million manat.")
    line.condition, line.reason, line.residual_qepik = piece.condition.strip(), piece.reason, piece.residual_qepik
    line.salvage = [dict(rest) for rest in piece.salvage]


def asset_at(session: Session, school: School, number: str) -> Asset:
    """The piece of this school with this inventory number, or this serial number (as it is matched: no separators)."""
    wanted = number.strip()
    found = session.exec(select(Asset).where(Asset.school_id == school.id, Asset.inventory_no == wanted)).first()
    if found is not None:
        return found
    by_serial = select(Asset).where(
        Asset.school_id == school.id, Asset.serial == identities.key_of(wanted), Asset.serial != ""
    )
    rows = session.exec(by_serial.limit(2)).all()
    if len(rows) == 2:
        raise Invalid("pieces", "Several pieces of this school have the serial number %(number)s.", number=wanted)
    if not rows:
        raise Invalid("pieces", "This school has no piece with the number %(number)s.", number=wanted)
    return rows[0]


def _must_be_draft(act: Act) -> None:
    if act.state is not ActState.DRAFT:
        raise Conflict("The act was submitted and cannot be changed any more; let it be void and draw another one.")


def taken(
    session: Session, act: Act, by: Who, permission: Permission = Permission.DRAW_ACTS, *, either: bool = False
) -> None:
    """The act as it is now, and nobody else's until the transaction ends: the chain of changes lets one in at a time.

    `either`: the taking school may do it as well, otherwise only whoever sees the giving one.
    """
    by.must(permission)
    trace.held(session)
    session.flush()
    session.refresh(act)
    if not either and not covers(session, by.scope, act.school_id):
        raise Refused("This is for those to do who answer for the giving school.")


def covers(session: Session, scope: Scope, school_id: int | None) -> bool:
    school = session.get(School, school_id) if school_id else None
    return school is not None and scope.covers(school.district_code, school.id)


def written(session: Session, act: Act) -> None:
    act.version += 1
    session.add(act)
    session.flush()


def key_of(act: Act) -> str:
    """How the trace and people name it: its number, or while it is a draft its row."""
    return act.number or f"#{act.id}"


def lines_of(session: Session, act: Act) -> Sequence[ActLine]:
    return session.exec(select(ActLine).where(ActLine.act_id == act.id).order_by(col(ActLine.place))).all()


def seen(scope: Scope) -> ColumnElement[bool]:
    """A condition on `act`: whoever sees one of its two schools sees it."""
    if scope.districts is None:
        return true()
    mine = select_rows(col(School.id)).where(scoping.seen(scope))
    return or_(col(Act.school_id).in_(mine), col(Act.to_school_id).in_(mine))


def listed(scope: Scope) -> Select[Any]:
    return select_rows(Act).where(seen(scope))


def with_id(session: Session, act_id: int, scope: Scope) -> Act:
    row: Act | None = session.scalars(listed(scope).where(col(Act.id) == act_id)).first()
    if row is None:
        raise NotFound("There is no such act, or it is not yours to see.")
    return row


def commission_named(session: Session, commission_id: int | None, scope: Scope) -> Commission | None:
    return commissions.with_id(session, commission_id, scope) if commission_id else None
