"""What is remembered of what agents said and of what followed: columns and constraints, no behaviour.

Times of reports are Unix milliseconds (three thousand rows a second pass here); all other times are instants in UTC.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from alerts.state import Reason, State
from inventory.columns import by_value
from inventory.tables import instant


def _milliseconds(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(BigInteger, nullable=nullable))


class Report(SQLModel, table=True):
    """The journal: each report as it came, under its agent and number.

    `body`: a batch of one frame (agent.report). `root`: number of the key frame that its chain of differences begins
    with; equal to `number` for a key frame itself.
    """

    __tablename__ = "report"
    agent_id: int = Field(sa_column=Column(ForeignKey("agent.id"), primary_key=True, autoincrement=False))
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    root: int = Field(sa_column=Column(BigInteger, nullable=False))
    observed_ms: int = _milliseconds()
    arrived_ms: int = _milliseconds()
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Hearing(SQLModel, table=True):
    """How one agent is heard: its newest report, the numbers received, and when its silence begins.

    `version` counts every write; a writer that finds another version than it read has been overtaken by a replica.
    No index on `silent_after_ms`: it moves with every report, and PostgreSQL would write the index each time, while
    looking through some thousand short rows every few seconds costs a millisecond.
    `received`: ranges such as "1-500,502". `clone`: what is known of a second computer that uses the same key.
    """

    __tablename__ = "hearing"
    agent_id: int = Field(sa_column=Column(ForeignKey("agent.id"), primary_key=True, autoincrement=False))
    school_id: int = Field(foreign_key="school.id", index=True)
    version: int = 0
    instance: str = Field(default="", max_length=32)
    retired: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    received: str = Field(default="", sa_column=Column(Text, nullable=False))
    head_number: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    head_root: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    observed_ms: int | None = _milliseconds(nullable=True)
    arrived_ms: int | None = _milliseconds(nullable=True)
    clock_offset_ms: int | None = _milliseconds(nullable=True)
    every_s: int = 60
    spool: int = 0
    silent_after_ms: int | None = _milliseconds(nullable=True)
    silent_since_ms: int | None = _milliseconds(nullable=True)
    clone: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class DeviceState(SQLModel, table=True):
    """The last known state of a device; whether its agent is silent stands in Hearing."""

    __tablename__ = "device_state"
    device_id: int = Field(sa_column=Column(ForeignKey("device.id"), primary_key=True, autoincrement=False))
    state: State = Field(sa_column=Column(by_value(State), nullable=False))
    reason: Reason = Field(sa_column=Column(by_value(Reason), nullable=False))
    since: datetime = instant()
    known_at: datetime = instant()


class Episode(SQLModel, table=True):
    """A stretch of time in which a device was not up, or (`device_id` NULL) in which its agent was not heard.

    `started_at`/`ended_at` are when it happened, `known_at`/`end_known_at` when the server knew. Late evidence never
    changes a row: it withdraws it and writes what is now known.
    """

    __tablename__ = "episode"
    __table_args__ = (
        Index("episode_agent", "agent_id", "started_at"),
        Index("episode_school", "school_id", "started_at"),
        Index("episode_open", "agent_id", sqlite_where=text("ended_at IS NULL"),
              postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id")
    agent_id: int = Field(foreign_key="agent.id")
    device_id: int | None = Field(default=None, foreign_key="device.id")
    state: State = Field(sa_column=Column(by_value(State), nullable=False))
    reason: Reason = Field(sa_column=Column(by_value(Reason), nullable=False))
    started_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    known_at: datetime = instant()
    end_known_at: datetime | None = instant(nullable=True)
    withdrawn_at: datetime | None = instant(nullable=True)
    late: bool = False


class Change(SQLModel, table=True):
    """A change of state, written in the transaction that caused it; live pages read these in order of `id`."""

    __tablename__ = "change"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    agent_id: int = Field(foreign_key="agent.id")
    device_id: int | None = Field(default=None, foreign_key="device.id")
    state: State = Field(sa_column=Column(by_value(State), nullable=False))
    reason: Reason = Field(sa_column=Column(by_value(Reason), nullable=False))
    observed_at: datetime = instant()
    known_at: datetime = instant()


class Maintenance(SQLModel, table=True):
    """Planned work at a school (or at one device of it): meanwhile its state is shown as maintenance."""

    __tablename__ = "maintenance"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    device_id: int | None = Field(default=None, foreign_key="device.id")
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    note: str = Field(default="", max_length=300)
    planned_by: int = Field(foreign_key="person.id")
    planned_at: datetime = instant()
    cancelled_at: datetime | None = instant(nullable=True)


class Listening(SQLModel, table=True):
    """A stretch of time in which the server itself was awake: silence outside of it proves nothing about a school."""

    __tablename__ = "listening"
    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = instant()
    last_tick_at: datetime = instant()
