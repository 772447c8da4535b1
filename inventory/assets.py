"""Pieces of equipment come into the register and are described: numbers, rooms, custodians, pairs, declared facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from inventory import facts, placing, sightings, trace
from inventory.equipment import ENDS_LINKS, may_pair
from inventory.errors import Conflict, Invalid, NotFound
from inventory.folding import folded
from inventory.identities import key_of, mac_of, serial_evidence
from inventory.lifecycle import AssetState
from inventory.roles import Permission, Scope, Who
from inventory.scoping import NO_SUCH_PAGE, within
from inventory.tables import Asset, Contact, Delivery, InventorySeries, Link, Lot, Maker, Model, Room, School

# A piece begins as delivered, or, where the register finds it in use or in a store without papers, as that.
BEGINNINGS: Final = (AssetState.DELIVERED, AssetState.IN_STORE, AssetState.INSTALLED)
LONGEST_NUMBER: Final = 40
PAGES: Final = frozenset({"unknown", "duplicates", "conflicts", "new", "models", "contracts"})  # /equipment/...
MOST_WORDS: Final = 500  # letters: a row of a PostgreSQL index holds 2,700 bytes
TEXT_CELLS: Final = {"programme": 60, "note": 500}
DATE_CELLS: Final = ("in_service_on", "warranty_until")
PLACE_CELLS: Final = ("room_id", "custodian_id", "paired_id", "link_id")
CELLS: Final = ("inventory_no", "model_id", *PLACE_CELLS, *DATE_CELLS, "value_qepik", *TEXT_CELLS)


@dataclass(frozen=True, slots=True)
class New:
    """A piece that comes into the register. `cells`: others of CELLS, by name; `declared`: facts by name."""

    model: Model
    school: School
    state: AssetState = AssetState.INSTALLED
    inventory_no: str = ""
    declared: Mapping[str, Any] = field(default_factory=dict)
    cells: Mapping[str, Any] = field(default_factory=dict)
    lot: Lot | None = None
    delivery: Delivery | None = None
    uid: str = ""
    demo: bool = False


def asset_seen(session: Session, inventory_no: str, scope: Scope) -> Asset:
    """The piece with this number. NotFound where there is none, or none that this person may see."""
    mine = select(Asset).join(School, col(School.id) == col(Asset.school_id))
    asset = session.scalars(within(mine.where(Asset.inventory_no == inventory_no), scope)).first()
    if asset is None:
        raise NotFound(NO_SUCH_PAGE)
    return asset


def entered(
    session: Session, pieces: Sequence[New], *, by: Who, at: datetime, verb: str = "entered", reason: str = ""
) -> list[Asset]:
    """These pieces are in the register from now on, each with a number, at its school. All of them or none.

    Conflict for an inventory number that is taken, Invalid for a cell that cannot be.
    """
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    rows, changes = [], []
    makers = {maker.id: maker for maker in session.exec(select(Maker))}
    for new in pieces:
        if not by.scope.covers(new.school.district_code, new.school.id):
            raise NotFound(NO_SUCH_PAGE)
        if new.state not in BEGINNINGS:
            raise Invalid("state", "A piece comes into the register delivered, in store or installed.")
        number = _number(session, new.inventory_no) if new.inventory_no else number_given(session, new.school, at)
        asset = Asset(inventory_no=number, model_id=new.model.id or 0, kind=new.model.kind, state=new.state,
                      school_id=new.school.id or 0, demo=new.demo)  # fmt: skip
        asset.declared = facts_declared({}, new.declared)
        if new.uid:
            asset.uid = new.uid
        asset.created_at = at
        asset.lot_id, asset.delivery_id = new.lot.id if new.lot else None, new.delivery.id if new.delivery else None
        pair = _celled(session, asset, new.cells)
        refreshed(asset, makers[new.model.maker_id], new.model)
        session.add(asset)
        session.flush()
        if pair is not None:
            _paired(session, asset, pair)
        placing.arrived(session, asset, by=by, at=at)
        after = {"model": new.model.name, "kind": asset.kind, "state": asset.state, "declared": asset.declared}
        changes.append(trace.Changed(verb, "asset", number, None, after, asset.school_id, reason))
        rows.append(asset)
    trace.all_changed(session, changes, by=by, at=at)
    sightings.look_again(session, [asset.serial for asset in rows])
    return rows


def changed(
    session: Session, asset: Asset, cells: Mapping[str, Any], declared: Mapping[str, Any], *, by: Who, at: datetime,
    reason: str = "",
) -> Asset:  # fmt: skip
    """A person says otherwise: `cells` of CELLS, `declared` facts (None empties one). The caller has seen the piece."""
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    before = {name: getattr(asset, name) for name in CELLS} | {"declared": dict(asset.declared)}
    if "inventory_no" in cells and cells["inventory_no"] != asset.inventory_no:
        asset.inventory_no = _number(session, cells["inventory_no"])
    if "model_id" in cells and cells["model_id"] != asset.model_id:
        model = session.get(Model, cells["model_id"])
        if model is None:
            raise Invalid("model_id", "There is no such model in the catalogue.")
        asset.model_id, asset.kind = model.id or 0, model.kind
    pair_wanted, old_pair = "paired_id" in cells, asset.paired_id
    pair = _celled(session, asset, cells)
    if pair_wanted and old_pair != asset.paired_id:
        _parted(session, asset.id, old_pair)
        if pair is not None:
            _paired(session, asset, pair)
    asset.declared = facts_declared(asset.declared, declared)
    asset.kept = {name: seen for name, seen in asset.kept.items() if name not in declared}
    model = session.get_one(Model, asset.model_id)
    refreshed(asset, session.get_one(Maker, model.maker_id), model)
    after = {name: getattr(asset, name) for name in CELLS} | {"declared": dict(asset.declared)}
    was, becomes = trace.difference(before, after)
    if becomes:
        asset.version += 1
        session.add(asset)
        session.flush()
        trace.changed(session, "changed", "asset", before["inventory_no"], by=by, at=at, before=was, after=becomes,
                      school_id=asset.school_id, reason=reason)  # fmt: skip
        if "declared" in becomes:
            sightings.look_again(session, [asset.serial])
    return asset


def decided(session: Session, asset: Asset, name: str, *, take_seen: bool, by: Who, at: datetime) -> Asset:
    """Of a fact whose columns disagree: the value seen is true from now on, or the declared one holds against it."""
    by.must(Permission.KEEP_EQUIPMENT)
    there = {d.name: d for d in facts.disagreements(asset.declared, asset.observed, asset.kept)}
    if name not in there:
        raise Conflict("What is declared and what is seen agree here; there is nothing to decide.")
    if take_seen:
        return changed(session, asset, {}, {name: there[name].observed}, by=by, at=at, reason="taken as seen")
    trace.held(session)
    asset.kept = {**asset.kept, name: there[name].observed}
    asset.conflict = bool(facts.disagreements(asset.declared, asset.observed, asset.kept))
    asset.version += 1
    session.add(asset)
    session.flush()
    trace.changed(session, "kept", "asset", asset.inventory_no, by=by, at=at, school_id=asset.school_id,
                  before={name: there[name].observed}, after={name: there[name].declared})  # fmt: skip
    return asset


def stepped(session: Session, asset: Asset, state: AssetState, *, by: Who, at: datetime, reason: str = "") -> None:
    """A step of life that needs no act. Conflict where it needs one, or where there is no such step."""
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    if state is AssetState.DELIVERED:
        raise Conflict("A piece is delivered by a delivery; enter that.")
    placing.stepped(session, asset, state, act=None, by=by, at=at, reason=reason)


def number_given(session: Session, school: School, at: datetime) -> str:
    """The next number of the school's district and year, `SAB-2026-00017`. The trace must be held."""
    place, year = school.district_code.partition("-")[2] or school.district_code, placing.day_of(at).year
    series = session.get(InventorySeries, (school.district_code, year), with_for_update=True, populate_existing=True)
    series = series or InventorySeries(district_code=school.district_code, year=year)
    session.add(series)
    while True:
        series.last += 1
        number = f"{place}-{year}-{series.last:05}"
        if not session.exec(select(Asset.id).where(Asset.inventory_no == number)).first():
            return number


