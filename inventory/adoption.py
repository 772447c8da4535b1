"""A person decides what evidence could not: unknown devices become pieces, doubles become one or are told apart."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from inventory import assets, trace
from inventory.equipment import Evidence, Kind
from inventory.errors import Conflict, NotFound
from inventory.matching import EVERYTHING, FITS, Outcome
from inventory.roles import Permission, Who
from inventory.scoping import NO_SUCH_PAGE
from inventory.sightings import Look, seen_as
from inventory.tables import ActLine, Asset, Device, Match, School, Sighting, ToldApart

# What a device becomes where nobody says otherwise.
USUALLY = {
    "computer": Kind.COMPUTER, "ups": Kind.UPS, "board": Kind.PROJECTOR, "printer": Kind.PRINTER,
    "switch": Kind.SWITCH, "modem": Kind.MODEM, "radio": Kind.ACCESS_POINT, "sensor": Kind.SENSOR,
}  # fmt: skip


def kinds_of(device_kind: str) -> list[Kind]:
    """What such a device can be in the register, the usual one first."""
    usual = USUALLY.get(device_kind, Kind.OTHER)
    return [usual, *(kind for kind in Kind if kind in FITS.get(device_kind, EVERYTHING) and kind is not usual)]


def adopted(session: Session, look: Look, new: assets.New, *, by: Who, at: datetime) -> Asset:
    """A device that nobody wrote down is a piece of the register from now on, with what was seen as its first facts.

    Conflict where it is a piece already.
    """
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    if session.get(Match, look.device_id) is not None:
        raise Conflict("This device is a piece of the register already.")
    asset = assets.entered(session, [new], by=by, at=at, verb="adopted", reason=f"device {look.device_id}")[0]
    return tied(session, look, asset, by=by, at=at)


def tied(session: Session, look: Look, asset: Asset, *, by: Who, at: datetime) -> Asset:
    """A person says that this device is this piece; no evidence undoes that. The caller has seen both."""
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    if asset.same_as_id is not None:
        raise Conflict("%(number)s is another number of a piece that has its own row.", number=asset.inventory_no)
    if asset.kind not in FITS.get(look.kind, EVERYTHING):
        raise Conflict("A device of this kind cannot be %(number)s.", number=asset.inventory_no)
    match = session.get(Match, look.device_id)
    before = session.get(Asset, match.asset_id) if match is not None else None
    match = match or Match(device_id=look.device_id, asset_id=asset.id or 0, evidence=Evidence.PERSON)
    match.asset_id, match.evidence, match.by, match.at = asset.id or 0, Evidence.PERSON, by.name, at
    sighting = sighting_of(session, look)
    sighting.outcome, sighting.rivals, sighting.at = Outcome.MATCHED, [], at
    seen_as(asset, look)
    session.add_all([match, sighting, asset])
    assets.words_of(session, asset)
    session.flush()
    trace.changed(
        session, "matched", "device", look.device_id, by=by, at=at, school_id=look.school_id,
        before={"asset": before.inventory_no} if before else None,
        after={"asset": asset.inventory_no, "evidence": Evidence.PERSON},
    )  # fmt: skip
    return asset


def set_aside(session: Session, look: Look, *, by: Who, at: datetime, back: bool = False) -> None:
    """A person says that this device does not belong into the register (a visitor's notebook); or takes that back."""
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    if session.get(Match, look.device_id) is not None:
        raise Conflict("This device is a piece of the register already.")
    sighting = sighting_of(session, look)
    before = sighting.outcome
    has_evidence = bool(look.evidence.serial or look.evidence.macs)
    waits = Outcome.UNKNOWN if has_evidence else Outcome.NO_EVIDENCE
    sighting.outcome, sighting.rivals, sighting.at = (waits if back else Outcome.SET_ASIDE), [], at
    session.add(sighting)
    session.flush()
    trace.changed(
        session, "taken_back" if back else "set_aside", "device", look.device_id, by=by, at=at,
        school_id=look.school_id, before={"outcome": before}, after={"outcome": sighting.outcome},
    )  # fmt: skip


def made_one(session: Session, kept: Asset, double: Asset, *, by: Who, at: datetime, reason: str = "") -> Asset:
    """Two rows are one piece: the second is shown no more and points to the first; nothing of it is deleted."""
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    if kept.id == double.id or kept.same_as_id is not None or double.same_as_id is not None:
        raise Conflict("These two are one piece already.")
    if kept.kind != double.kind:
        raise Conflict("Pieces of two kinds cannot be one; correct the kind first.")
    open_line = select(ActLine.id).where(ActLine.asset_id == double.id, col(ActLine.open)).limit(1)
    if session.exec(open_line).first() is not None:
        raise Conflict("%(number)s stands on an act that is not finished.", number=double.inventory_no)
    for row in session.exec(select(Match).where(Match.asset_id == double.id)):
        row.asset_id = kept.id or 0
        session.add(row)
    for other in session.exec(select(Asset).where(Asset.same_as_id == double.id)):
        other.same_as_id = kept.id
        session.add(other)
    double.same_as_id = kept.id
    double.version += 1
    if double.seen_at is not None and (kept.seen_at is None or double.seen_at > kept.seen_at):
        kept.seen_at, kept.seen_school_id, kept.seen_device_id = (
            double.seen_at, double.seen_school_id, double.seen_device_id)  # fmt: skip
        kept.observed = dict(double.observed)
    session.add_all([kept, double])
    session.flush()
    trace.changed(session, "made_one", "asset", double.inventory_no, by=by, at=at, school_id=double.school_id,
                  before={"same_as": None}, after={"same_as": kept.inventory_no}, reason=reason)  # fmt: skip
    return kept


def told_apart(session: Session, one: Asset, other: Asset, *, by: Who, at: datetime, reason: str = "") -> None:
    """Two rows that look like one piece are two; they are not asked about again."""
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    first, second = sorted((one.id or 0, other.id or 0))
    if first == second or session.get(ToldApart, (first, second)) is not None:
        raise Conflict("These two were told apart before.")
    row = ToldApart(first_id=first, second_id=second, by=by.name)
    row.at = at
    session.add(row)
    session.flush()
    trace.changed(session, "told_apart", "asset", one.inventory_no, by=by, at=at, school_id=one.school_id,
                  after={"other": other.inventory_no}, reason=reason)  # fmt: skip


def device_seen(session: Session, device_id: int, by: Who) -> Device:
    """The device, where its school is in scope. NotFound else."""
    device = session.get(Device, device_id)
    school = session.get(School, device.school_id) if device is not None else None
    if device is None or school is None or not by.scope.covers(school.district_code, school.id):
        raise NotFound(NO_SUCH_PAGE)
    return device


def sighting_of(session: Session, look: Look) -> Sighting:
    """Its row, made where no pass of the clock has come by yet."""
    row = session.get(Sighting, look.device_id)
    if row is None:
        row = Sighting(device_id=look.device_id, school_id=look.school_id, described="", outcome=Outcome.NO_EVIDENCE)
    row.described, row.school_id = look.described, look.school_id
    row.serial, row.macs, row.machine_id = look.evidence.serial, look.macs, look.machine_id
    row.seen_at = look.seen_at or row.seen_at
    return row


def doubles(session: Session) -> list[list[int]]:
    """Ids of pieces that have a serial number or a card in common, each group once; the retired ones left out."""
    groups: dict[tuple[int, ...], None] = {}
    for column in (col(Asset.serial), col(Asset.mac)):
        here = col(Asset.same_as_id).is_(None)
        several = select(column).where(column != "", here).group_by(column).having(func.count() > 1)
        rows: dict[str, list[int]] = {}
        for key, asset_id in session.exec(select(column, col(Asset.id)).where(column.in_(several), here)):
            rows.setdefault(key, []).append(asset_id or 0)
        groups.update(dict.fromkeys(tuple(sorted(ids)) for ids in rows.values()))
    apart = {(row.first_id, row.second_id) for row in session.exec(select(ToldApart))}
    return [list(ids) for ids in groups if any((a, b) not in apart for a in ids for b in ids if a < b)]
