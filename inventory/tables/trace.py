"""What was changed and what was read, for ever: the database itself refuses UPDATE and DELETE of these rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from inventory.columns import instant


class Trace(SQLModel, table=True):
    """One change. `number` counts without a gap; `hash` is SHA-256 of the hash before it and of this row's content.

    `noun`, `key`: what was changed ("asset", "INV-000123"); `school_id`: the school it belongs to, if to one.
    `before`, `after`: only the cells that changed; None for what did not exist.
    """

    __tablename__ = "trace"
    __table_args__ = (Index("trace_noun", "noun", "key"), Index("trace_school", "school_id"))
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = instant()
    by: str = Field(max_length=120)
    person_id: int | None = None
    request: str = Field(default="", max_length=64)
    verb: str = Field(max_length=40)
    noun: str = Field(max_length=24)
    key: str = Field(max_length=80)
    school_id: int | None = None
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    reason: str = Field(default="", max_length=500)
    hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))


class PersonalRead(SQLModel, table=True):
    """Somebody saw personal data: whose (`noun`, `key`), and through which door."""

    __tablename__ = "personal_read"
    __table_args__ = (Index("personal_read_noun", "noun", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant()
    by: str = Field(max_length=120)
    person_id: int | None = None
    request: str = Field(default="", max_length=64)
    noun: str = Field(max_length=24)
    key: str = Field(max_length=80)
    school_id: int | None = None
