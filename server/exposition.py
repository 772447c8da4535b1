"""The schools' series as text for Prometheus: lines are kept per agent and written anew only where it was heard.

Rendering by hand because it is a tenth of the cost of a metrics library's objects: a country is over 100,000 lines.
What is not known has no line. A silent agent keeps its own two or three lines and loses those of its devices, so that
no rule can take "not heard" for "down".
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from operator import itemgetter, ne
from typing import Final

from agent import report as wire
from alerts.episodes import silence_begins_ms
from alerts.head import Slot
from alerts.state import RULES, Judged, State
from server import series
from server.current import Seen, Snapshot
from server.places import Place, Places

ORDER: Final = (*series.AGENT, *series.DEVICE)
AT: Final = {name: place for place, name in enumerate(ORDER)}
HELP: Final = {**series.SCHOOL, **series.AGENT, **series.DEVICE}
NOTHING: Final = ("",) * len(ORDER)

Line = tuple[int, str, int, series.Convert]  # metric, text before the value, place in the values, conversion


@dataclass(frozen=True, slots=True)
class _Watched:
    """An infrastructure device: its state lines and its measured lines."""

    kind: str
    key: str
    slot: int
    labels: str
    source: int  # place of ups.state, -1 where there is none
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the values of one shape of report become lines: made when an agent reports other devices."""

    of: tuple[Seen, ...]
    place: Place
    slots: tuple[Slot, ...]
    kinds: tuple[str, ...]
    keys: tuple[str, ...]
    judged_by: Callable[[Sequence[wire.Value]], tuple[wire.Value, ...]]
    owners: tuple[int, ...]
    watched: tuple[_Watched, ...]


@dataclass(slots=True)
class _Kept:
    """What was written for an agent the last time, and from what."""

    plan: _Plan
    snapshot: Snapshot
    heard: bool
    planned: frozenset[str]
    lines: tuple[str, ...] = NOTHING
    evidence: tuple[wire.Value, ...] = ()
    judged: list[Judged] = field(default_factory=list)
    counts: str = ""


class Exposition:
    """One per process; a second scrape at the same time waits for the first."""

    def __init__(self) -> None:
        self._kept: dict[int, _Kept] = {}
        self._lock = threading.Lock()

    def render(self, places: Places, snapshots: Mapping[int, Snapshot], *, at: datetime) -> bytes:
        """All series of schools, grouped by metric as the format demands."""
        now_ms = round(at.timestamp() * 1000)
        with self._lock:
            rows = [self._lines(place, snapshots.get(place.agent_id), places, now_ms) for place in places.agents]
            for gone in self._kept.keys() - {place.agent_id for place in places.agents}:
                del self._kept[gone]
        columns = zip(*rows, strict=True) if rows else [()] * len(ORDER)
        parts = _schools(places)
        parts += [_group(name, column) for name, column in zip(ORDER, columns, strict=True)]
        return b"".join(parts)

    def _lines(self, place: Place, snapshot: Snapshot | None, places: Places, now_ms: int) -> tuple[str, ...]:
        if snapshot is None or snapshot.observed_ms is None:
            return NOTHING  # enrolled but never heard: nothing is known, so nothing is silent
        kept = self._kept.get(place.agent_id)
        # Also where the clock of the server has not yet noticed the silence, as after a restart.
        due_ms = snapshot.observed_ms + silence_begins_ms(snapshot.every_s)
        heard = snapshot.silent_since_ms is None and now_ms <= due_ms
        planned = places.planned_for(place)
        if kept is None or kept.plan.of is not snapshot.devices or kept.plan.place != place:
            kept = _Kept(_planned(place, snapshot.devices), snapshot, heard, planned)
            self._kept[place.agent_id] = kept
        elif kept.snapshot is snapshot and kept.heard == heard and kept.planned == planned:
            return kept.lines
        same_plans = kept.planned == planned
        kept.snapshot, kept.heard, kept.planned = snapshot, heard, planned
        out = _agent(place, snapshot)
        if heard and snapshot.values:
            changed = _judge_anew(kept, snapshot.values)
            if changed or not same_plans or not kept.counts:
                kept.counts = _counts(kept)
            _devices(kept, snapshot.values, out)
        kept.lines = tuple(out)
        return kept.lines


def _schools(places: Places) -> list[bytes]:
    names = (f'zeng_school_info{{{s.labels},name="{series.escaped(s.name)}"}} 1\n' for s in places.schools)
    planned = (f"zeng_school_maintenance{{{s.labels}}} {int(s.id in places.whole)}\n" for s in places.schools)
    return [_group("zeng_school_info", names), _group("zeng_school_maintenance", planned)]


def _group(name: str, lines: Iterable[str]) -> bytes:
    text = "".join(lines)
    return f"# HELP {name} {HELP[name]}\n# TYPE {name} gauge\n{text}".encode() if text else b""


def _agent(place: Place, snapshot: Snapshot) -> list[str]:
    out = list(NOTHING)
    whose = "{" + place.labels + "} "
    silent = int(snapshot.silent_since_ms is not None)
    out[AT["zeng_agent_last_report_timestamp_seconds"]] = (
        f"zeng_agent_last_report_timestamp_seconds{whose}{(snapshot.observed_ms or 0) / 1000}\n"
    )
    out[AT["zeng_agent_silent"]] = f"zeng_agent_silent{whose}{silent}\n"
    if silent and snapshot.ending == "shutdown":
        out[AT["zeng_agent_off"]] = f"zeng_agent_off{whose}1\n"
    if not silent:
        if snapshot.clock_offset_ms is not None:
            offset = snapshot.clock_offset_ms / 1000
            out[AT["zeng_agent_clock_offset_seconds"]] = f"zeng_agent_clock_offset_seconds{whose}{offset}\n"
        out[AT["zeng_agent_spool_reports"]] = f"zeng_agent_spool_reports{whose}{snapshot.spool}\n"
    return out