def refreshed(asset: Asset, maker: Maker, model: Model) -> None:
    """What follows from the other cells: keys for matching, the conflict, the words that it is found by."""
    asset.serial = serial_evidence(str(asset.declared.get("serial") or ""))
    asset.mac = mac_of(str(asset.declared.get("mac") or ""))
    asset.conflict = bool(facts.disagreements(asset.declared, asset.observed, asset.kept))
    asset.search = search_of(asset.inventory_no, maker.name, model.name, asset.declared, asset.observed)


def any_wordless(session: Session) -> bool:
    """Whether some rows have no words to be found by yet: whoever writes many rows at once leaves that to the clock."""
    return session.exec(select(Asset.id).where(Asset.search == "").limit(1)).first() is not None


def words_written(session: Session, most: int) -> int:
    """Write the words of up to `most` of them."""
    rows = session.exec(
        select(Asset, Model, Maker)
        .join(Model, col(Model.id) == col(Asset.model_id))
        .join(Maker, col(Maker.id) == col(Model.maker_id))
        .where(Asset.search == "")
        .limit(most)
    ).all()
    for asset, model, maker in rows:
        asset.search = search_of(asset.inventory_no, maker.name, model.name, asset.declared, asset.observed)
        session.add(asset)
    session.flush()
    return len(rows)


def words_of(session: Session, asset: Asset) -> None:
    model = session.get_one(Model, asset.model_id)
    maker = session.get_one(Maker, model.maker_id)
    asset.search = search_of(asset.inventory_no, maker.name, model.name, asset.declared, asset.observed)


