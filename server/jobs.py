"""What happens by the clock: silence is noticed, old reports are swept."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from alerts import watch
from alerts.tables import Hearing
from server import db, looking

TICK_S = 5.0
SWEEP_EVERY_S = 3600.0
LOOK_EVERY_S = 30.0


def tick(engine: Engine) -> None:
    with db.writing(engine) as session:
        watch.time_passed(session, at=datetime.now(UTC))


def sweep(engine: Engine, keep_days: int) -> None:
    before = datetime.now(UTC) - timedelta(days=keep_days)
    with db.reading(engine) as session:
        agents = list(session.scalars(select(col(Hearing.agent_id))))
    for agent_id in agents:
        with db.writing(engine) as session:
            watch.old_reports_swept(session, agent_id, before=before)


async def run(engine: Engine, keep_days: int, writes: db.Writes) -> None:
    """Tick until cancelled; a database that is away for a while is not the end."""
    sweep_at = look_at = 0.0
    loop = asyncio.get_running_loop()
    while True:
        try:
            await asyncio.to_thread(tick, engine)
            writes.worked()
            if loop.time() >= look_at:
                await asyncio.to_thread(looking.passed, engine, at=datetime.now(UTC))
                look_at = loop.time() + LOOK_EVERY_S
            if loop.time() >= sweep_at:
                await asyncio.to_thread(sweep, engine, keep_days)
                sweep_at = loop.time() + SWEEP_EVERY_S
        except SQLAlchemyError as error:
            writes.failed(error)
        await asyncio.sleep(TICK_S)
