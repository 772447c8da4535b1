"""What happens to a file: it comes, is mapped, tried, and applied or put aside. Chunk by chunk, each its own
transaction, so that nobody waits long and a server that was killed goes on where it stopped.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, true, update
from sqlmodel import Session, col

from inventory.errors import Conflict, HouseError, Invalid, NotFound, Refused
from inventory.exchange import columns, guess, sheets
from inventory.exchange.registry import importable
from inventory.exchange.work import Job, Outcome, Row, worked
from inventory.imports import RUNNING, WORTH_APPLYING, Fate, Form, JobState, Source, Verdict
from inventory.roles import Permission, Role, Scope, Who
from inventory.scoping import NO_SUCH_PAGE, acting
from inventory.tables import ImportFile, ImportJob, ImportRow, Person

CHUNK: Final = 500  # rows in a transaction, of kinds that are written at once: on SQLite some 150 ms of work
FEW: Final = 25  # of kinds whose services write row by row: as long; a school's report waits for it
CHANGED_MEANWHILE: Final = Conflict(
    "The register has changed since the dry run; this row was left. Import the file again."
).sentence
ROWS: Final[Any] = ImportRow.__table__  # type: ignore[attr-defined]
LIVING: Final = (JobState.GUESSED, JobState.PLANNED, *RUNNING)


def uploaded(
    session: Session, kind_name: str, file_name: str, body: bytes, *, by: Who, at: datetime,
    source: Source = Source.UPLOAD,
) -> ImportJob:  # fmt: skip
    """A file came: how it is written and what its columns mean is guessed. Invalid for a file without rows."""
    kind = importable(kind_name)
    _may(by, kind.name)
    form = guess.form_of(body)
    headers = Reading(body, form).headers
    row = ImportJob(
        kind=kind.name, state=JobState.GUESSED, source=source, file_name=_file_name(file_name),
        sha256=hashlib.sha256(body).hexdigest(), media=form.media, encoding=form.encoding, delimiter=form.delimiter,
        headers=headers, mapping=columns.mapped(kind.columns, headers), by=by.name, person_id=by.person_id,
        noted=by.name, created_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(ImportFile(job_id=row.id or 0, body=body))
    session.flush()
    return row


def form_corrected(session: Session, job: ImportJob, encoding: str, delimiter: str, *, by: Who) -> None:
    """Somebody knows better how the file is written; its headers are read and mapped anew."""
    _may(by, job.kind)
    _must_be(job, JobState.GUESSED, JobState.PLANNED)
    form = Form(job.media, encoding, delimiter)
    if form == form_of(job):
        return
    if encoding not in guess.ENCODINGS or delimiter not in guess.DELIMITERS:
        raise Invalid("encoding", "Right are the encodings and delimiters of the list.")
    headers = Reading(session.get_one(ImportFile, job.id).body, form).headers
    job.encoding, job.delimiter, job.headers = encoding, delimiter, headers
    job.mapping = columns.mapped(importable(job.kind).columns, headers)
    _set_back(session, job)


def dry_run_wanted(session: Session, job: ImportJob, mapping: Sequence[str | None], *, by: Who) -> None:
    """These columns mean this; the rows are tried from the beginning."""
    _may(by, job.kind)
    _must_be(job, JobState.GUESSED, JobState.PLANNED)
    kind = importable(job.kind)
    job.mapping = columns.mapping_checked(kind.columns, kind.key[:1], mapping, len(job.headers))
    _set_back(session, job)
    job.state = JobState.PLANNING
    _noted(session, job, by)


def application_wanted(session: Session, job: ImportJob, *, by: Who) -> None:
    """What the dry run showed is to be done, in this person's name."""
    _may(by, job.kind)
    _must_be(job, JobState.PLANNED)
    job.state, job.position, job.done = JobState.APPLYING, 0, {}
    job.person_id = by.person_id
    _noted(session, job, by)


def rejected(session: Session, job: ImportJob, *, by: Who, at: datetime) -> None:
    """Nothing of the file is done."""
    _may(by, job.kind)
    _must_be(job, JobState.GUESSED, JobState.PLANNING, JobState.PLANNED)
    job.state, job.ended_at = JobState.REJECTED, at
    session.execute(delete(ImportFile).where(col(ImportFile.job_id) == job.id))
    _noted(session, job, by)


def rows_rejected(session: Session, job: ImportJob, numbers: Sequence[int], *, back: bool, by: Who) -> None:
    """Single rows are taken out of what will be applied, or put back in."""
    _may(by, job.kind)
    _must_be(job, JobState.PLANNED)
    before, after = (Fate.REJECTED, Fate.OPEN) if back else (Fate.OPEN, Fate.REJECTED)
    mine = update(ImportRow).where(col(ImportRow.job_id) == job.id, col(ImportRow.number).in_(numbers))
    session.execute(mine.where(col(ImportRow.fate) == before, _worth()).values(fate=after))
    _noted(session, job, by)


