"""What happens by the clock: silence is noticed, old reports are swept."""

import asyncio
import logging
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from alerts import watch
from alerts.tables import Hearing
from inventory import answers, trace
from server import act_clock, db, licence_clock, looking

log = logging.getLogger("zeng.trace")

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
    with db.writing(engine) as session:
        answers.old_swept(session, at=datetime.now(UTC))


def anchor_told(engine: Engine, today: date, told_on: date | None) -> date:
    """Once a day the end of the trace goes to the log: kept elsewhere, it proves later that nothing was cut off."""
    if told_on != today:
        with db.reading(engine) as session:
            log.info("the trace stands at %s", trace.standing(session).anchor)
    return today


async def run(engine: Engine, keep_days: int, writes: db.Writes) -> None:
    """Tick until cancelled; a database that is away for a while is not the end."""
    sweep_at = look_at = 0.0
    told_on: date | None = None
    loop = asyncio.get_running_loop()
    while True:
        try:
            await asyncio.to_thread(tick, engine)
            writes.worked()
            told_on = await asyncio.to_thread(anchor_told, engine, datetime.now(UTC).date(), told_on)
            if loop.time() >= look_at:
                await asyncio.to_thread(looking.passed, engine, at=datetime.now(UTC))
                await asyncio.to_thread(act_clock.passed, engine, at=datetime.now(UTC))
                look_at = loop.time() + LOOK_EVERY_S
            if loop.time() >= sweep_at:
                await asyncio.to_thread(sweep, engine, keep_days)
                await asyncio.to_thread(licence_clock.passed, engine, at=datetime.now(UTC))
                sweep_at = loop.time() + SWEEP_EVERY_S
        except SQLAlchemyError as error:
            writes.failed(error)
        await asyncio.sleep(TICK_S)