def _planned(place: Place, devices: tuple[Seen, ...]) -> _Plan:
    slots, watched, evidence, owners = [], [], [], []
    for index, seen in enumerate(devices):
        rule, places = RULES.get(seen.kind), dict[str, list[int]]()
        for offset, (quantity, _, _) in enumerate(seen.columns, start=seen.at + 1):
            if rule and quantity in rule.reads:
                places.setdefault(quantity, []).append(offset)
        slots.append(Slot(index, seen.kind, seen.at, tuple((q, tuple(p)) for q, p in places.items())))
        reads = [seen.at, *(place for some in places.values() for place in some)]
        evidence += reads
        owners += [index] * len(reads)
        if seen.kind in series.INFRASTRUCTURE:
            watched.append(_watched(place, index, seen))
    pick = itemgetter(0, *evidence)  # 0 first, so that there are always two or more and the answer is a tuple
    kinds = tuple(d.kind if d.kind in series.COUNTED_KINDS else "other" for d in devices)
    keys = tuple(d.key for d in devices)
    return _Plan(devices, place, tuple(slots), kinds, keys, pick, (-1, *owners), tuple(watched))


def _watched(place: Place, index: int, seen: Seen) -> _Watched:
    labels = f'{place.labels},device="{series.escaped(seen.key)}"'
    lines: list[Line] = []
    written = set()
    source = -1
    for offset, (quantity, row, unit) in enumerate(seen.columns, start=seen.at + 1):
        if quantity == "ups.state":
            source = offset
        found = series.of(seen.kind, quantity, unit)
        if found is None:
            continue
        to, convert = found
        extra = f",{to.label}" if to.label else ""
        extra += f',{to.index_label}="{series.escaped(row)}"' if to.index_label else ""
        text = f"{to.metric}{{{labels}{extra}}} "
        if text not in written:  # of several rows without a label to tell them apart the first counts
            written.add(text)
            lines.append((AT[to.metric], text, offset, convert))
    return _Watched(seen.kind, seen.key, index, labels, source, tuple(lines))


def _judge_anew(kept: _Kept, values: Sequence[wire.Value]) -> bool:
    """Judge the devices whose evidence changed; True where a judgement did."""
    plan, before = kept.plan, kept.evidence
    now = kept.evidence = plan.judged_by(values)
    if not before:
        kept.judged = [slot.judged(values) for slot in plan.slots]
        return True
    changed = False
    for index in set(compress(plan.owners, map(ne, before, now))) - {-1}:
        judged = plan.slots[index].judged(values)
        changed |= judged.state != kept.judged[index].state
        kept.judged[index] = judged
    return changed


def _counts(kept: _Kept) -> str:
    whole = "" in kept.planned
    states = Counter(
        (kind, State.MAINTENANCE if whole or key in kept.planned else judged.state)
        for kind, key, judged in zip(kept.plan.kinds, kept.plan.keys, kept.judged, strict=True)
    )
    labels = kept.plan.place.labels
    return "".join(
        f'zeng_devices{{{labels},kind="{kind}",state="{state.value}"}} {number}\n'
        for (kind, state), number in states.items()
    )


def _devices(kept: _Kept, values: Sequence[wire.Value], out: list[str]) -> None:
    out[AT["zeng_devices"]] = kept.counts
    for device in kept.plan.watched:
        judged, labels = kept.judged[device.slot], device.labels
        works = series.up(judged)
        if works is not None:
            out[_DEVICE_UP] += f'zeng_device_up{{{labels},kind="{device.kind}"}} {works}\n'
        if device.key in kept.planned:
            out[_DEVICE_PLANNED] += f"zeng_device_maintenance{{{labels}}} 1\n"
        if device.kind == "link":
            if works is not None:
                out[_LINK_UP] += f"zeng_link_up{{{labels}}} {works}\n"
                out[_LINK_DEGRADED] += f"zeng_link_degraded{{{labels}}} {int(judged.state == State.DEGRADED)}\n"
        elif device.kind == "ups" and not _ups_speaks(device, values, out):
            continue
        elif not values[kept.plan.slots[device.slot].start]:
            continue  # it did not answer: what it measured is not known
        for metric, text, place, convert in device.lines:
            value = values[place]
            if type(value) is int or type(value) is float:
                out[metric] += f"{text}{convert(value)}\n"


def _ups_speaks(device: _Watched, values: Sequence[wire.Value], out: list[str]) -> bool:
    """Write the power source; False where the rest is what the card remembers of a UPS that it has lost."""
    source = values[device.source] if device.source >= 0 else None
    if source in series.UPS_SPEAKS:
        out[_UPS_BATTERY] += f"zeng_ups_on_battery{{{device.labels}}} {int(source == 'battery')}\n"
    if source in series.UPS_SPEAKS or source == "no_communication":
        out[_UPS_LOST] += f"zeng_ups_communication_lost{{{device.labels}}} {int(source == 'no_communication')}\n"
    return source not in series.UPS_LOST


_DEVICE_UP, _DEVICE_PLANNED = AT["zeng_device_up"], AT["zeng_device_maintenance"]
_LINK_UP, _LINK_DEGRADED = AT["zeng_link_up"], AT["zeng_link_degraded"]
_UPS_LOST, _UPS_BATTERY = AT["zeng_ups_communication_lost"], AT["zeng_ups_on_battery"]
