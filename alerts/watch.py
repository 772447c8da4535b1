"""Time passed: who has fallen silent, and whether we ourselves were awake to hear it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from alerts import limits
from alerts.state import Reason, State
from alerts.tables import Change, Episode, Hearing, Listening, Report

SWEPT_AT_ONCE = 5_000


def agent_expected(session: Session, agent_id: int, school_id: int) -> None:
    """A new agent was let in; until its first report nothing is known, and nothing is silent."""
    session.add(Hearing(agent_id=agent_id, school_id=school_id))
    session.flush()


def we_listen(session: Session, *, at: datetime) -> bool:
    """Extend the present stretch of listening; True where a new one began because we were deaf until now.

    After deafness every agent gets its full time to speak before its silence counts: it was us who did not hear.
    """
    awake = at - timedelta(seconds=limits.DEAF_AFTER_S)
    still = update(Listening).where(col(Listening.last_tick_at) > awake).values(last_tick_at=at)
    if session.connection().execute(still).rowcount:
        return False
    session.add(Listening(started_at=at, last_tick_at=at))
    session.flush()
    grace = 1000 * limits.SILENT_AT_LEAST_S + _ms(at)
    waiting = col(Hearing.silent_since_ms).is_(None) & (col(Hearing.silent_after_ms) < grace)
    later = col(Hearing.version) + 1
    session.connection().execute(update(Hearing).where(waiting).values(silent_after_ms=grace, version=later))
    return True


def time_passed(session: Session, *, at: datetime) -> list[int]:
    """Agents whose silence has begun: open an episode for each. Returns their ids."""
    if we_listen(session, at=at):
        return []
    due = select(Hearing.agent_id, Hearing.school_id, Hearing.observed_ms, Hearing.version).where(  # type: ignore[call-overload]
        col(Hearing.silent_since_ms).is_(None), col(Hearing.silent_after_ms) <= _ms(at)
    )
    fallen = []
    for agent_id, school_id, observed_ms, version in session.execute(due).all():
        same = (col(Hearing.agent_id) == agent_id) & (col(Hearing.version) == version)
        silent = update(Hearing).where(same).values(silent_since_ms=observed_ms, version=version + 1)
        if session.connection().execute(silent).rowcount != 1:
            continue  # it spoke meanwhile, or another replica saw the silence first
        since = datetime.fromtimestamp(observed_ms / 1000, UTC)
        whose = {"school_id": school_id, "agent_id": agent_id, "device_id": None}
        what = {"state": State.NO_DATA, "reason": Reason.AGENT_SILENT, "known_at": at}
        session.execute(insert(Episode).values(**whose, **what, started_at=since, late=False))
        session.execute(insert(Change).values(**whose, **what, observed_at=since))
        fallen.append(agent_id)
    return fallen


def old_reports_swept(session: Session, agent_id: int, *, before: datetime) -> int:
    """Forget an agent's reports from before a time, oldest first, never a key frame that a kept report needs."""
    oldest = select(Report.number, Report.root, Report.observed_ms).where(col(Report.agent_id) == agent_id)  # type: ignore[call-overload]
    rows = session.execute(oldest.order_by(col(Report.number)).limit(SWEPT_AT_ONCE)).all()
    keep = next((i for i, row in enumerate(rows) if row.observed_ms >= _ms(before)), len(rows))
    needed = {row.root for row in rows[keep:]}
    gone = [row.number for row in rows[:keep] if row.root not in needed and row.number not in needed]
    if keep == len(rows) and rows:  # the chain may go on beyond what was read
        gone = [row.number for row in rows if row.root != rows[-1].root]
    if gone:
        within = (col(Report.agent_id) == agent_id) & (col(Report.number) <= max(gone))
        session.execute(delete(Report).where(within))
    return len(gone)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
