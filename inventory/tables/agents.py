"""Agents in schools, how they were let in, and devices as they describe them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from inventory.columns import instant


class EnrolCode(SQLModel, table=True):
    """A one-time code that lets one agent in. `code_hash`: SHA-256 of the code."""

    __tablename__ = "enrol_code"
    code_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    school_id: int = Field(foreign_key="school.id", index=True)
    created_by: str = Field(max_length=64)
    created_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)


class Agent(SQLModel, table=True):
    """A computer that reports for a school. `public_key`: Ed25519; `token_hash`: SHA-256 of its bearer token."""

    __tablename__ = "agent"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    public_key: bytes = Field(sa_column=Column(LargeBinary(32), unique=True, nullable=False))
    token_hash: bytes = Field(sa_column=Column(LargeBinary(32), unique=True, nullable=False))
    machine: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    enrolled_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)


class Device(SQLModel, table=True):
    """A device as its agent describes it. `key`: its name within the agent; `gone_at`: no longer in the reports."""

    __tablename__ = "device"
    __table_args__ = (UniqueConstraint("agent_id", "key"), Index("device_school", "school_id"))
    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id")
    school_id: int = Field(foreign_key="school.id")
    key: str = Field(max_length=200)
    kind: str = Field(max_length=24)
    name: str = Field(default="", max_length=200)
    vendor: str = Field(default="", max_length=120)
    model: str = Field(default="", max_length=120)
    serial: str = Field(default="", max_length=120)
    address: str = Field(default="", max_length=120)
    first_seen_at: datetime = instant()
    gone_at: datetime | None = instant(nullable=True)
