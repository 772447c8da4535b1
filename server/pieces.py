"""Lists of equipment: one filter for pages, API and exports, always within the scope of the one who asks."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session, col

from inventory import placing
from inventory.equipment import Kind
from inventory.folding import folded
from inventory.identities import key_of
from inventory.lifecycle import AssetState
from inventory.roles import Scope
from inventory.scoping import within
from inventory.tables import Asset, Contract, Lot, Maker, Model, Room, School

SOON: Final = timedelta(days=90)  # a warranty that ends within this ends soon
SEEN_DAYS: Final = 7
WARRANTIES: Final = ("valid", "soon", "over", "unknown")
LONGEST_TEXT: Final = 80


@dataclass(frozen=True, slots=True)
class Filter:
    """What was asked for; empty = everything. `older_than`: years in service; `seen`, `unseen`: days."""

    district: str = ""
    school: str = ""
    kind: Kind | None = None
    maker: int | None = None
    model: int | None = None
    state: AssetState | None = None
    room: int | None = None
    older_than: int | None = None
    seen: int | None = None
    unseen: int | None = None
    conflict: bool = False
    warranty: str = ""
    programme: str = ""
    contract: str = ""
    q: str = ""

    def without(self, name: str) -> "Filter":
        defaults: dict[str, Any] = {field.name: field.default for field in fields(self)}
        return replace(self, **{name: defaults[name]})

    @property
    def asked(self) -> dict[str, Any]:
        """The parts that cut something off, by name."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) != f.default}


@dataclass(frozen=True, slots=True)
class Row:
    """A piece as a list shows it."""

    asset: Asset
    maker: str
    model: str
    emis: str
    school: str
    district: str
    room: str


def chosen(scope: Scope, asked: Filter, now: datetime) -> Select[Any]:
    """`(inventory_no, id)` of every piece that fits, in no order. Rows that are another's double are left out."""
    keys: tuple[Any, ...] = (col(Asset.inventory_no), col(Asset.id))
    statement: Select[Any] = select(*keys).where(col(Asset.same_as_id).is_(None), *_conditions(asked, now))
    if scope.districts is None and not asked.district and not asked.school:
        return statement
    schools = select(col(School.id))
    if asked.district:
        schools = schools.where(col(School.district_code) == asked.district)
    if asked.school:
        schools = schools.where(col(School.emis) == asked.school)
    return statement.where(col(Asset.school_id).in_(within(schools, scope)))


def _conditions(asked: Filter, now: datetime) -> list[ColumnElement[bool]]:
    today = placing.day_of(now)
    out: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (col(Asset.kind), asked.kind), (col(Asset.model_id), asked.model), (col(Asset.state), asked.state),
            (col(Asset.room_id), asked.room), (col(Asset.programme), asked.programme or None),
            (col(Asset.conflict), asked.conflict or None),
        )
        if value is not None
    ]  # fmt: skip
    if asked.maker is not None:
        out.append(col(Asset.model_id).in_(select(col(Model.id)).where(col(Model.maker_id) == asked.maker)))
    if asked.contract:
        lots = select(col(Lot.id)).join(Contract).where(col(Contract.number) == asked.contract)
        out.append(col(Asset.lot_id).in_(lots))
    if asked.older_than is not None:
        out.append(col(Asset.in_service_on) <= years_before(today, asked.older_than))
    if asked.seen is not None:
        out.append(col(Asset.seen_at) >= now - timedelta(days=asked.seen))
    if asked.unseen is not None:
        cut = now - timedelta(days=asked.unseen)
        out.append(or_(col(Asset.seen_at).is_(None), col(Asset.seen_at) < cut))
    if asked.warranty:
        until = col(Asset.warranty_until)
        out.append({
            "valid": until >= today, "soon": and_(until >= today, until < today + SOON), "over": until < today,
            "unknown": until.is_(None),
        }[asked.warranty])  # fmt: skip
    if asked.q.strip():
        out.append(_worded(asked.q))
    return out


def _worded(q: str) -> ColumnElement[bool]:
    """Every word begins a word of the piece; or the whole, without separators, does: a serial number, a card."""
    search, words, key = col(Asset.search), folded(q).split(), key_of(q).lower()
    whole = search.contains(f" {key}", autoescape=True) if key else None
    every = and_(*(search.contains(f" {word}", autoescape=True) for word in words)) if words else None
    parts = [part for part in (every, whole) if part is not None]
    return or_(*parts) if parts else search == "\x1f"


def years_before(day: date, years: int) -> date:
    return day.replace(year=max(day.year - years, 1), day=min(day.day, 28))


def filled(session: Session, keys: Sequence[Any]) -> list[Row]:
    """The rows of `(inventory_no, id)`, in their order."""
    ids = [key[1] for key in keys]
    rows = session.execute(
        select(Asset, col(Maker.name), col(Model.name), col(School.emis), col(School.name), col(School.district_code),
               col(Room.name))
        .join(Model, col(Model.id) == col(Asset.model_id))
        .join(Maker, col(Maker.id) == col(Model.maker_id))
        .join(School, col(School.id) == col(Asset.school_id))
        .join(Room, col(Room.id) == col(Asset.room_id), isouter=True)
        .where(col(Asset.id).in_(ids))
    )  # fmt: skip
    known = {
        asset.id: Row(asset, maker, model, emis, school, district, room or "")
        for asset, maker, model, emis, school, district, room in rows
    }
    return [known[key] for key in ids]


def page(session: Session, scope: Scope, asked: Filter, now: datetime, *, after: str, most: int) -> list[Row]:
    """Up to `most` rows after this inventory number."""
    statement = chosen(scope, asked, now)
    if after:
        statement = statement.where(col(Asset.inventory_no) > after)
    keys = session.execute(statement.order_by(col(Asset.inventory_no)).limit(most)).all()
    return filled(session, keys)


def counted(session: Session, scope: Scope, asked: Filter, now: datetime) -> int:
    return session.scalar(select(func.count()).select_from(chosen(scope, asked, now).subquery())) or 0
