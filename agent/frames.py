"""From the spool to a batch of frames: the newest report first, as a difference where that is possible."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from agent import report as wire
from agent.clock import Clock
from agent.disk import Entry

WHOLE_EVERY: Final = 60  # live reports between two whole ones: a server that lost its memory is whole within an hour
MOST_REPORTS: Final = 120
MOST_BYTES: Final = 256_000  # JSON of a batch's frames before compression
UNLIKELY: Final = 64_000_000  # a report that unpacks to more was not written by this agent

_encode: Final = msgspec.json.Encoder().encode


def packed(report: wire.Report) -> bytes:
    """A report as the spool keeps it."""
    return wire.deflated(wire.whole(report))


def unpacked(body: bytes) -> wire.Report:
    return wire.decode_report(wire.inflated(body, UNLIKELY))


@dataclass(slots=True)
class Base:
    """The last live report that the server acknowledged, to which the next one may refer."""

    number: int
    shape: tuple[object, ...]
    values: list[wire.Value]


@dataclass(slots=True)
class Live:
    """What is known of the server's memory of the newest report. A new process knows nothing and sends it whole."""

    base: Base | None = None
    since_whole: int = 0
    most_reports: int = MOST_REPORTS
    most_bytes: int = MOST_BYTES
    sent: Base | None = field(default=None)

    def frame(self, entry: Entry, ago_ms: int) -> wire.Frame:
        """The newest report, as a difference from the last acknowledged one where that is known and alike."""
        report = unpacked(entry.body)
        self.sent = Base(entry.number, wire.shape(report), wire.values(report))
        base = self.base
        if base and base.number < entry.number and base.shape == self.sent.shape and self.since_whole < WHOLE_EVERY - 1:
            change = _encode(wire.difference(base.values, self.sent.values))
            return wire.Frame(entry.number, ago_ms, base.number, msgspec.Raw(change))
        self.base = None
        return wire.Frame(entry.number, ago_ms, 0, msgspec.Raw(wire.whole(report)))

    def acknowledged(self) -> None:
        """The frame made last lies on the server's disk."""
        self.since_whole = 0 if self.base is None else self.since_whole + 1
        self.base = self.sent

    def forget(self) -> None:
        """The server does not know our base, or the numbers changed: send the next report whole."""
        self.base = None

    def halve(self) -> bool:
        """Send smaller batches from now on, because one was too large; False where one report alone is too large."""
        smaller = self.most_reports > 1
        self.most_reports = max(self.most_reports // 2, 1)
        self.most_bytes = max(self.most_bytes // 2, 1)
        return smaller

    def restore(self) -> None:
        self.most_reports, self.most_bytes = MOST_REPORTS, MOST_BYTES


def ago_ms(entry: Entry, clock: Clock, boot: str, offsets: dict[str, int], since_boot_ms: int) -> int:
    """The age of an observation: exact for this boot; for an earlier one by its offset to the server, else its stamp.

    What was seen in an earlier boot is at least as old as this boot, whatever a wall clock said then.
    """
    if entry.boot == boot:
        return max(since_boot_ms - entry.since_boot_ms, 0)
    observed_ms = entry.since_boot_ms + offsets[entry.boot] if entry.boot in offsets else entry.stamp_ms
    return max(clock.stamp() - observed_ms, since_boot_ms)


def backlog(
    entries: Sequence[Entry], age: Callable[[Entry], int], most_bytes: int, alone: frozenset[int] = frozenset()
) -> tuple[list[wire.Frame], list[int]]:
    """Frames of waiting reports, oldest first: the first whole, each other as a difference from the one before it.

    Stops at `most_bytes` of JSON, yet takes at least one. `alone` are numbers that the server wants whole. Also answers
    the numbers whose body cannot be read; no server can be given those.
    """
    frames: list[wire.Frame] = []
    unreadable: list[int] = []
    before: Base | None = None
    size = 0
    for entry in entries:
        try:
            report = unpacked(entry.body)
        except wire.Malformed:
            unreadable.append(entry.number)
            continue
        now = Base(entry.number, wire.shape(report), wire.values(report))
        if before and before.shape == now.shape and entry.number not in alone:
            base, payload = before.number, _encode(wire.difference(before.values, now.values))
        else:
            base, payload = 0, wire.whole(report)
        size += len(payload)
        if frames and size > most_bytes:
            break
        frames.append(wire.Frame(entry.number, age(entry), base, msgspec.Raw(payload)))
        before = now
    return frames, unreadable
