"""What is remembered of places, people, agents and devices: columns and constraints, no behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from inventory.columns import Instant, by_value
from inventory.roles import Role


def instant(*, nullable: bool = False) -> Any:
    """A column of an instant in UTC."""
    return Field(default=None, sa_column=Column(Instant(), nullable=nullable))


class District(SQLModel, table=True):
    """A district or city. `code`: ISO 3166-2:AZ, for example AZ-SAB."""

    __tablename__ = "district"
    code: str = Field(primary_key=True, max_length=12)
    name_az: str
    name_en: str
    name_ru: str


class School(SQLModel, table=True):
    """`emis`: the code of the education management information system, as text. `demo`: invented, shown as such."""

    __tablename__ = "school"
    id: int | None = Field(default=None, primary_key=True)
    emis: str = Field(unique=True, max_length=32)
    name: str = Field(max_length=200)
    district_code: str = Field(foreign_key="district.code", index=True)
    demo: bool = False


class Person(SQLModel, table=True):
    """Somebody who signs in. `password`: argon2id, PHC string."""

    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=120)
    role: Role = Field(sa_column=Column(by_value(Role), nullable=False))
    password: str
    language: str = Field(default="az", max_length=2)
    active: bool = True
    created_at: datetime = instant()


class PersonDistrict(SQLModel, table=True):
    """A district that a technician answers for."""

    __tablename__ = "person_district"
    person_id: int = Field(sa_column=Column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True))
    district_code: str = Field(foreign_key="district.code", primary_key=True)


class SignIn(SQLModel, table=True):
    """A browser session. `token_hash`: SHA-256 of the cookie; the cookie itself is nowhere."""

    __tablename__ = "sign_in"
    token_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    person_id: int = Field(sa_column=Column(ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True))
    created_at: datetime = instant()
    expires_at: datetime = instant()


class SignInFailure(SQLModel, table=True):
    """A failed sign-in, counted per login for the lock-out; old rows are swept."""

    __tablename__ = "sign_in_failure"
    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(max_length=64, index=True)
    at: datetime = instant()


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
