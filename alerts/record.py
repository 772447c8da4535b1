"""Reports arrived: fold them into states and outages. The only writer of what agents say."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from sqlmodel import Session

from agent import report as wire
from alerts import clones, hindsight, limits, numbers, store
from alerts.head import Head, layout
from alerts.heads import Heads
from alerts.state import FAMILIES, RULES, Judged, Reason, State

MAX_UNPACKED = 4_000_000  # bytes of JSON in one batch; a full school's hour is about 400 kB
CLONE_SENTENCE = (
    "This agent key is used on two computers: {known} and {other}. "
    "Enrol {other} with a code of its own; until then its reports stay on its own disk."
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A batch as it came in: its body is unpacked here, so that the door stays thin."""

    agent_id: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to answer: `answer`, or a `problem` kind ("malformed", "clone") with its sentence."""

    answer: wire.Answer | None = None
    problem: str = ""
    sentence: str = ""


@dataclass(slots=True)
class Tally:
    """What happened in one transaction, for the server's own metrics."""

    counts: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    late: int = 0
    values: int = 0
    set_aside: int = 0


@dataclass(slots=True)
class _Chain:
    """The last frame of this batch that a difference may refer to. `clean`: it is stored under `root`."""

    number: int
    root: int
    report: wire.Report
    values: list[wire.Value]
    clean: bool


def reports_arrived(
    session: Session, deliveries: Sequence[Delivery], heads: Heads, *, at: datetime
) -> tuple[list[Outcome], Tally]:
    """Take in batches of many agents in one transaction; the caller commits and only then answers.

    Raises store.Overtaken where another replica wrote for one of the agents meanwhile: roll back, forget the heads of
    these agents and call again.
    """
    now_ms, tally, journal = int(at.timestamp() * 1000), Tally(), store.Pending()
    outcomes = [_delivery_arrived(session, delivery, heads, journal, tally, now_ms) for delivery in deliveries]
    touched = {d.agent_id: heads.get(session, d.agent_id) for d in deliveries}
    journal.flush(session, [head for head in touched.values() if head.dirty])
    for agent_id, late in journal.late.items():
        hindsight.rederive(session, touched[agent_id], late, at=at)
    return outcomes, tally


def _delivery_arrived(
    session: Session, delivery: Delivery, heads: Heads, journal: store.Pending, tally: Tally, now_ms: int
) -> Outcome:
    try:
        sent_at_ms, instance, raws = wire.decode_batch(delivery.body, MAX_UNPACKED)
    except wire.Malformed as error:
        return Outcome(problem="malformed", sentence=str(error))
    head = heads.get(session, delivery.agent_id)
    if not _admitted(session, head, instance, raws, now_ms):
        other = str((head.clone or {}).get("hostname") or "another computer")
        known = head.report.machine.hostname if head.report else "the one enrolled"
        return Outcome(problem="clone", sentence=CLONE_SENTENCE.format(known=known, other=other))
    refused: list[wire.Verdict] = []
    chain: _Chain | None = None
    repeated = False
    for place, raw in enumerate(raws):
        number = 0
        try:
            frame = wire.decode_frame(raw)
            number = frame.number
            _plausible(frame)
            chain = _unpacked(head, chain, frame)
        except wire.Malformed as error:
            tally.refused += 1
            refused.append(wire.Verdict(number, f"frame {place + 1}: {error}" if not number else str(error), False))
            continue
        except _TryAgain as error:
            if str(error) == wire.BASE and store.overtaken(session, head):
                raise store.Overtaken(head.agent_id) from error
            tally.refused += 1
            refused.append(wire.Verdict(number, str(error), True))
            continue
        observed_ms = now_ms - max(frame.ago_ms, 0)
        if not numbers.add(head.received, number):
            tally.duplicates += 1
            repeated, chain.clean = True, False
            continue
        body = delivery.body if len(raws) == 1 else b""
        _keep(journal, head, chain, frame, instance, observed_ms, now_ms, body)
        if number > head.number:
            _fold(session, head, chain, observed_ms, now_ms, journal, tally)
        else:
            journal.late.setdefault(head.agent_id, []).append(number)
            tally.late += 1
        tally.accepted += 1
        tally.values += len(chain.values)
    head.arrived_ms, head.dirty = now_ms, True
    head.clock_offset_ms = sent_at_ms - now_ms
    return Outcome(wire.Answer(now_ms, refused, head.number + 1 if repeated else 0))


class _TryAgain(Exception):
    """This frame cannot be taken as it is, but the same report may be, sent another way."""


def _plausible(frame: wire.Frame) -> None:
    if frame.number < 1:
        raise wire.Malformed(f"number: {frame.number}; reports are numbered from 1")
    if frame.ago_ms < -1000 * limits.FUTURE_TOLERANCE_S:
        raise _TryAgain(wire.CLOCK)
    if frame.ago_ms > limits.OLDEST_REPORT_DAYS * 86_400_000:
        raise wire.Malformed(f"ago_ms: older than {limits.OLDEST_REPORT_DAYS} days; such reports are no longer taken")


