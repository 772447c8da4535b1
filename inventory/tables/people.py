"""Who signs in, what they may see, and how they prove who they are."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from inventory.columns import by_value, instant
from inventory.roles import Role


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
    """A district that a person answers for, or may see."""

    __tablename__ = "person_district"
    person_id: int = Field(sa_column=Column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True))
    district_code: str = Field(foreign_key="district.code", primary_key=True)


class PersonSchool(SQLModel, table=True):
    """A single school that a person answers for, or may see: its director, its mentor."""

    __tablename__ = "person_school"
    person_id: int = Field(sa_column=Column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True))
    school_id: int = Field(sa_column=Column(ForeignKey("school.id", ondelete="CASCADE"), primary_key=True))


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
