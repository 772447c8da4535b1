"""The live state of a piece of the register: what its devices say at this moment."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from alerts.shown import shown, silent_since
from alerts.state import Judged
from alerts.tables import DeviceState, Hearing
from inventory.tables import Asset, Device, Match, School


@dataclass(frozen=True, slots=True)
class Live:
    """A device that is this piece. `since`: since when the shown state holds, where that is known."""

    device: Device
    match: Match
    emis: str
    district: str
    judged: Judged
    since: datetime | None
    heard_at: datetime | None


def devices_of(session: Session, asset: Asset, now: datetime) -> list[Live]:
    """All devices that are tied to the piece, those in the reports first."""
    what: tuple[Any, ...] = (Match, Device, DeviceState, Hearing, School)
    rows = session.execute(
        select(*what)
        .join(Device, col(Device.id) == col(Match.device_id))
        .join(Hearing, col(Hearing.agent_id) == col(Device.agent_id))
        .join(School, col(School.id) == col(Device.school_id))
        .join(DeviceState, col(DeviceState.device_id) == col(Device.id), isouter=True)
        .where(Match.asset_id == asset.id)
    ).all()
    now_ms = round(now.timestamp() * 1000)
    out = []
    for match, device, state, hearing, school in rows:
        silent = silent_since(hearing.observed_ms, hearing.silent_since_ms, hearing.every_s, now_ms)
        known = Judged(state.state, state.reason) if state is not None and device.gone_at is None else None
        judged = shown(known, silent=silent is not None, planned=False)
        since = datetime.fromtimestamp(silent / 1000, UTC) if silent is not None else state.since if state else None
        heard = None if hearing.observed_ms is None else datetime.fromtimestamp(hearing.observed_ms / 1000, UTC)
        out.append(Live(device, match, school.emis, school.district_code, judged, since, heard))
    return sorted(out, key=lambda live: (live.device.gone_at is not None, live.device.id or 0))