def seen(session: Session, job_id: int, by: Who) -> ImportJob:
    """NotFound for somebody else's file, unless `by` keeps the whole country's register."""
    by.must(Permission.IMPORT)
    job = session.get(ImportJob, job_id)
    if job is None or not (by.scope.districts is None or (by.person_id and job.person_id == by.person_id)):
        raise NotFound(NO_SUCH_PAGE)
    return job


def visible(by: Who) -> Any:
    """A condition on `import_job`, see `seen`."""
    return true() if by.scope.districts is None else col(ImportJob.person_id) == (by.person_id or -1)


def twin(session: Session, job: ImportJob) -> ImportJob | None:
    """The latest import of the very same file that was applied before."""
    same = select(ImportJob).where(
        col(ImportJob.sha256) == job.sha256, col(ImportJob.kind) == job.kind, col(ImportJob.id) != job.id,
        col(ImportJob.state) == JobState.DONE,
    )  # fmt: skip
    return session.scalars(same.order_by(col(ImportJob.id).desc()).limit(1)).first()


def form_of(job: ImportJob) -> Form:
    return Form(job.media, job.encoding, job.delimiter)


class Reading:
    """A file that is being read: its headers, then its rows with their numbers."""

    def __init__(self, body: bytes, form: Form, after: int = 0) -> None:
        self._rows = self._numbered(sheets.rows(body, form))
        number, cells = next(self._rows, (0, []))
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            raise Invalid("file", "The file has no rows; right is a row of headers and rows below it.")
        self.headers = cells
        self.number = number
        while self.number < after:
            self.number = next(self._rows, (after, []))[0]

    @staticmethod
    def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
        for number, cells in enumerate(rows, start=1):
            if any(cell.strip() for cell in cells):
                yield number, cells

    def take(self, most: int) -> list[Row]:
        """The next rows that are not blank; none at the end of the file."""
        out: list[Row] = []
        while len(out) < most and (found := next(self._rows, None)):
            self.number = found[0]
            out.append(Row(*found))
        return out


def running(session: Session) -> ImportJob | None:
    """The file that is to be worked on now, taken from any other process until the transaction ends."""
    wanted = select(ImportJob).where(col(ImportJob.state).in_(RUNNING)).order_by(col(ImportJob.id)).limit(1)
    return session.scalars(wanted.with_for_update(skip_locked=True)).first()


def chunk_of(job: ImportJob) -> int:
    return CHUNK if importable(job.kind).at_once else min(FEW, CHUNK)


def keys_so_far(session: Session, job: ImportJob) -> dict[str, int]:
    rows = select(col(ImportRow.key), col(ImportRow.number)).where(col(ImportRow.job_id) == job.id)
    return {row[0]: row[1] for row in session.execute(rows.where(col(ImportRow.key) != ""))}


def planned(session: Session, job: ImportJob, rows: Sequence[Row], keys: dict[str, int], *, at: datetime) -> None:
    """The dry run of these rows is written down; no rows: it has ended. `keys` grows by theirs."""
    if not rows:
        job.state, job.planned_at = JobState.PLANNED, at
        session.add(job)
        return
    outcomes = worked(session, _work(job), rows, keys, lambda row, outcome: False, by=who_of(session, job), at=at)
    counts = dict(job.counts)
    made = []
    for row, outcome in zip(rows, outcomes, strict=True):
        counts[outcome.verdict.value] = counts.get(outcome.verdict.value, 0) + 1
        if outcome.key:
            keys.setdefault(outcome.key, row.number)
        made.append({
            "job_id": job.id, "number": row.number, "key": outcome.key, "raw": list(row.raw), "fate": Fate.OPEN,
            "verdict": outcome.verdict, "cells": outcome.cells, "column": outcome.column, "sentence": outcome.sentence,
            "words": outcome.words or None,
        })  # fmt: skip
    session.connection().execute(insert(ROWS), made)
    job.counts, job.position = counts, rows[-1].number
    session.add(job)


