"""The newest report of an agent, laid out so that the next one costs little: only what changed is judged again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent import report as wire
from alerts.numbers import Ranges
from alerts.state import RULES, Judged, judge

LOWEST_IS_WORST = frozenset({"dsl.down.snr_margin"})


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a device's values lie in the flat list: `start` holds reachable, `reads` what its rule looks at."""

    device_id: int
    kind: str
    start: int
    reads: tuple[tuple[str, tuple[int, ...]], ...]

    def judged(self, values: Sequence[wire.Value]) -> Judged:
        readings = {
            quantity: values[places[0]] if len(places) == 1 else worst(quantity, [values[p] for p in places])
            for quantity, places in self.reads
        }
        return judge(self.kind, bool(values[self.start]), readings)


@dataclass(frozen=True, slots=True)
class Layout:
    """The slots of a report's shape, and for each position that a rule looks at the slot it belongs to."""

    slots: tuple[Slot, ...]
    watched: Mapping[int, int]


@dataclass(slots=True)
class Head:
    """What the server holds in memory of one agent; `version` tells whether the database still agrees."""

    agent_id: int
    school_id: int
    version: int
    instance: str
    retired: list[str]
    received: Ranges
    number: int = 0
    root: int = 0
    observed_ms: int | None = None
    arrived_ms: int | None = None
    silent_since_ms: int | None = None
    clone: dict[str, object] | None = None
    report: wire.Report | None = None
    values: list[wire.Value] = field(default_factory=list)
    layout: Layout = Layout((), {})
    judged: list[Judged] = field(default_factory=list)
    dirty: bool = False
    clock_offset_ms: int = 0


def worst(quantity: str, values: Sequence[wire.Value]) -> wire.Value:
    """Of several rows of one quantity (two probes in a server room) the one that a person would worry about."""
    numbers = [v for v in values if isinstance(v, int | float)]
    if numbers:
        return min(numbers) if quantity in LOWEST_IS_WORST else max(numbers)
    return next((v for v in values if v not in (None, "", "ok", "closed")), values[0])


def layout(report: wire.Report, device_ids: Mapping[str, int]) -> Layout:
    """Lay out a report whose devices have these ids by key."""
    slots: list[Slot] = []
    watched: dict[int, int] = {}
    at = 1
    for index, device in enumerate(report.devices):
        rule = RULES.get(device.kind)
        places: dict[str, list[int]] = {}
        watched[at] = index
        for offset, reading in enumerate(device.readings, start=at + 1):
            if rule and reading.quantity in rule.reads:
                places.setdefault(reading.quantity, []).append(offset)
                watched[offset] = index
        reads = tuple((quantity, tuple(p)) for quantity, p in places.items())
        slots.append(Slot(device_ids[device.key], device.kind, at, reads))
        at += 1 + len(device.readings)
    return Layout(tuple(slots), watched)