def _unpacked(head: Head, chain: _Chain | None, frame: wire.Frame) -> _Chain:
    """The frame's values: whole, or by its difference from the frame before it or from the newest report."""
    if frame.base == 0:
        report = wire.decode_report(frame.payload)
        return _Chain(frame.number, frame.number, report, wire.values(report), True)
    if chain is not None and chain.number == frame.base:
        base = chain
    elif head.report is not None and head.number == frame.base:
        base = _Chain(head.number, head.root, head.report, head.values, True)
    else:
        raise _TryAgain(wire.BASE)
    if frame.number <= frame.base:
        raise wire.Malformed(f"base: {frame.base} is not lower than the number {frame.number}")
    values, _ = wire.patched(base.values, wire.decode_difference(frame.payload))
    return _Chain(frame.number, base.root, base.report, values, base.clean)


def _admitted(session: Session, head: Head, instance: str, raws: Sequence[msgspec.Raw], now_ms: int) -> bool:
    if instance == head.instance:
        return True
    machine = _machine(raws)
    known = head.report.machine.macs if head.report else store.enrolled_macs(session, head.agent_id)
    alive = head.arrived_ms is not None and now_ms - head.arrived_ms < 1000 * limits.SILENT_AT_LEAST_S
    admitted = clones.admit(
        instance,
        current=head.instance,
        retired=head.retired,
        macs=machine.macs if machine else (),
        known_macs=known,
        known_is_alive=alive,
    )
    head.dirty = True
    if admitted.admission == clones.Admission.CLONE:
        hostname = machine.hostname if machine else ""
        macs = list(machine.macs) if machine else []
        head.clone = {"hostname": hostname, "macs": macs, "instance": instance, "seen_ms": now_ms}
        return False
    head.instance, head.retired = instance, admitted.retired
    return True


def _machine(raws: Sequence[msgspec.Raw]) -> wire.Machine | None:
    for raw in raws[:1]:
        try:
            frame = wire.decode_frame(raw)
            return wire.decode_report(frame.payload).machine if frame.base == 0 else None
        except wire.Malformed:
            return None
    return None


def _keep(
    journal: store.Pending,
    head: Head,
    chain: _Chain,
    frame: wire.Frame,
    instance: str,
    observed_ms: int,
    now_ms: int,
    body: bytes,
) -> None:
    """Into the journal: as it came where its chain is stored too, whole where it is not."""
    if not chain.clean:
        payload = msgspec.Raw(wire.whole(wire.with_values(chain.report, chain.values)))
        frame, body = wire.Frame(frame.number, frame.ago_ms, 0, payload), b""
        chain.root, chain.clean = frame.number, True
    stored = body or wire.encode_batch([frame], now_ms, instance)
    journal.report(head.agent_id, frame.number, chain.root, observed_ms, now_ms, stored)


def _fold(
    session: Session, head: Head, chain: _Chain, observed_ms: int, now_ms: int, journal: store.Pending, tally: Tally
) -> None:
    """The newest report of its agent: judge what changed, open and close episodes."""
    _silence_ended(head, observed_ms, now_ms, journal)
    if chain.report is not head.report:
        _shape_changed(session, head, chain, observed_ms, now_ms, journal, tally)
        doubtful: Iterable[int] = range(len(head.layout.slots))
    else:
        watched, old, new = head.layout.watched, head.values, chain.values
        doubtful = {slot for place, slot in watched.items() if old[place] != new[place]}
    head.values = chain.values
    for index in doubtful:
        judged = head.layout.slots[index].judged(chain.values)
        if judged != head.judged[index]:
            head.judged[index] = judged
            journal.changed(head, head.layout.slots[index].device_id, judged, observed_ms, now_ms)
    head.number, head.root, head.observed_ms = chain.number, chain.root, observed_ms


def _silence_ended(head: Head, observed_ms: int, now_ms: int, journal: store.Pending) -> None:
    """Heard again. The silence lasts from the last word to this one, whether the clock had noticed it or not."""
    if head.silent_since_ms is not None:
        journal.silence_ended(head, head.silent_since_ms, observed_ms, now_ms)
        head.silent_since_ms = None
    elif head.observed_ms is not None and head.report is not None:
        gap = observed_ms - head.observed_ms
        if gap > store.silence_begins_ms(head):
            journal.silence_passed(head, head.observed_ms, observed_ms, now_ms)


def _shape_changed(
    session: Session, head: Head, chain: _Chain, observed_ms: int, now_ms: int, journal: store.Pending, tally: Tally
) -> None:
    """A key frame: make devices known, mark those that are no longer reported, lay the values out anew."""
    same = head.report is not None and wire.shape(head.report) == wire.shape(chain.report)
    old = {slot.device_id: j for slot, j in zip(head.layout.slots, head.judged, strict=True)}
    head.report = chain.report
    if same:
        return
    tally.set_aside += _unknown(chain.report)
    ids, new = store.known_devices(session, head, chain.report, at=_instant(observed_ms))
    head.layout = layout(chain.report, ids)
    still = {slot.device_id for slot in head.layout.slots}
    for device_id in old.keys() - still:
        gone = Judged(State.UP, Reason.NO_LONGER_REPORTED)
        journal.changed(head, device_id, gone, observed_ms, now_ms)
    unheard, back = Judged(State.NO_DATA, Reason.NO_READING), Judged(State.UP, Reason.NO_LONGER_REPORTED)
    head.judged = [old.get(s.device_id) or (unheard if s.device_id in new else back) for s in head.layout.slots]
    journal.unheard |= new


def _unknown(report: wire.Report) -> int:
    """Readings that this server does not know (a newer agent): kept in the journal, judged by nobody, counted."""
    return sum(
        len(device.readings)
        if device.kind not in RULES
        else sum(reading.quantity.split(".", 1)[0] not in FAMILIES for reading in device.readings)
        for device in report.devices
    )


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
