"""The column types that every table shares: an instant in UTC, an enum stored by its value, a client's own id."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Column, DateTime, Dialect, Enum, ForeignKey
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored and returned in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone; right is an aware datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def by_value(kind: type[StrEnum]) -> Enum:
    """SQLModel would store the NAME of a member; the value is what the API, the metrics and the pages say."""
    return Enum(
        kind, values_callable=lambda k: [m.value for m in k], native_enum=False, validate_strings=True, length=24
    )


def instant(*, nullable: bool = False) -> Any:
    """A column of an instant in UTC."""
    return Field(default=None, sa_column=Column(Instant(), nullable=nullable))


def document(*, nullable: bool = False) -> Any:
    """A column of JSON: a dict or a list, empty where nothing was said."""
    return Field(default_factory=dict, sa_column=Column(JSON(none_as_null=True), nullable=nullable))


def listed() -> Any:
    return Field(default_factory=list, sa_column=Column(JSON, nullable=False))


def owned_by(table_id: str) -> Any:
    """A reference whose row goes with its owner."""
    return Field(sa_column=Column(ForeignKey(table_id, ondelete="CASCADE"), nullable=False, index=True))


def client_id() -> Any:
    """A UUID that whoever makes the row may choose, so that a phone without a line can make it (RFC 9562, 32 hex)."""
    return Field(default_factory=lambda: uuid4().hex, max_length=32, unique=True)
