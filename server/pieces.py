"""Lists of equipment: one filter for pages, API and exports, always within the scope of the one who asks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlmodel import Session, col

from inventory import lifecycle, placing
from inventory.equipment import Kind
from inventory.folding import folded
from inventory.identities import key_of
from inventory.lifecycle import AssetState
from inventory.matching import FITS
from inventory.roles import Scope
from inventory.scoping import within
from inventory.tables import Asset, AssetSite, Contract, Lot, Maker, Model, Room, School

SOON: Final = timedelta(days=90)  # a warranty that ends within this ends soon
SEEN_DAYS: Final = 7
WARRANTIES: Final = ("valid", "soon", "over", "unknown")
# What an agent can see: a monitor or a headset has no address.
SEEN_KINDS: Final = frozenset(kind for kinds in FITS.values() for kind in kinds) - {Kind.MONITOR, Kind.SCANNER}


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


def sites_of(session: Session, asset: Asset) -> list[tuple[AssetSite, str, str]]:
    """Where the piece was: `(row, EMIS code, name of the school)`, the last first."""
    rows = (
        select(AssetSite, col(School.emis), col(School.name))
        .join(School, col(School.id) == col(AssetSite.school_id))
        .where(col(AssetSite.asset_id) == asset.id)
        .order_by(col(AssetSite.from_on).desc(), col(AssetSite.id).desc())
    )
    return [(site, emis, name) for site, emis, name in session.execute(rows)]


@dataclass(frozen=True, slots=True)
class Block:
    """Equipment of a school in figures: pieces by kind and state, and how many of `countable` agents saw lately.

    `countable`: those in use; what lies in a store or is written off is not expected to be seen.
    """

    by_kind: Mapping[Kind, Mapping[AssetState, int]]
    by_state: Mapping[AssetState, int]
    total: int
    countable: int
    seen: int
    conflicts: int


def block(session: Session, school_id: int, now: datetime) -> Block:
    """One query, read off the index of the school."""
    lately = case((col(Asset.seen_at) >= now - timedelta(days=SEEN_DAYS), 1), else_=0)
    doubtful = case((col(Asset.conflict), 1), else_=0)
    rows = session.execute(
        select(col(Asset.kind), col(Asset.state), func.count(), func.sum(lately), func.sum(doubtful))
        .where(col(Asset.school_id) == school_id, col(Asset.same_as_id).is_(None))
        .group_by(col(Asset.kind), col(Asset.state))
    ).all()
    by_kind: dict[Kind, dict[AssetState, int]] = {}
    by_state: Counter[AssetState] = Counter()
    seen = countable = conflicts = 0
    for kind, state, count, seen_here, doubts in rows:
        if state not in lifecycle.GONE:
            by_kind.setdefault(kind, {})[state] = count
        by_state[state] += count
        conflicts += doubts
        if state is AssetState.INSTALLED and kind in SEEN_KINDS:
            countable, seen = countable + count, seen + seen_here
    order = {kind: place for place, kind in enumerate(Kind)}
    total = sum(count for state, count in by_state.items() if state not in lifecycle.GONE)
    kinds = {kind: by_kind[kind] for kind in sorted(by_kind, key=lambda kind: order[kind])}
    return Block(kinds, {state: by_state[state] for state in AssetState if by_state[state]}, total, countable, seen,
                 conflicts)  # fmt: skip


def models_of(session: Session, maker_id: int) -> Sequence[Model]:
    return session.scalars(select(Model).where(col(Model.maker_id) == maker_id).order_by(col(Model.name))).all()
