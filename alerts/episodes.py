"""From what was observed to stretches of trouble: pure functions of a sequence of observations.

A device keeps its state from one observation to the next. An agent was not heard wherever two neighbouring
observations lie further apart than its silence begins. Both depend on the observations alone, not on the order in
which they arrived; that is why late evidence can correct yesterday.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts import limits
from alerts.state import Judged, Reason, State


@dataclass(frozen=True, slots=True)
class Observation:
    """What one report says: Unix ms, and per device id the judgement. `every_s`: interval of reports at that time."""

    at_ms: int
    devices: Mapping[int, Judged]
    every_s: int = 60


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """`device` 0 is the agent itself. `end_ms` None: still going on."""

    device: int
    start_ms: int
    end_ms: int | None
    state: State
    reason: Reason


def silence_begins_ms(every_s: int) -> int:
    """How long after its last word an agent counts as silent."""
    return 1000 * max(limits.SILENT_AFTER_REPORTS * every_s, limits.SILENT_AT_LEAST_S)


def derive(observations: Sequence[Observation]) -> list[Stretch]:
    """All stretches of trouble in observations in time order; what still lasts at the last one has no end."""
    out: list[Stretch] = []
    open_since: dict[int, tuple[int, Judged]] = {}
    before: Observation | None = None
    for now in observations:
        if before and now.at_ms - before.at_ms > silence_begins_ms(before.every_s):
            out.append(Stretch(0, before.at_ms, now.at_ms, State.NO_DATA, Reason.AGENT_SILENT))
        for device in {*open_since, *now.devices}:
            judged = now.devices.get(device, Judged(State.UP, Reason.NO_LONGER_REPORTED))
            was = open_since.get(device)
            if was and was[1] != judged:
                out.append(Stretch(device, was[0], now.at_ms, was[1].state, was[1].reason))
                del open_since[device]
            if judged.state != State.UP and device not in open_since:
                open_since[device] = (now.at_ms, judged)
        before = now
    out += [Stretch(device, since, None, j.state, j.reason) for device, (since, j) in open_since.items()]
    return sorted(out, key=lambda s: (s.start_ms, s.device))


def revise(
    known: Iterable[Stretch], derived: Iterable[Stretch], start_ms: int | None, end_ms: int | None
) -> tuple[list[Stretch], list[Stretch]]:
    """Replace what is known between two observations by what was derived anew: `(withdrawn, added)`.

    `start_ms`/`end_ms` None: the window is open on that side. Known stretches that reach over an edge keep the part
    outside; pieces of the same trouble that touch are one stretch.
    """
    known = list(known)
    pieces: list[Stretch] = []
    for k in known:
        if start_ms is not None and k.start_ms < start_ms:
            pieces.append(_with_end(k, start_ms if k.end_ms is None else min(k.end_ms, start_ms)))
        if end_ms is not None and (k.end_ms is None or k.end_ms > end_ms):
            pieces.append(Stretch(k.device, max(k.start_ms, end_ms), k.end_ms, k.state, k.reason))
    for d in derived:
        pieces.append(_with_end(d, end_ms) if d.end_ms is None and end_ms is not None else d)
    revised = _joined(p for p in pieces if p.end_ms is None or p.end_ms > p.start_ms)
    return [k for k in known if k not in revised], [r for r in revised if r not in known]


def _with_end(stretch: Stretch, end_ms: int | None) -> Stretch:
    return Stretch(stretch.device, stretch.start_ms, end_ms, stretch.state, stretch.reason)


def _joined(pieces: Iterable[Stretch]) -> list[Stretch]:
    out: list[Stretch] = []
    for piece in sorted(pieces, key=lambda p: (p.device, p.start_ms)):
        last = out[-1] if out else None
        touches = last is not None and last.device == piece.device and last.end_ms == piece.start_ms
        # Two silences that touch are two gaps with one observation between them, and stay two.
        if last and touches and last.device != 0 and (last.state, last.reason) == (piece.state, piece.reason):
            out[-1] = _with_end(last, piece.end_ms)
        else:
            out.append(piece)
    return out
