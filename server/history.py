"""The last hours of one link, read back from the journal; gaps stay gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from sqlmodel import Session

from agent import report as wire
from alerts import journal
from alerts.episodes import silence_begins_ms

SLACK = 60  # numbers: a report more often than planned (a change of state is sent at once)
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Minute:
    """One report's link: Unix ms, rtt s, loss %, margin dB; None: not known. `every_s`: interval of reports."""

    at_ms: int
    rtt: float | None
    loss: float | None
    margin: float | None
    every_s: int = 60


@dataclass(frozen=True, slots=True)
class Hour:
    """`reports` of `expected`; median rtt s, worst loss %, lowest margin dB; None where nothing is known."""

    start_ms: int
    reports: int
    expected: int
    rtt: float | None
    loss: float | None
    margin: float | None


def minutes(session: Session, agent_id: int, newest: int, since_ms: int, until_ms: int, key: str = "") -> list[Minute]:
    """Reports from `since_ms` on, in order of observation; of the link `key`, or of the first link."""
    every_s = next((s.report.every for s in journal.read(session, agent_id, newest, newest)), 60)
    wanted = (until_ms - since_ms) // (1000 * max(every_s, 1)) + SLACK
    places: dict[int, dict[str, int]] = {}
    found = []
    for snapshot in journal.read(session, agent_id, newest - wanted, newest):
        if snapshot.observed_ms < since_ms:
            continue
        if snapshot.root not in places:
            places[snapshot.root] = _places(snapshot.report, key)
        if places[snapshot.root]:
            found.append(_minute(snapshot, places[snapshot.root]))
    return sorted(found, key=lambda minute: minute.at_ms)


def with_gaps(found: Sequence[Minute]) -> list[Minute]:
    """An empty point after each silence, so that no line is drawn through it."""
    out: list[Minute] = []
    for minute in found:
        if out and minute.at_ms - out[-1].at_ms > silence_begins_ms(out[-1].every_s):
            out.append(Minute(out[-1].at_ms + 1000 * out[-1].every_s, None, None, None, out[-1].every_s))
        out.append(minute)
    return out


def hourly(found: Sequence[Minute], since_ms: int, until_ms: int) -> list[Hour]:
    """Whole hours of UTC that touch the time asked for, the newest first; an hour without a report has none."""
    hours = []
    start = since_ms - since_ms % HOUR_MS
    every_s = found[-1].every_s if found else 60
    while start < until_ms:
        mine = [minute for minute in found if start <= minute.at_ms < start + HOUR_MS]
        span = min(start + HOUR_MS, until_ms) - max(start, since_ms)
        rtts = [m.rtt for m in mine if m.rtt is not None]
        losses = [m.loss for m in mine if m.loss is not None]
        margins = [m.margin for m in mine if m.margin is not None]
        expected = max(len(mine), round(span / 1000 / every_s))
        worst, lowest = max(losses, default=None), min(margins, default=None)
        hours.append(Hour(start, len(mine), expected, median(rtts) if rtts else None, worst, lowest))
        start += HOUR_MS
    return hours[::-1]


def _places(report: wire.Report, key: str) -> dict[str, int]:
    """Where in the flat values of such reports the link's quantities lie."""
    at = 1
    for device in report.devices:
        if device.kind == "link" and key in ("", device.key):
            return {r.quantity: at + 1 + offset for offset, r in reversed(list(enumerate(device.readings)))}
        at += 1 + len(device.readings)
    return {}


def _minute(snapshot: journal.Snapshot, places: dict[str, int]) -> Minute:
    def number(*quantities: str) -> float | None:
        for quantity in quantities:
            value = snapshot.values[places[quantity]] if quantity in places else None
            if isinstance(value, int | float):
                return value
        return None

    return Minute(
        snapshot.observed_ms,
        number("link.internet.rtt", "link.intranet.rtt"),
        number("link.internet.loss", "link.intranet.loss"),
        number("dsl.down.snr_margin"),
        snapshot.report.every,
    )
