"""Imports: the file as it came, what the dry run found for each row, what became of it; and calls of former years."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from inventory.columns import by_value, document, instant, listed
from inventory.imports import Fate, JobState, Media, Source, Verdict


class ImportJob(SQLModel, table=True):
    """One file on its way into the register.

    `headers`: first row of the file; `mapping`: for each of its columns the key of ours, or None. `position`: the row
    number of the file up to which the present state (planning, applying) has come. `counts`: rows by verdict, `done`:
    rows by fate. `fault` with `words`: why the whole job failed. `noted`: by whom the state was last changed.
    """

    __tablename__ = "import_job"
    __table_args__ = (Index("import_job_state", "state", "id"), Index("import_job_sha256", "sha256"))
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=24)
    state: JobState = Field(sa_column=Column(by_value(JobState), nullable=False))
    source: Source = Field(sa_column=Column(by_value(Source), nullable=False))
    file_name: str = Field(max_length=200)
    sha256: str = Field(max_length=64)
    media: Media = Field(sa_column=Column(by_value(Media), nullable=False))
    encoding: str = Field(default="", max_length=16)
    delimiter: str = Field(default="", max_length=1)
    headers: list[str] = listed()
    mapping: list[str | None] = listed()
    by: str = Field(max_length=120)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    noted: str = Field(default="", max_length=120)
    position: int = 0
    counts: dict[str, Any] = document()
    done: dict[str, Any] = document()
    fault: str = Field(default="", max_length=500)
    words: dict[str, Any] = document()
    created_at: datetime = instant()
    planned_at: datetime | None = instant(nullable=True)
    ended_at: datetime | None = instant(nullable=True)
    version: int = 1


class ImportFile(SQLModel, table=True):
    """The file itself, until its job has ended."""

    __tablename__ = "import_file"
    job_id: int = Field(sa_column=Column(ForeignKey("import_job.id", ondelete="CASCADE"), primary_key=True))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ImportRow(SQLModel, table=True):
    """One row of the file. `number` as a spreadsheet counts it, the headers being 1; `raw`: its cells as they came.

    `key`: what it is about ("190"). `cells`: for an update, {column: [old, new]} as text. `column`, `sentence`,
    `words`: what is wrong with it, for an error and for a row that was left.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        Index("import_row_verdict", "job_id", "verdict", "number"),
        Index("import_row_fate", "job_id", "fate", "number"),
    )
    job_id: int = Field(sa_column=Column(ForeignKey("import_job.id", ondelete="CASCADE"), primary_key=True))
    number: int = Field(primary_key=True)
    key: str = Field(default="", max_length=200)
    raw: list[str] = listed()
    verdict: Verdict = Field(sa_column=Column(by_value(Verdict), nullable=False))
    fate: Fate = Field(default=Fate.OPEN, sa_column=Column(by_value(Fate), nullable=False))
    cells: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    column: str = Field(default="", max_length=40)
    sentence: str = Field(default="", max_length=500)
    words: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class PastCall(SQLModel, table=True):
    """A telephone call to the service that was written down elsewhere. `number` as it was written; `outcome`: text."""

    __tablename__ = "past_call"
    __table_args__ = (UniqueConstraint("number", "at"), Index("past_call_e164", "e164"))
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=60)
    e164: str = Field(default="", max_length=20)
    at: datetime = instant()
    seconds: int | None = None
    school_id: int | None = Field(default=None, foreign_key="school.id", index=True)
    outcome: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=1000)
    version: int = 1
