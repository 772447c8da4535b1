"""Who signs in, what they may see, and how they prove who they are."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from inventory.columns import by_value, instant, listed, owned_by
from inventory.roles import Role


class Person(SQLModel, table=True):
    """Somebody who signs in. `password`: argon2id, PHC string; empty where only an identity provider lets in."""

    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=120)
    role: Role = Field(sa_column=Column(by_value(Role), nullable=False))
    password: str
    language: str = Field(default="az", max_length=2)
    active: bool = True
    created_at: datetime = instant()
    version: int = 1


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
    """A browser session. `token_hash`: SHA-256 of the cookie; the cookie itself is nowhere.

    `half`: the password was right, the code of the second factor is awaited; such a session opens nothing.
    """

    __tablename__ = "sign_in"
    token_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    person_id: int = Field(sa_column=Column(ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True))
    created_at: datetime = instant()
    expires_at: datetime = instant()
    half: bool = False


class SignInFailure(SQLModel, table=True):
    """A failed sign-in, counted per login for the lock-out; old rows are swept."""

    __tablename__ = "sign_in_failure"
    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(max_length=64, index=True)
    at: datetime = instant()


class Identity(SQLModel, table=True):
    """How an OpenID provider names a person; `subject` never changes there, other claims may."""

    __tablename__ = "identity"
    issuer: str = Field(primary_key=True, max_length=200)
    subject: str = Field(primary_key=True, max_length=255)
    person_id: int = owned_by("person.id")
    at: datetime = instant()


class SecondFactor(SQLModel, table=True):
    """A time-based one-time password (RFC 6238). `last_step`: the 30 s of the last code; no code is taken twice."""

    __tablename__ = "second_factor"
    person_id: int = Field(sa_column=Column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True))
    secret: str = Field(max_length=64)
    confirmed_at: datetime | None = instant(nullable=True)
    last_step: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))


class RecoveryCode(SQLModel, table=True):
    """Lets its holder in once in place of the second factor. `code_hash`: SHA-256."""

    __tablename__ = "recovery_code"
    code_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    person_id: int = owned_by("person.id")
    used_at: datetime | None = instant(nullable=True)


class ApiToken(SQLModel, table=True):
    """A key for programs: never more than its person may, and only `permissions` of it. `token_hash`: SHA-256."""

    __tablename__ = "api_token"
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = owned_by("person.id")
    name: str = Field(max_length=40)
    token_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False, unique=True))
    write: bool = False
    permissions: list[str] = listed()
    created_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)
    revoked_at: datetime | None = instant(nullable=True)
