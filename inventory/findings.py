"""Somebody at a school says of a piece: it is here, in this room; or: it is not here. In whichever order that comes."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlmodel import Session, select

from inventory import conflicts, counting, scoping, trace
from inventory.counting import Method, StocktakeState, What
from inventory.errors import Conflict, Invalid, NotFound
from inventory.lifecycle import GONE
from inventory.roles import Permission, Who
from inventory.tables import Asset, Room, Stocktake, StocktakeFinding, StocktakeLine

NO_SUCH_COUNT: Final = "There is no such stock-take, or it is not yours to see."
NOUN: Final = "stocktake_line"
OWN_KEY: Final = re.compile(r"[nd]:[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Said:
    """One finding as it comes. `line`: key of the line, or "" with a `code` that was read. `room`: uid of the room,
    "" where none was told. `name`: what a piece without a number is. `after`: findings that were known there."""

    uid: str
    made_at: datetime
    line: str = ""
    code: str = ""
    found: bool = True
    room: str = ""
    method: Method = Method.SCAN
    name: str = ""
    note: str = ""
    after: list[str] = field(default_factory=list)


def counted(session: Session, uid: str, *, by: Who) -> Stocktake:
    """The stock-take, for somebody who may see its school."""
    row = session.exec(select(Stocktake).where(Stocktake.uid == uid)).first()
    if row is None:
        raise NotFound(NO_SUCH_COUNT)
    try:
        scoping.school_with_id(session, row.school_id, by.scope)
    except NotFound as error:
        raise NotFound(NO_SUCH_COUNT) from error
    return row


def finding_made(session: Session, stocktake_uid: str, said: Said, *, by: Who, at: datetime) -> StocktakeLine:
    """The line with this finding in it. The same finding twice changes nothing; where two that did not know of one
    another disagree, the line is disputed and a conflict keeps both."""
    by.must(Permission.COUNT)
    trace.held(session)
    stocktake = counted(session, stocktake_uid, by=by)
    if stocktake.state is StocktakeState.PLANNED:
        raise Conflict("Counting has not begun here; the office begins it.")
    if stocktake.state is StocktakeState.SIGNED:
        raise Conflict("This stock-take is signed; nothing can be added to it. Tell the office what you found.")
    room = _room(session, stocktake, said.room)
    line = _line(session, stocktake, said)
    known = session.exec(select(StocktakeFinding).where(StocktakeFinding.uid == said.uid)).first()
    if known is not None:
        if known.line_id != line.id or known.by != by.name:
            raise Conflict("This finding was made before, of another piece; look again and send a new one.")
        return line
    finding = StocktakeFinding(
        uid=said.uid, line_id=line.id or 0, found=said.found, room_id=room.id if room and said.found else None,
        method=said.method, name=said.name[:200], note=said.note[:500], after=list(said.after), by=by.name,
    )  # fmt: skip
    finding.made_at, finding.arrived_at = min(said.made_at, at), at
    session.add(finding)
    session.flush()
    before = shown(line)
    rederived(session, stocktake, line, at=at)
    cells = trace.difference(before, shown(line))
    trace.changed(
        session, "counted", NOUN, line.id or 0, by=by, at=at, school_id=stocktake.school_id, before=cells[0],
        after={**cells[1], "finding": said.uid, "found": said.found}, reason=said.note[:500],
    )  # fmt: skip
    return line


def rederived(session: Session, stocktake: Stocktake, line: StocktakeLine, *, at: datetime) -> None:
    """The line is what its findings come to. A decision that was taken on another result is taken back."""
    rows = session.exec(select(StocktakeFinding).where(StocktakeFinding.line_id == line.id)).all()
    came = counting.settled(_value(row) for row in rows)
    if (current := came.current) is not None:
        line.found, line.room_id, line.method = current.found, current.room, current.method
        line.found_at, line.found_by, line.note = current.made_at, current.by, current.note
        names = sorted((row.made_at, row.uid, row.name) for row in rows if row.name)
        line.name = names[-1][2] if names else ""
    line.heads, line.disputed = [finding.uid for finding in came.heads], came.disputed
    judged(session, stocktake, line, session.get(Asset, line.asset_id) if line.asset_id else None, at=at)
    session.add(line)
    session.flush()
    if came.disputed:
        versions = [_version(finding) for finding in came.heads]
        conflicts.kept(
            session, NOUN, str(line.id), versions, school_id=stocktake.school_id, title=title(session, line), at=at
        )
    else:
        conflicts.ended(session, NOUN, str(line.id), at=at)


def judged(session: Session, stocktake: Stocktake, line: StocktakeLine, asset: Asset | None, *, at: datetime) -> None:
    """Result of the line by the rule; `moved` where the register has the piece elsewhere than at the beginning."""
    spot = counting.Spot(here=False)
    if asset is not None:
        here = asset.school_id == stocktake.school_id and asset.state not in GONE
        rooms = {room for room in (line.expected_room_id, asset.room_id if here else None) if room is not None}
        spot = counting.Spot(here, frozenset(rooms))
        line.moved = line.what is What.ASSET and (
            (line.expected and (not here or asset.room_id != line.expected_room_id)) or (here and not line.expected)
        )
    counted_until = stocktake.frozen_at
    evidence = counting.grade(line.method, line.found, line.seen_at, counted_until or at)
    line.result = counting.result(
        line.what, line.found, line.room_id, spot, evidence, counted=counted_until is not None
    )
    if line.decision is not None and line.decided_on is not line.result:
        line.decision, line.decided_on, line.decided_by, line.reason = None, None, "", ""


def version_taken(session: Session, key: str, uid: str, *, by: Who, at: datetime) -> None:
    """A person in the office takes one version: said once more, knowing all of them. Invalid for none of them."""
    by.must(Permission.COUNT)
    line = session.get_one(StocktakeLine, int(key))
    stocktake = session.get_one(Stocktake, line.stocktake_id)
    chosen = session.exec(select(StocktakeFinding).where(StocktakeFinding.uid == uid)).first()
    if chosen is None or uid not in line.heads:
        raise Invalid("take", "This is none of the versions that wait; take one of those on the page.")
    room = session.get(Room, chosen.room_id) if chosen.room_id else None
    said = Said(
        uuid4().hex, at, line.key, line.code, chosen.found, room.uid if room else "", chosen.method, chosen.name,
        chosen.note, list(line.heads),
    )  # fmt: skip
    finding_made(session, stocktake.uid, said, by=by, at=at)


def shown(line: StocktakeLine) -> dict[str, Any]:
    """What of a line changes by findings."""
    return {
        "found": line.found, "room_id": line.room_id, "method": line.method, "result": line.result,
        "disputed": line.disputed, "name": line.name, "decision": line.decision,
    }  # fmt: skip


def title(session: Session, line: StocktakeLine) -> str:
    asset = session.get(Asset, line.asset_id) if line.asset_id else None
    return asset.inventory_no if asset else line.code or line.name


def _line(session: Session, stocktake: Stocktake, said: Said) -> StocktakeLine:
    """The line that a finding is about; made where nobody expected the piece."""
    key, asset, code = said.line, None, counting.code_in(said.code)
    if key.startswith("a:"):
        asset = session.exec(select(Asset).where(Asset.uid == key[2:])).first()
        if asset is None:
            raise NotFound("There is no such piece in the register.")
    elif OWN_KEY.fullmatch(key):
        asset = piece_of(session, stocktake.school_id, code) if key.startswith("d:") else None
    else:
        code = code or counting.code_in(key.removeprefix("c:"))
        if not code:
            raise Invalid("code", "No number was read; right is the label's code, or the number that is typed.")
        asset = piece_of(session, stocktake.school_id, code)
        key = f"a:{asset.uid}" if asset else f"c:{code}"
    there = select(StocktakeLine).where(StocktakeLine.stocktake_id == stocktake.id, StocktakeLine.key == key)
    if line := session.exec(there).first():
        return line
    what = {"a": What.ASSET, "c": What.CODE, "n": What.NEW, "d": What.SECOND}[key[0]]
    line = StocktakeLine(
        stocktake_id=stocktake.id or 0, key=key, what=what, asset_id=asset.id if asset else None, code=code
    )
    session.add(line)
    session.flush()
    return line


def piece_of(session: Session, school_id: int, code: str) -> Asset | None:
    """The piece with this inventory number, else the one of the school with this serial number."""
    if not code:
        return None
    asset = session.exec(select(Asset).where(Asset.inventory_no == code)).first()
    serial = re.sub(r"[^0-9A-Z]", "", code.upper())
    if asset is None and len(serial) >= 5:
        mine = session.exec(select(Asset).where(Asset.serial == serial, Asset.school_id == school_id).limit(2)).all()
        asset = mine[0] if len(mine) == 1 else None
    return asset


def _room(session: Session, stocktake: Stocktake, uid: str) -> Room | None:
    if not uid:
        return None
    room = session.exec(select(Room).where(Room.uid == uid)).first()
    if room is None or room.school_id != stocktake.school_id:
        raise Invalid("room", "This room is not one of the school that is counted.")
    return room


def _value(row: StocktakeFinding) -> counting.Finding:
    return counting.Finding(
        row.uid, row.found, row.room_id, row.made_at, tuple(row.after), row.method, row.by, row.note, row.name
    )


def _version(finding: counting.Finding) -> dict[str, Any]:
    says = {"found": finding.found, "room_id": finding.room, "method": finding.method.value, "note": finding.note}
    return {"uid": finding.uid, "by": finding.by, "made_at": finding.made_at.isoformat(), "says": says}
