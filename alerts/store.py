"""The rows that one transaction of reports writes: gathered while folding, written together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session, col

from agent import report as wire
from alerts import numbers
from alerts.episodes import silence_begins_ms as begins_ms
from alerts.head import Head
from alerts.state import Judged, Reason, State
from alerts.tables import Change, DeviceState, Episode, Hearing, Report
from inventory.tables import Agent, Device

HEARD = Judged(State.UP, Reason.WORKS)
SILENT = Judged(State.NO_DATA, Reason.AGENT_SILENT)


class Overtaken(Exception):
    """Another replica wrote for an agent since its head was read: roll back, forget the heads, do it again."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """A device (or, None, the agent) turned to another state."""

    head: Head
    device_id: int | None
    judged: Judged
    since: datetime
    at: datetime
    known_at: datetime


@dataclass(slots=True)
class Pending:
    """What is to be written. `late`: numbers per agent that fill a gap and change what was known."""

    reports: list[dict[str, Any]] = field(default_factory=list)
    turns: list[_Turn] = field(default_factory=list)
    late: dict[int, list[int]] = field(default_factory=dict)
    unheard: set[int] = field(default_factory=set)
    passed: list[_Turn] = field(default_factory=list)

    def report(self, agent_id: int, number: int, root: int, observed_ms: int, arrived_ms: int, body: bytes) -> None:
        row = {"agent_id": agent_id, "number": number, "root": root}
        self.reports.append({**row, "observed_ms": observed_ms, "arrived_ms": arrived_ms, "body": body})

    def changed(self, head: Head, device_id: int, judged: Judged, observed_ms: int, now_ms: int) -> None:
        at = instant(observed_ms)
        self.turns.append(_Turn(head, device_id, judged, at, at, instant(now_ms)))

    def silence_ended(self, head: Head, since_ms: int, observed_ms: int, now_ms: int) -> None:
        self.turns.append(_Turn(head, None, HEARD, instant(since_ms), instant(observed_ms), instant(now_ms)))

    def silence_passed(self, head: Head, since_ms: int, observed_ms: int, now_ms: int) -> None:
        self.passed.append(_Turn(head, None, SILENT, instant(since_ms), instant(observed_ms), instant(now_ms)))

    def flush(self, session: Session, heads: Sequence[Head]) -> None:
        _write_hearings(session, heads)
        if self.reports:
            session.execute(insert(Report), self.reports)
        for turn in self.turns:
            _close_and_open(session, turn)
        if self.passed:
            session.execute(insert(Episode), [_silence(turn) for turn in self.passed])
        _first_states(session, self.unheard, self.turns, heads)


def _write_hearings(session: Session, heads: Sequence[Head]) -> None:
    """Every head under the version it was read with; a missing row count means that a replica was quicker."""
    if not heads:
        return
    rows = [
        {
            "b_agent": head.agent_id,
            "b_version": head.version,
            "version": head.version + 1,
            "instance": head.instance,
            "retired": head.retired,
            "received": numbers.text(head.received),
            "head_number": head.number,
            "head_root": head.root,
            "observed_ms": head.observed_ms,
            "arrived_ms": head.arrived_ms,
            "clock_offset_ms": head.clock_offset_ms,
            "every_s": head.report.every if head.report else 60,
            "spool": head.values[0] if head.values else 0,
            "silent_after_ms": (head.arrived_ms or 0) + silence_begins_ms(head),
            "silent_since_ms": head.silent_since_ms,
            "clone": head.clone,
        }
        for head in heads
    ]
    values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if not name.startswith("b_")}
    same = (col(Hearing.agent_id) == bindparam("b_agent")) & (col(Hearing.version) == bindparam("b_version"))
    done = session.connection().execute(update(Hearing.__table__).where(same).values(values), rows)  # type: ignore[attr-defined]
    if done.rowcount != len(rows):
        raise Overtaken([head.agent_id for head in heads])
    for head in heads:
        head.version += 1
        head.dirty = False


def _close_and_open(session: Session, turn: _Turn) -> None:
    whose = col(Episode.device_id).is_(None) if turn.device_id is None else col(Episode.device_id) == turn.device_id
    still = (col(Episode.agent_id) == turn.head.agent_id) & whose & col(Episode.ended_at).is_(None)
    ended = {"ended_at": turn.at, "end_known_at": turn.known_at}
    session.execute(update(Episode).where(still, col(Episode.withdrawn_at).is_(None)).values(ended))
    state, reason = turn.judged.state, turn.judged.reason
    whose_row = {"school_id": turn.head.school_id, "agent_id": turn.head.agent_id, "device_id": turn.device_id}
    known = {"state": state, "reason": reason, "known_at": turn.known_at}
    if state != State.UP:
        session.execute(insert(Episode).values(**whose_row, **known, started_at=turn.at, late=False))
    session.execute(insert(Change).values(**whose_row, **known, observed_at=turn.at))
    if turn.device_id is not None:
        changed = update(DeviceState).where(col(DeviceState.device_id) == turn.device_id)
        done = session.connection().execute(changed.values(**known, since=turn.at))
        if done.rowcount == 0:
            session.execute(insert(DeviceState).values(device_id=turn.device_id, **known, since=turn.at))


def _silence(turn: _Turn) -> dict[str, Any]:
    whose = {"school_id": turn.head.school_id, "agent_id": turn.head.agent_id, "device_id": None}
    when = {"started_at": turn.since, "ended_at": turn.at, "known_at": turn.known_at, "end_known_at": turn.known_at}
    return {**whose, "state": turn.judged.state, "reason": turn.judged.reason, **when, "late": False}


def _first_states(session: Session, unheard: set[int], turns: Sequence[_Turn], heads: Sequence[Head]) -> None:
    """A new device that gave no reading has had no turn, but it has a state: no data."""
    rest = unheard - {turn.device_id for turn in turns}
    for head in heads:
        for slot, judged in zip(head.layout.slots, head.judged, strict=True):
            if slot.device_id in rest:
                at = instant(head.observed_ms or 0)
                _close_and_open(session, _Turn(head, slot.device_id, judged, at, at, instant(head.arrived_ms or 0)))


def known_devices(session: Session, head: Head, report: wire.Report, *, at: datetime) -> dict[str, int]:
    """Ids by key of all devices of a report; new ones are written down, old ones brought up to date."""
    rows = {d.key: d for d in session.scalars(select(Device).where(col(Device.agent_id) == head.agent_id))}
    for seen in report.devices:
        row = rows.get(seen.key)
        if row is None:
            row = Device(agent_id=head.agent_id, school_id=head.school_id, key=seen.key, kind="", first_seen_at=at)
            rows[seen.key] = row
        row.kind, row.gone_at = seen.kind[:24], None
        row.name = (seen.name or row.name)[:200]
        for name in ("vendor", "model", "serial", "address"):
            setattr(row, name, (getattr(seen, name) or getattr(row, name))[:120])
        session.add(row)
    keys = {device.key for device in report.devices}
    for key, row in rows.items():
        if key not in keys and row.gone_at is None:
            row.gone_at = at
            session.add(row)
    session.flush()
    return {key: row.id for key, row in rows.items() if row.id is not None}


def enrolled_macs(session: Session, agent_id: int) -> Collection[str]:
    """Network cards of the computer that the agent was enrolled on."""
    machine = session.scalar(select(col(Agent.machine)).where(col(Agent.id) == agent_id)) or {}
    return list(machine.get("macs", ()))


def overtaken(session: Session, head: Head) -> bool:
    """Whether another replica has written for this agent since its head was read."""
    return session.scalar(select(col(Hearing.version)).where(col(Hearing.agent_id) == head.agent_id)) != head.version


def silence_begins_ms(head: Head) -> int:
    return begins_ms(head.report.every if head.report else 60)


def instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
