"""Files as people make them, and the road of an import from end to end."""

import io
from collections.abc import Sequence

from sqlalchemy import Engine, select
from sqlmodel import col

from inventory.exchange import jobs, sheets
from inventory.imports import JobState
from inventory.roles import Who
from inventory.tables import ImportJob, ImportRow
from server import db
from server.importing import Worker
from tests import cast


def csv_of(*lines: Sequence[str]) -> bytes:
    return b"".join(sheets.csv_written(lines))


def xlsx_of(*lines: Sequence[str]) -> bytes:
    out = io.BytesIO()
    sheets.xlsx_written(out, lines, [False] * 99)
    return out.getvalue()


def tried(engine: Engine, kind: str, body: bytes, by: Who, name: str = "file.csv") -> int:
    """Upload and dry run with the mapping that was guessed; the id of the import."""
    with db.writing(engine) as session:
        job = jobs.uploaded(session, kind, name, body, by=by, at=cast.NOW)
        jobs.dry_run_wanted(session, job, job.mapping, by=by)
        job_id = job.id or 0
    to_the_end(engine)
    return job_id


def applied(engine: Engine, job_id: int, by: Who) -> ImportJob:
    with db.writing(engine) as session:
        jobs.application_wanted(session, session.get_one(ImportJob, job_id), by=by)
    to_the_end(engine)
    return the_job(engine, job_id)


def imported(engine: Engine, kind: str, body: bytes, by: Who) -> ImportJob:
    return applied(engine, tried(engine, kind, body, by), by)


def to_the_end(engine: Engine) -> None:
    worker = Worker(engine)
    while worker.work():
        pass


def the_job(engine: Engine, job_id: int) -> ImportJob:
    with db.reading(engine) as session:
        job = session.get_one(ImportJob, job_id)
        session.expunge(job)
    assert job.state is not JobState.FAILED, job.fault % job.words
    return job


def rows_of(engine: Engine, job_id: int) -> list[ImportRow]:
    with db.reading(engine) as session:
        rows = session.scalars(
            select(ImportRow).where(col(ImportRow.job_id) == job_id).order_by(col(ImportRow.number))
        ).all()
        session.expunge_all()
    return list(rows)


def said(row: ImportRow) -> str:
    return row.sentence % row.words if row.words else row.sentence
