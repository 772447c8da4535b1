"""What the clock does for licences: ends that come near are told, and systems that agents name are put down as seen."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine, and_, func, or_, select
from sqlmodel import Session, col

from alerts import journal
from alerts.tables import Hearing
from inventory import expiry, software
from inventory.roles import job
from inventory.tables import Device, Match, Product, SoftwareSeen
from server import db

AGAIN: Final = timedelta(hours=20)  # until a system that was seen is put down again
BATCH: Final = 200
LOCAL: Final = "local:"  # the key of the computer that the agent itself runs on
log = logging.getLogger("zeng.licences")


def passed(engine: Engine, *, at: datetime) -> None:
    """Once an hour. Everything in it may run twice, or on two replicas."""
    systems_seen(engine, at=at)
    with db.writing(engine) as session:
        told = expiry.time_passed(session, by=job("licences"), at=at)
        days = [(warning.seats, warning.days) for warning in told]
    for seats, before in days:
        log.warning("%s seats of licences end within %s days and are not renewed", seats, before)


def systems_seen(engine: Engine, *, at: datetime) -> int:
    """The operating system of every computer whose agent was heard and which is a piece of the register."""
    with db.reading(engine) as session:
        if not any(session.scalars(select(col(Product.seen_as)))):
            return 0
        due = _due(session, at)
        named = [(asset, system, seen) for asset, agent, root, seen in due if (system := _system(session, agent, root))]
    for start in range(0, len(named), BATCH):
        with db.writing(engine) as session:
            for asset, system, seen in named[start : start + BATCH]:
                software.seen_software(session, asset, system, system, at=seen)
    return len(named)


def _due(session: Session, at: datetime) -> list[tuple[int, int, int, datetime]]:
    """Piece, agent, number of the report that names the system, and when the agent was heard last."""
    last = select(func.max(SoftwareSeen.last_seen_at)).where(col(SoftwareSeen.asset_id) == col(Match.asset_id))
    rows = session.execute(
        select(col(Match.asset_id), col(Hearing.agent_id), col(Hearing.head_root), col(Hearing.observed_ms))
        .join(Device, col(Device.id) == col(Match.device_id))
        .join(Hearing, col(Hearing.agent_id) == col(Device.agent_id))
        .where(
            and_(col(Device.key).startswith(LOCAL, autoescape=True), col(Device.gone_at).is_(None)),
            col(Hearing.observed_ms).is_not(None),
            col(Hearing.silent_since_ms).is_(None),
            or_(last.scalar_subquery().is_(None), last.scalar_subquery() < at - AGAIN),
        )
        .order_by(col(Match.asset_id))
    )
    return [(asset, agent, root, datetime.fromtimestamp(ms / 1000, UTC)) for asset, agent, root, ms in rows]


def _system(session: Session, agent: int, root: int) -> str:
    """As the agent named it in the key frame of its newest reports: "Windows 10 AMD64"; "" where it said nothing."""
    found = journal.newest(session, agent, root)
    return found.report.machine.system if found else ""
