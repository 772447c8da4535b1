"""What telephones sent after a time without a line: the answer to each operation, and what two of them disagree on."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from inventory.columns import document, instant, listed, owned_by


class SyncOperation(SQLModel, table=True):
    """An operation that came, and what became of it, so that a repeat gets the same answer.

    `caller`: Who.name; `uuid`: 32 hex, made on the telephone; `asked`: SHA-256 of kind, time, base and body.
    `outcome`: applied, conflict or refused; `sentence` with `words`: why; `now`: the thing as it was after it.
    """

    __tablename__ = "sync_operation"
    caller: str = Field(primary_key=True, max_length=120)
    uuid: str = Field(primary_key=True, max_length=32)
    kind: str = Field(max_length=40)
    asked: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    outcome: str = Field(max_length=12)
    sentence: str = Field(default="", max_length=500)
    words: dict[str, Any] = document()
    now: dict[str, Any] = document()
    made_at: datetime = instant()
    at: datetime = instant()


class SyncConflict(SQLModel, table=True):
    """Versions of one thing that were made without knowing of one another, kept for a person in the office.

    `noun`, `key`: the thing; `versions`: [{"uid", "by", "made_at", "says": {...}}]. `taken`: uid of the one that a
    person took, "" where the dispute ended by itself (somebody who knew both looked again). One is open per thing.
    """

    __tablename__ = "sync_conflict"
    __table_args__ = (
        Index(
            "sync_conflict_open", "noun", "key", unique=True, sqlite_where=text("open"), postgresql_where=text("open")
        ),
        Index("sync_conflict_listed", "open", "id"),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    noun: str = Field(max_length=24)
    key: str = Field(max_length=80)
    school_id: int = owned_by("school.id")
    title: str = Field(default="", max_length=200)
    versions: list[Any] = listed()
    open: bool = True
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(nullable=True)
    taken: str = Field(default="", max_length=32)
    taken_by: str = Field(default="", max_length=120)
