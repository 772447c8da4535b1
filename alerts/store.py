"""The rows that one transaction of reports writes: gathered while folding, written together."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
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


ADD_REPORT = insert(Report.__table__)  # type: ignore[attr-defined]
_OPEN = (
    (col(Episode.agent_id) == bindparam("b_agent"))
    & col(Episode.ended_at).is_(None)
    & col(Episode.withdrawn_at).is_(None)
)
_ENDED: dict[str, Any] = {"ended_at": bindparam("ended_at"), "end_known_at": bindparam("end_known_at")}
CLOSE_DEVICE = update(Episode).where(_OPEN, col(Episode.device_id) == bindparam("b_device")).values(_ENDED)
CLOSE_SILENCE = update(Episode).where(_OPEN, col(Episode.device_id).is_(None)).values(_ENDED)
_TURNED: dict[str, Any] = {name: bindparam(name) for name in ("state", "reason", "known_at", "since")}
TURN_STATE = update(DeviceState).where(col(DeviceState.device_id) == bindparam("b_device")).values(_TURNED)


_HEARD = """version instance retired received head_number head_root observed_ms arrived_ms clock_offset_ms every_s spool
silent_after_ms silent_since_ms clone""".split()  # noqa: SIM905
HEARD_AGAIN = (
    update(Hearing.__table__)  # type: ignore[attr-defined]
    .where(col(Hearing.agent_id) == bindparam("b_agent"), col(Hearing.version) == bindparam("b_version"))
    .values({name: bindparam(name) for name in _HEARD})
)


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
        _write_hearings(session.connection(), heads)
        if self.reports:
            session.connection().execute(ADD_REPORT, self.reports)
        new: Collection[int] = self.unheard
        for wave in _waves([*self.turns, *_first_states(self.unheard, self.turns, heads)]):
            _close_and_open(session, wave, new=new)
            new = ()
        if self.passed:
            session.execute(insert(Episode), [_silence(turn) for turn in self.passed])


def _waves(turns: Sequence[_Turn]) -> list[list[_Turn]]:
    """In order, each device at most once per wave: what a wave holds is written in a few statements."""
    waves: list[list[_Turn]] = []
    seen: Counter[tuple[int, int | None]] = Counter()
    for turn in turns:
        who = (turn.head.agent_id, turn.device_id)
        if seen[who] == len(waves):
            waves.append([])
        waves[seen[who]].append(turn)
        seen[who] += 1
    return waves


def _write_hearings(connection: Connection, heads: Sequence[Head]) -> None:
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
    done = connection.execute(HEARD_AGAIN, rows)
    if done.rowcount != len(rows):
        raise Overtaken([head.agent_id for head in heads])
    for head in heads:
        head.version += 1
        head.dirty = False


def _close_and_open(session: Session, turns: Sequence[_Turn], *, new: Collection[int]) -> None:
    """Close the open episode of each, open another where it is not up, and leave the trace of the change."""
    connection = session.connection()
    for device in (True, False):
        ended = [
            {"b_agent": t.head.agent_id, "b_device": t.device_id, "ended_at": t.at, "end_known_at": t.known_at}
            for t in turns
            if (t.device_id is not None) == device and t.device_id not in new
        ]
        if ended:
            connection.execute(CLOSE_DEVICE if device else CLOSE_SILENCE, ended)
    opened = [{**_whose(t), **_what(t), "started_at": t.at, "late": False} for t in turns if t.judged.state != State.UP]
    if opened:
        connection.execute(insert(Episode), opened)
    connection.execute(insert(Change), [{**_whose(t), **_what(t), "observed_at": t.at} for t in turns])
    states = [t for t in turns if t.device_id is not None]
    fresh = [{"device_id": t.device_id, **_what(t), "since": t.at} for t in states if t.device_id in new]
    known = [{"b_device": t.device_id, **_what(t), "since": t.at} for t in states if t.device_id not in new]
    if fresh:
        connection.execute(insert(DeviceState), fresh)
    if known:
        connection.execute(TURN_STATE, known)


def _whose(turn: _Turn) -> dict[str, Any]:
    return {"school_id": turn.head.school_id, "agent_id": turn.head.agent_id, "device_id": turn.device_id}


def _what(turn: _Turn) -> dict[str, Any]:
    return {"state": turn.judged.state, "reason": turn.judged.reason, "known_at": turn.known_at}


def _silence(turn: _Turn) -> dict[str, Any]:
    whose = {"school_id": turn.head.school_id, "agent_id": turn.head.agent_id, "device_id": None}
    when = {"started_at": turn.since, "ended_at": turn.at, "known_at": turn.known_at, "end_known_at": turn.known_at}
    return {**whose, "state": turn.judged.state, "reason": turn.judged.reason, **when, "late": False}


def _first_states(unheard: Collection[int], turns: Sequence[_Turn], heads: Sequence[Head]) -> list[_Turn]:
    """A new device that gave no reading has had no turn, but it has a state: no data."""
    rest = set(unheard) - {turn.device_id for turn in turns}
    if not rest:
        return []
    return [
        _Turn(head, slot.device_id, judged, at, at, instant(head.arrived_ms or 0))
        for head in heads
        for at in [instant(head.observed_ms or 0)]
        for slot, judged in zip(head.layout.slots, head.judged, strict=True)
        if slot.device_id in rest
    ]


def known_devices(
    session: Session, head: Head, report: wire.Report, *, at: datetime
) -> tuple[dict[str, int], set[int]]:
    """Ids by key of all devices of a report, and which are new; changed descriptions are brought up to date."""
    connection, mine = session.connection(), col(Device.agent_id) == head.agent_id
    rows = {row.key: row for row in connection.execute(select(Device.__table__).where(mine))}  # type: ignore[attr-defined]
    described = {seen.key: _described(seen) for seen in report.devices}
    whose = {"agent_id": head.agent_id, "school_id": head.school_id, "first_seen_at": at}
    fresh = [{**whose, "key": key, **words} for key, words in described.items() if key not in rows]
    if fresh:
        connection.execute(insert(Device), fresh)
    changed = [
        {"b_device": rows[key].id, **words}
        for key, words in described.items()
        if key in rows and any(getattr(rows[key], name) != value for name, value in words.items())
    ]
    gone = [
        {"b_device": row.id, "gone_at": at} for key, row in rows.items() if key not in described and not row.gone_at
    ]
    for group in (changed, gone):
        if group:
            names = [name for name in group[0] if not name.startswith("b_")]
            described_anew = update(Device).where(col(Device.id) == bindparam("b_device"))
            connection.execute(described_anew.values({name: bindparam(name) for name in names}), group)
    if not fresh:
        return {key: row.id for key, row in rows.items()}, set()
    ids = {row.key: row.id for row in connection.execute(select(col(Device.key), col(Device.id)).where(mine))}
    return ids, {ids[row["key"]] for row in fresh}


def _described(seen: wire.Device) -> dict[str, Any]:
    words = {"kind": seen.kind[:24], "name": seen.name[:200], "gone_at": None}
    return words | {name: getattr(seen, name)[:120] for name in ("vendor", "model", "serial", "address")}


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
