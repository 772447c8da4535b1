"""Late evidence corrects yesterday: reports that fill a gap rewrite the episodes of that gap, and page nobody."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, or_, select, update
from sqlmodel import Session, col

from alerts import journal
from alerts.episodes import Observation, Stretch, derive, revise
from alerts.head import Head, Layout, layout
from alerts.store import instant
from alerts.tables import Episode
from inventory.tables import Device


def rederive(session: Session, head: Head, late: Sequence[int], *, at: datetime) -> None:
    """Derive the episodes anew between the neighbours of the late numbers; what no longer holds is withdrawn."""
    session.flush()
    first, last = min(late), max(late)
    earlier, later = journal.before(session, head.agent_id, first), journal.after(session, head.agent_id, last)
    observations = _observations(session, head.agent_id, earlier or first, later or last)
    start_ms = observations[0].at_ms if earlier is not None else None
    end_ms = observations[-1].at_ms if later is not None else None
    rows = _known(session, head.agent_id, start_ms, end_ms)
    withdrawn, added = revise(rows, derive(observations), start_ms, end_ms)
    if withdrawn:
        ids = [rows[stretch] for stretch in withdrawn]
        session.execute(update(Episode).where(col(Episode.id).in_(ids)).values(withdrawn_at=at))
    if added:
        session.execute(insert(Episode), [_row(head, stretch, at) for stretch in added])


def _observations(session: Session, agent_id: int, first: int, last: int) -> list[Observation]:
    devices = session.execute(select(col(Device.key), col(Device.id)).where(col(Device.agent_id) == agent_id))
    ids: dict[str, int] = {key: device_id for key, device_id in devices if device_id is not None}
    layouts: dict[int, Layout] = {}
    out = []
    for snapshot in journal.read(session, agent_id, first, last):
        if snapshot.root not in layouts:
            _make_known(session, agent_id, snapshot, ids)
            layouts[snapshot.root] = layout(snapshot.report, ids)
        slots = layouts[snapshot.root].slots
        judged = {slot.device_id: slot.judged(snapshot.values) for slot in slots}
        out.append(Observation(snapshot.observed_ms, judged, snapshot.report.every))
    return sorted(out, key=lambda o: o.at_ms)


def _make_known(session: Session, agent_id: int, snapshot: journal.Snapshot, ids: dict[str, int]) -> None:
    """A device that only the late reports know (removed since) is written down as gone."""
    school_id = session.scalar(select(col(Device.school_id)).where(col(Device.agent_id) == agent_id).limit(1))
    when = instant(snapshot.observed_ms)
    for seen in snapshot.report.devices:
        if seen.key in ids or school_id is None:
            continue
        row = Device(agent_id=agent_id, school_id=school_id, key=seen.key, kind=seen.kind[:24], name=seen.name[:200])
        row.first_seen_at = row.gone_at = when
        session.add(row)
        session.flush()
        ids[seen.key] = row.id or 0


def _known(session: Session, agent_id: int, start_ms: int | None, end_ms: int | None) -> dict[Stretch, int]:
    """Episodes that hold now and overlap the window, as stretches with their row ids."""
    holds = select(Episode).where(col(Episode.agent_id) == agent_id, col(Episode.withdrawn_at).is_(None))
    if start_ms is not None:
        ended = col(Episode.ended_at)
        holds = holds.where(or_(ended.is_(None), ended >= instant(start_ms)))
    if end_ms is not None:
        holds = holds.where(col(Episode.started_at) <= instant(end_ms))
    return {_stretch(row): row.id or 0 for row in session.scalars(holds)}


def _stretch(row: Episode) -> Stretch:
    end = None if row.ended_at is None else _ms(row.ended_at)
    return Stretch(row.device_id or 0, _ms(row.started_at), end, row.state, row.reason)


def _row(head: Head, stretch: Stretch, at: datetime) -> dict[str, object]:
    ended = None if stretch.end_ms is None else instant(stretch.end_ms)
    return {
        "school_id": head.school_id,
        "agent_id": head.agent_id,
        "device_id": stretch.device or None,
        "state": stretch.state,
        "reason": stretch.reason,
        "started_at": instant(stretch.start_ms),
        "ended_at": ended,
        "known_at": at,
        "end_known_at": None if ended is None else at,
        "late": True,
    }


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
