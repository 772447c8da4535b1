"""What a page shows as the state of a device: planned work first, then silence, then what was judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.episodes import silence_begins_ms
from alerts.state import Judged, Reason, State

MAINTENANCE = Judged(State.MAINTENANCE, Reason.PLANNED)
SILENT = Judged(State.NO_DATA, Reason.AGENT_SILENT)
UNKNOWN = Judged(State.NO_DATA, Reason.NO_READING)
CLOCK_GRACE_MS = 30_000  # the clock that writes silences down may be this late


@dataclass(frozen=True, slots=True)
class Window:
    """Planned work; `device_id` None: at the whole school."""

    device_id: int | None
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None = None

    def covers(self, device_id: int | None, at: datetime) -> bool:
        """From its start up to, not including, its end; from its cancelling on it never was."""
        mine = self.device_id is None or self.device_id == device_id
        return mine and self.cancelled_at is None and self.starts_at <= at < self.ends_at


def planned_until(windows: Iterable[Window], device_id: int | None, at: datetime) -> datetime | None:
    """When the planned work that covers this device now will be over; None where there is none."""
    return max((w.ends_at for w in windows if w.covers(device_id, at)), default=None)


def silent_since(observed_ms: int | None, noticed_ms: int | None, every_s: int, now_ms: int) -> int | None:
    """Since when (Unix ms) an agent is not heard: as noticed, or because its last word is too old to be called news.

    The second holds where the clock that notices does not run: old values are never shown as the present.
    """
    if noticed_ms is not None:
        return noticed_ms
    if observed_ms is not None and now_ms - observed_ms > silence_begins_ms(every_s) + CLOCK_GRACE_MS:
        return observed_ms
    return None


def shown(known: Judged | None, *, silent: bool, planned: bool) -> Judged:
    """`known`: as last judged, None where never; `silent`: its agent is not heard; `planned`: work is planned now."""
    if planned:
        return MAINTENANCE
    if silent:
        return SILENT
    return known or UNKNOWN
