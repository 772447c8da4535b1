"""What waits for a person at the edge of the register: unknown devices, doubts, and pieces that look like one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from inventory import adoption, assets, catalogue
from inventory.equipment import Kind
from inventory.errors import Invalid, NotFound
from inventory.lifecycle import AssetState
from inventory.matching import DOUBTS, QUEUE, Outcome
from inventory.roles import Scope, Who
from inventory.scoping import NO_SUCH_PAGE, within
from inventory.sightings import Look
from inventory.tables import Asset, Device, Model, School, Sighting
from server import looking, pieces

WAITING: Final = (*QUEUE, *DOUBTS)
MOST_GROUPS: Final = 200
DECLARED: Final = ("serial", "mac", "hostname", "os")  # what was seen and becomes declared when a device is adopted


@dataclass(frozen=True, slots=True)
class Adoption:
    """What a person says of a device that becomes a piece; empty = as it was seen."""

    kind: Kind | None = None
    model_id: int | None = None
    maker: str = ""
    model: str = ""
    inventory_no: str = ""
    room_id: int | None = None
    state: AssetState = AssetState.INSTALLED
    declared: Mapping[str, Any] = field(default_factory=dict)


def devices(scope: Scope, outcomes: Sequence[Outcome]) -> Select[Any]:
    """`(Sighting, Device, EMIS code, name of the school)` of devices that are still in the reports."""
    what: tuple[Any, ...] = (Sighting, Device, col(School.emis), col(School.name))
    statement = (
        select(*what)
        .join(Device, col(Device.id) == col(Sighting.device_id))
        .join(School, col(School.id) == col(Sighting.school_id))
        .where(col(Sighting.outcome).in_(outcomes), col(Device.gone_at).is_(None))
    )
    return within(statement, scope)


def counted(session: Session, scope: Scope, outcomes: Sequence[Outcome]) -> int:
    return session.scalar(select(func.count()).select_from(devices(scope, outcomes).subquery())) or 0


def look_seen(session: Session, device_id: int, who: Who) -> tuple[Look, School]:
    """The device as it is now. NotFound where it is not in scope, or its agent is not let in any more."""
    device = adoption.device_seen(session, device_id, who)
    looks = looking.looks_at(session, [device_id])
    if not looks:
        raise NotFound(NO_SUCH_PAGE)
    return looks[0], session.get_one(School, device.school_id)


def as_new(session: Session, look: Look, school: School, given: Adoption, by: Who, at: datetime) -> assets.New:
    """The piece that the device becomes: what the person says, else what was seen."""
    seen = look.observed()
    declared = {name: seen[name] for name in DECLARED if name in seen} | dict(given.declared)
    cells = {"room_id": given.room_id} if given.room_id is not None else {}
    model = _model(session, look, given, by, at)
    return assets.New(model, school, given.state, given.inventory_no, declared, cells, demo=school.demo)


def _model(session: Session, look: Look, given: Adoption, by: Who, at: datetime) -> Model:
    if given.model_id is not None:
        return catalogue.model_with_id(session, given.model_id)
    maker, name = given.maker or look.vendor, given.model or look.model
    if not maker or not name:
        raise Invalid("model", "The device says no maker or no model; choose one of the catalogue, or write both.")
    known = catalogue.model_spelled(session, catalogue.makers(session), maker, name)
    if known is not None and (given.kind is None or given.kind is known.kind):
        return known
    return catalogue.model_named(
        session, maker, name, given.kind or adoption.kinds_of(look.kind)[0], by=by, at=at
    )  # fmt: skip


def doubles(session: Session, scope: Scope) -> list[list[pieces.Row]]:
    """Groups of pieces that look like one, those of which the asker sees every piece; the first 200."""
    groups = adoption.doubles(session)
    ids = {asset_id for group in groups for asset_id in group}
    mine: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        chunk = sorted(ids)[start : start + 500]
        what: tuple[Any, ...] = (col(Asset.id), col(Asset.inventory_no))
        here = select(*what).join(School, col(School.id) == col(Asset.school_id)).where(col(Asset.id).in_(chunk))
        mine.update(dict(session.execute(within(here, scope)).all()))
    out: list[list[pieces.Row]] = []
    for group in groups:
        if len(out) < MOST_GROUPS and all(asset_id in mine for asset_id in group):
            out.append(pieces.filled(session, [(mine[asset_id], asset_id) for asset_id in group]))
    return out


def numbers(session: Session, asset_ids: Collection[int], scope: Scope) -> dict[int, str]:
    """Inventory numbers by id, of those that the asker may see."""
    if not asset_ids:
        return {}
    what: tuple[Any, ...] = (col(Asset.id), col(Asset.inventory_no))
    rows = select(*what).join(School, col(School.id) == col(Asset.school_id)).where(col(Asset.id).in_(asset_ids))
    return dict(session.execute(within(rows, scope)).all())
