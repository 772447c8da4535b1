"""Stock-takes as people look at them: the lines with names, rooms and the evidence as it stands now."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from inventory import counting, scoping, stocktaking
from inventory.counting import Grade, Result, Spot, StocktakeState
from inventory.lifecycle import GONE
from inventory.roles import Scope
from inventory.tables import Asset, Maker, Model, Room, School, Stocktake, StocktakeLine

ORDER = {Grade.NOTHING: 0, Grade.AGENT: 1, Grade.SIGNED: 2, Grade.SCANNED: 3}


@dataclass(frozen=True, slots=True)
class Line:
    """`grade` and `result` as they stand now; `seen_at`: by an agent of the school; `home`: the school of a piece that
    belongs to another one, None where the reader may not see that school."""

    line: StocktakeLine
    asset: Asset | None
    name: str
    grade: Grade
    result: Result | None
    seen_at: datetime | None
    home: School | None
    foreign: bool

    @property
    def number(self) -> str:
        return self.asset.inventory_no if self.asset else self.line.code

    @property
    def to_walk(self) -> bool:
        """Nothing speaks for it yet, and nobody has looked: the commission goes there."""
        return self.grade is Grade.NOTHING and self.line.found is None


def listed(scope: Scope, state: str = "", emis: str = "", district: str = "") -> Select[Any]:
    """Statement over (Stocktake, School) within the scope, newest first."""
    asked: Any = select_rows(Stocktake, School).join(School, col(School.id) == Stocktake.school_id)
    if state:
        asked = asked.where(col(Stocktake.state) == StocktakeState(state))
    if emis:
        asked = asked.where(col(School.emis) == emis)
    if district:
        asked = asked.where(col(School.district_code) == district)
    return scoping.within(asked, scope)


def lines_of(session: Session, stocktake: Stocktake, scope: Scope, *, at: datetime) -> list[Line]:
    """In the order in which they are walked: what nothing speaks for first, room by room, by number."""
    counting_now = stocktake.frozen_at is None
    seen = stocktaking.seen_here(session, stocktake.school_id) if counting_now else {}
    asked = (
        select_rows(StocktakeLine, Asset, Model, Maker, School)
        .join(Asset, col(Asset.id) == StocktakeLine.asset_id, isouter=True)
        .join(Model, col(Model.id) == Asset.model_id, isouter=True)
        .join(Maker, col(Maker.id) == Model.maker_id, isouter=True)
        .join(School, col(School.id) == Asset.school_id, isouter=True)
        .where(col(StocktakeLine.stocktake_id) == stocktake.id)
    )
    lines = []
    for line, asset, model, maker, home in session.execute(asked).all():
        seen_at = seen.get(line.asset_id or 0) if counting_now else line.seen_at
        evidence = counting.grade(line.method, line.found, seen_at, stocktake.frozen_at or at)
        came = line.result
        foreign = asset is not None and asset.school_id != stocktake.school_id
        if came is None and counting_now:
            spot = Spot(asset is not None and not foreign and asset.state not in GONE)
            came = counting.result(line.what, line.found, line.room_id, spot, evidence, counted=False)
        name = f"{maker.name} {model.name}" if model and maker else line.name
        shown = home if foreign and home and scope.covers(home.district_code, home.id) else None
        lines.append(Line(line, asset, name, evidence, came, seen_at, shown, foreign))
    rooms = room_names(session, stocktake.school_id)
    return sorted(
        lines,
        key=lambda one: (
            one.line.disputed is False, not one.to_walk, one.line.found is not False, ORDER[one.grade],
            rooms.get(one.line.room_id or one.line.expected_room_id or 0, ""), one.number, one.line.key,
        ),
    )  # fmt: skip


def room_names(session: Session, school_id: int) -> dict[int, str]:
    return {room.id or 0: room.name for room in rooms_of(session, school_id)}


def rooms_of(session: Session, school_id: int) -> Sequence[Room]:
    asked = select(Room).where(Room.school_id == school_id, col(Room.closed_on).is_(None))
    return session.exec(asked.order_by(col(Room.name))).all()


@dataclass(frozen=True, slots=True)
class Summary:
    lines: int
    to_walk: int
    grades: dict[Grade, int]
    results: dict[Result, int]
    undecided: int
    disputed: int


def summary(lines: Sequence[Line]) -> Summary:
    grades = Counter(one.grade for one in lines if one.line.expected)
    results = Counter(one.result for one in lines if one.result is not None)
    return Summary(
        len(lines), sum(one.to_walk for one in lines), dict(grades), dict(results),
        sum(stocktaking.undecided(one.line) for one in lines), sum(one.line.disputed for one in lines),
    )  # fmt: skip


def carried(session: Session, stocktake: Stocktake, school: School, scope: Scope, *, at: datetime) -> dict[str, Any]:
    """All that a telephone needs to count without a line; `as_of` says how old it is."""
    rooms = rooms_of(session, stocktake.school_id)
    uids = {room.id: room.uid for room in rooms}
    return {
        "uid": stocktake.uid, "state": stocktake.state.value, "note": stocktake.note, "as_of": at.isoformat(),
        "school": {"emis": school.emis, "name": school.name},
        "rooms": [{"uid": room.uid, "name": room.name} for room in rooms],
        "lines": [_carried(one, uids) for one in lines_of(session, stocktake, scope, at=at)],
    }  # fmt: skip


def _carried(one: Line, rooms: dict[int | None, str]) -> dict[str, Any]:
    line = one.line
    return {
        "line": line.key, "what": line.what.value, "number": one.number, "name": one.name,
        "serial": one.asset.serial if one.asset else "",
        "expected": line.expected, "room": rooms.get(line.expected_room_id, ""), "found": line.found,
        "found_room": rooms.get(line.room_id, ""), "grade": one.grade.value,
        "result": one.result.value if one.result else None, "disputed": line.disputed, "moved": line.moved,
        "decision": line.decision.value if line.decision else None, "note": line.note, "base": list(line.heads),
    }  # fmt: skip