def search_of(
    inventory_no: str, maker: str, model: str, declared: Mapping[str, Any], observed: Mapping[str, Any]
) -> str:
    """Words that a piece is found by, folded, each after a blank; serial numbers and cards without separators too."""
    parts = [inventory_no, maker, model]
    for column in (declared, observed):
        serial = str(column.get("serial") or "")
        parts += [serial, key_of(serial), mac_of(str(column.get("mac") or "")), str(column.get("hostname") or "")]
    words = dict.fromkeys(word for part in parts for word in folded(part).split())
    return f" {' '.join(words)}"[:MOST_WORDS]


def number_checked(number: str) -> str:
    """An inventory number as it is kept; Invalid for what cannot be one."""
    clean = " ".join(number.split())
    if not clean or len(clean) > LONGEST_NUMBER or not clean.isprintable() or set("/\\?#") & set(clean):
        raise Invalid("inventory_no", "An inventory number has 1 to 40 printable characters, none of / \\ ? #.")
    if clean.startswith(".") or clean.casefold() in PAGES:
        raise Invalid("inventory_no", "This cannot be an inventory number; take another one.")
    return clean


def _number(session: Session, number: str) -> str:
    clean = number_checked(number)
    with session.no_autoflush:
        if session.exec(select(Asset.id).where(Asset.inventory_no == clean)).first():
            raise Conflict("The inventory number %(number)s is taken.", number=clean)
    return clean


def facts_declared(old: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Declared facts with some said anew; None and "" empty one."""
    out = dict(old)
    for name, value in given.items():
        if name not in facts.NAMES:
            raise Invalid(name, "There is no fact called %(name)s.", name=name)
        if value in (None, ""):
            out.pop(name, None)
        elif name in facts.NUMBERS:
            if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < facts.LARGEST_NUMBER:
                raise Invalid(name, "This is no size; right is a whole number greater than zero.")
            out[name] = value
        else:
            out[name] = _text(name, str(value), 120)
            if name == "mac" and not mac_of(out[name]):
                raise Invalid("mac", "This is no address of a network card; right is for example 3C:52:82:A1:B2:C3.")
    return out


def _text(name: str, text: str, most: int) -> str:
    clean = " ".join(text.split())
    if len(clean) > most or not (clean.isprintable() or not clean):
        raise Invalid(name, "This is too long, or cannot be shown; right are at most %(most)s characters.", most=most)
    return clean


def _celled(session: Session, asset: Asset, cells: Mapping[str, Any]) -> Asset | None:
    """Write cells onto the row; the piece that it makes a pair with, where one is named."""
    with session.no_autoflush:
        _of_this_school(session, asset, cells)
        if cells.get("link_id") is not None and asset.kind not in ENDS_LINKS:
            raise Invalid("link_id", "Only a modem, a router, a switch or an access point ends a link.")
        pair = session.get(Asset, cells["paired_id"]) if cells.get("paired_id") is not None else None
    if cells.get("paired_id") is not None:
        if pair is None or pair.school_id != asset.school_id or pair is asset:
            raise Invalid("paired_id", "There is no such piece at this school.")
        if not may_pair(asset.kind, pair.kind):
            raise Invalid("paired_id", "These two kinds make no pair.")
    value = cells.get("value_qepik")
    if value is not None and not 0 <= value < 2**31:
        raise Invalid("value_qepik", "This cannot be a price.")
    for name in (*PLACE_CELLS, *DATE_CELLS, "value_qepik"):
        if name in cells:
            setattr(asset, name, cells[name])
    for name, most in TEXT_CELLS.items():
        if name in cells:
            setattr(asset, name, _text(name, cells[name] or "", most))
    if isinstance(asset.in_service_on, date) and asset.in_service_on.year < 1990:
        raise Invalid("in_service_on", "Nothing in the register is as old as that; right is a date from 1990 on.")
    return pair


def _of_this_school(session: Session, asset: Asset, cells: Mapping[str, Any]) -> None:
    if (wanted := cells.get("room_id")) is not None:
        room = session.get(Room, wanted)
        if room is None or room.school_id != asset.school_id:
            raise Invalid("room_id", "There is no such room at this school.")
    if (wanted := cells.get("custodian_id")) is not None:
        contact = session.get(Contact, wanted)
        if contact is None or contact.school_id != asset.school_id:
            raise Invalid("custodian_id", "There is no such person at this school.")
    if (wanted := cells.get("link_id")) is not None:
        link = session.get(Link, wanted)
        if link is None or link.school_id != asset.school_id:
            raise Invalid("link_id", "There is no such link at this school.")


def _paired(session: Session, asset: Asset, pair: Asset) -> None:
    """Both rows name each other; whoever was the other one's pair before is nobody's now."""
    _parted(session, pair.id, pair.paired_id)
    pair.paired_id = asset.id
    pair.version += 1
    session.add(pair)


def _parted(session: Session, own_id: int | None, old_id: int | None) -> None:
    old = session.get(Asset, old_id) if old_id is not None else None
    if old is not None and old.paired_id == own_id:
        old.paired_id = None
        old.version += 1
        session.add(old)