def applied(session: Session, job: ImportJob, *, at: datetime) -> None:
    """The next chunk of what the dry run found worth doing; after the last one the job is done."""
    R = ImportRow
    waiting = select(col(R.number), col(R.raw), col(R.verdict), col(R.cells)).where(col(R.job_id) == job.id)
    waiting = waiting.where(col(R.number) > job.position, col(R.fate) == Fate.OPEN, _worth())
    stored = {row.number: row for row in session.execute(waiting.order_by(col(R.number)).limit(chunk_of(job)))}
    if not stored:
        job.state, job.ended_at = JobState.DONE, at
        session.execute(delete(ImportFile).where(col(ImportFile.job_id) == job.id))
        session.add(job)
        return

    def as_shown(row: Row, outcome: Outcome) -> bool:
        was = stored[row.number]
        return outcome.verdict is was.verdict and (outcome.cells or None) == (was.cells or None)

    rows = [Row(number, row.raw) for number, row in stored.items()]
    outcomes = worked(session, _work(job), rows, {}, as_shown, by=who_of(session, job), at=at)
    left = 0
    for row, outcome in zip(rows, outcomes, strict=True):
        if not as_shown(row, outcome):
            left += 1
            _left(session, job, row.number, outcome)
    last = rows[-1].number
    mine = update(ImportRow).where(col(ImportRow.job_id) == job.id, col(ImportRow.fate) == Fate.OPEN, _worth())
    session.execute(
        mine.where(col(ImportRow.number) > job.position, col(ImportRow.number) <= last).values(fate=Fate.APPLIED),
        execution_options={"synchronize_session": False},
    )
    done = dict(job.done)
    for fate, count in ((Fate.APPLIED, len(rows) - left), (Fate.LEFT, left)):
        done[fate.value] = done.get(fate.value, 0) + count
    job.done, job.position = done, last
    session.add(job)


def failed(session: Session, job: ImportJob, error: HouseError, *, at: datetime) -> None:
    """The file as a whole cannot be worked on; what was applied stays applied."""
    job.state, job.ended_at = JobState.FAILED, at
    job.fault, job.words = error.sentence[:500], {name: str(value) for name, value in error.values.items()}
    session.execute(delete(ImportFile).where(col(ImportFile.job_id) == job.id))
    session.add(job)


def who_of(session: Session, job: ImportJob) -> Who:
    """In whose name a job is done, with the rights that this person has now."""
    if job.person_id is None:
        return Who(job.by, Role.ADMINISTRATOR, Scope(None), request=f"import-{job.id}")
    person = session.get_one(Person, job.person_id)
    if not person.active:
        raise Refused("Whoever asked for this import may no longer sign in.")
    who = acting(session, person, f"import-{job.id}")
    _may(who, job.kind)
    return who


def swept(session: Session, *, before: datetime) -> int:
    """Rows of imports that ended long ago go; the job, its counts and the trace stay."""
    old = select(col(ImportJob.id)).where(col(ImportJob.ended_at) < before)
    gone = select(col(ImportRow.job_id), col(ImportRow.number)).where(col(ImportRow.job_id).in_(old)).limit(5000)
    rows = [(row[0], row[1]) for row in session.execute(gone)]
    for job_id in {row[0] for row in rows}:
        numbers = [row[1] for row in rows if row[0] == job_id]
        mine = delete(ImportRow).where(col(ImportRow.job_id) == job_id)
        session.execute(mine.where(col(ImportRow.number) >= min(numbers), col(ImportRow.number) <= max(numbers)))
    return len(rows)


def counted(session: Session, job: ImportJob) -> Mapping[str, int]:
    """Rows by fate, for a job whose rows are being taken out one by one."""
    rows = select(col(ImportRow.fate), func.count()).where(col(ImportRow.job_id) == job.id, _worth())
    return {row[0].value: row[1] for row in session.execute(rows.group_by(col(ImportRow.fate)))}


def _left(session: Session, job: ImportJob, number: int, outcome: Outcome) -> None:
    told: dict[str, Any] = {"fate": Fate.LEFT, "sentence": CHANGED_MEANWHILE, "column": "", "words": None}
    if outcome.verdict is Verdict.ERROR:
        told |= {"column": outcome.column, "sentence": outcome.sentence, "words": outcome.words or None}
    mine = update(ImportRow).where(col(ImportRow.job_id) == job.id, col(ImportRow.number) == number)
    session.execute(mine.values(**told), execution_options={"synchronize_session": False})


def _work(job: ImportJob) -> Job:
    return Job(importable(job.kind), job.mapping, f"import {job.id}")


def _worth() -> Any:
    return col(ImportRow.verdict).in_(WORTH_APPLYING)


def _may(by: Who, kind_name: str) -> None:
    by.must(Permission.IMPORT)
    by.must(importable(kind_name).wants)


def _must_be(job: ImportJob, *states: JobState) -> None:
    if job.state not in states:
        raise Conflict("This import is %(state)s; that can no longer be done with it.", state=job.state.value)


def _set_back(session: Session, job: ImportJob) -> None:
    session.execute(delete(ImportRow).where(col(ImportRow.job_id) == job.id))
    job.state, job.position, job.counts, job.planned_at = JobState.GUESSED, 0, {}, None
    session.add(job)
    session.flush()


def _noted(session: Session, job: ImportJob, by: Who) -> None:
    job.noted = by.name
    job.version += 1
    session.add(job)
    session.flush()


def _file_name(name: str) -> str:
    """The last part of a path, as some browsers send one."""
    bare = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip()
    return bare[-200:] or "file"
