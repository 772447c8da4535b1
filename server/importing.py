"""Files that were brought are worked through beside everything else, a small transaction after the other."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from inventory.errors import HouseError
from inventory.exchange import jobs
from inventory.imports import JobState
from inventory.tables import ImportFile, ImportJob
from server import db, emis

LOOK_EVERY_S = 1.0
DROP_EVERY_S = 30.0
SWEEP_EVERY_S = 3600.0
KEEP_ROWS_DAYS = 90
log = logging.getLogger("zeng.imports")


@dataclass
class Opened:
    """The file that is being read. It can be read again from the database, up to `position`, at any time."""

    job_id: int
    version: int
    position: int
    reading: jobs.Reading
    keys: dict[str, int]


class Worker:
    """One file at a time, one chunk at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._opened: Opened | None = None

    def work(self) -> bool:
        """One chunk; False where there is nothing to do."""
        job_id, at = 0, datetime.now(UTC)
        opened, self._opened = self._opened, None  # kept only when the transaction has ended well
        try:
            with db.writing(self._engine) as session:
                job = jobs.running(session)
                if job is None:
                    return False
                job_id = job.id or 0
                if job.state is JobState.APPLYING:
                    jobs.applied(session, job, at=at)
                else:
                    opened = self._open(session, job, opened)
                    jobs.planned(session, job, opened.reading.take(jobs.chunk_of(job)), opened.keys, at=at)
                    opened.position = job.position
            self._opened = opened
        except HouseError as error:
            log.warning("import %s failed: %s", job_id, error)
            with db.writing(self._engine) as session:
                jobs.failed(session, session.get_one(ImportJob, job_id), error, at=at)
        return True

    def _open(self, session: Session, job: ImportJob, opened: Opened | None) -> Opened:
        place = (job.id or 0, job.version, job.position)
        if opened is not None and (opened.job_id, opened.version, opened.position) == place:
            return opened
        body = session.get_one(ImportFile, job.id).body
        return Opened(*place, jobs.Reading(body, jobs.form_of(job), job.position), jobs.keys_so_far(session, job))


def sweep(engine: Engine, *, at: datetime) -> None:
    more = True
    while more:
        with db.writing(engine) as session:
            more = jobs.swept(session, before=at - timedelta(days=KEEP_ROWS_DAYS)) > 0


async def run(engine: Engine, writes: db.Writes, drop: Path | None) -> None:
    """Until cancelled; a database or a folder that is away for a while is not the end. `drop`: see server.emis."""
    worker, folder = Worker(engine), emis.Drop(drop) if drop else None
    look_at = sweep_at = 0.0
    loop = asyncio.get_running_loop()
    while True:
        more = False
        try:
            more = await asyncio.to_thread(worker.work)
            if folder is not None and loop.time() >= look_at:
                await asyncio.to_thread(folder.look, engine, at=datetime.now(UTC))
                look_at = loop.time() + DROP_EVERY_S
            if not more and loop.time() >= sweep_at:
                await asyncio.to_thread(sweep, engine, at=datetime.now(UTC))
                sweep_at = loop.time() + SWEEP_EVERY_S
        except SQLAlchemyError as error:
            writes.failed(error)
        except OSError as error:
            log.warning("the folder of EMIS cannot be read: %s", error)
            look_at = loop.time() + DROP_EVERY_S
        await asyncio.sleep(0 if more else LOOK_EVERY_S)
