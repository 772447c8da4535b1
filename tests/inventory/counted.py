"""A school with three rooms and some pieces in them, for the tests of stock-taking."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlmodel import Session

from inventory import placing, stocktaking
from inventory.equipment import Kind
from inventory.lifecycle import AssetState
from inventory.roles import Who
from inventory.tables import Asset, Maker, Model, Room, School, Stocktake
from tests import cast


@dataclass
class Counted:
    """Ten pieces INV-001 ... in rooms 11 and 12; INV-900 belongs to the other school."""

    who: cast.Cast
    rooms: dict[str, Room]
    pieces: dict[str, Asset]
    stocktake: Stocktake
    aynur: Who

    def line(self, number: str) -> str:
        return f"a:{self.pieces[number].uid}"


def uid(number: int) -> str:
    """A UUID that a test can foresee."""
    return UUID(int=number).hex


def piece(
    session: Session, number: str, school: School, room: Room | None, *, model: Model, by: Who,
    seen: datetime | None = None,
) -> Asset:  # fmt: skip
    row = Asset(inventory_no=number, model_id=model.id or 0, kind=model.kind, state=AssetState.INSTALLED,
                school_id=school.id or 0, room_id=room.id if room else None, uid=uuid4().hex)  # fmt: skip
    row.created_at, row.seen_at = cast.NOW, seen
    session.add(row)
    session.flush()
    placing.arrived(session, row, by=by, at=cast.NOW)
    return row


def counted_school(
    session: Session, *, begun: bool = True, at: datetime = cast.NOW, who: cast.Cast | None = None
) -> Counted:
    who = who or cast.enter(session)
    aynur = cast.who(session, who.aynur)
    rooms = {name: Room(school_id=who.school.id or 0, name=name) for name in ("11", "12", "Server otağı")}
    maker = Maker(name="HP")
    session.add_all([*rooms.values(), maker])
    session.flush()
    model = Model(maker_id=maker.id or 0, name="Pro 3500", kind=Kind.COMPUTER)
    session.add(model)
    session.flush()
    pieces = {}
    for n in range(1, 11):
        room = rooms["11"] if n <= 5 else rooms["12"]
        seen = at - timedelta(days=n) if n in (1, 9) else None
        pieces[f"INV-{n:03}"] = piece(session, f"INV-{n:03}", who.school, room, model=model, by=aynur, seen=seen)
    pieces["INV-900"] = piece(session, "INV-900", who.elsewhere, None, model=model, by=aynur)
    (stocktake,) = stocktaking.planned(session, [who.school], by=aynur, at=at)
    if begun:
        stocktaking.begun(session, stocktake, by=aynur, at=at)
    return Counted(who, rooms, pieces, stocktake, aynur)
