"""Districts, schools, their rooms and the people who answer the telephone there."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from inventory.columns import by_value, client_id, instant, listed, owned_by
from inventory.places import ContactRole, PhoneKind, RoomKind, SchoolType


class District(SQLModel, table=True):
    """A district or city. `code`: ISO 3166-2:AZ, for example AZ-SAB, or AZ-X-... where ISO has none yet.

    `aliases`: other spellings (Göy-Göl), towns that people take for a district (Horadiz). `prefixes`: national
    telephone numbers begin with these after +994. `latitude`, `longitude`: of the centre, degrees WGS 84.
    """

    __tablename__ = "district"
    code: str = Field(primary_key=True, max_length=12)
    name_az: str
    name_en: str
    name_ru: str
    kind: str = Field(default="rayon", max_length=12)
    centre: str = Field(default="", max_length=80)
    latitude: float | None = None
    longitude: float | None = None
    aliases: list[str] = listed()
    prefixes: list[str] = listed()
    version: int = 1


class School(SQLModel, table=True):
    """An institution. `emis`: its code in the education management information system, as text.

    `district_code`: whose education department it belongs to, and so who answers for it; `place_code`: the district
    in which it stands. `shifts`: list of {"shift": 1, "bells": [["08:00", "08:45"], ...]}, local time.
    `search`: what it is found by, folded (inventory.folding), each word after a blank. `demo`: invented, shown as such.
    """

    __tablename__ = "school"
    __table_args__ = (Index("school_place", "place_code"), Index("school_type", "type"))
    id: int | None = Field(default=None, primary_key=True)
    emis: str = Field(unique=True, max_length=32)
    name: str = Field(max_length=200)
    district_code: str = Field(foreign_key="district.code", index=True)
    place_code: str = Field(foreign_key="district.code")
    type: SchoolType = Field(default=SchoolType.GENERAL, sa_column=Column(by_value(SchoolType), nullable=False))
    settlement: str = Field(default="", max_length=120)
    address: str = Field(default="", max_length=300)
    latitude: float | None = None
    longitude: float | None = None
    shifts: list[Any] = listed()
    pilot: bool = False
    e_school_since: date | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    search: str = Field(default="", sa_column=Column(Text, nullable=False))
    demo: bool = False
    version: int = 1


class SchoolYear(SQLModel, table=True):
    """What a school counted in one school year. `year`: the calendar year in which it began. NULL: not known."""

    __tablename__ = "school_year"
    __table_args__ = (UniqueConstraint("school_id", "year"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = owned_by("school.id")
    year: int
    learners: int | None = None
    teachers: int | None = None
    classes: int | None = None
    source: str = Field(default="", max_length=80)
    as_of: date


class Room(SQLModel, table=True):
    """A room of a school. `name` is unique within it: "12", "İnformatika otağı"."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("school_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    uid: str = client_id()
    school_id: int = owned_by("school.id")
    name: str = Field(max_length=80)
    kind: RoomKind = Field(default=RoomKind.CLASSROOM, sa_column=Column(by_value(RoomKind), nullable=False))
    floor: int | None = None
    closed_on: date | None = None
    version: int = 1


class Contact(SQLModel, table=True):
    """Somebody at a school whom others call; not necessarily somebody who signs in (`person_id`)."""

    __tablename__ = "contact"
    id: int | None = Field(default=None, primary_key=True)
    uid: str = client_id()
    school_id: int = owned_by("school.id")
    name: str = Field(max_length=120)
    role: ContactRole = Field(default=ContactRole.OTHER, sa_column=Column(by_value(ContactRole), nullable=False))
    email: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=300)
    active: bool = True
    person_id: int | None = Field(default=None, foreign_key="person.id")
    version: int = 1


class Phone(SQLModel, table=True):
    """A telephone number as it was first given (`raw`) and as it is dialled (`e164`; "" where it cannot be read).

    `last7`: its last seven digits, for a caller whose number comes without its area.
    """

    __tablename__ = "phone"
    __table_args__ = (Index("phone_e164", "e164"), Index("phone_last7", "last7"))
    id: int | None = Field(default=None, primary_key=True)
    raw: str = Field(max_length=60)
    e164: str = Field(default="", max_length=20)
    extension: str = Field(default="", max_length=10)
    last7: str = Field(default="", max_length=7)
    kind: PhoneKind = Field(default=PhoneKind.UNKNOWN, sa_column=Column(by_value(PhoneKind), nullable=False))


class PhoneUse(SQLModel, table=True):
    """Whom a number reaches: a school, or one contact of it. One number may serve several schools.

    `raw`: as it was given here.
    """

    __tablename__ = "phone_use"
    __table_args__ = (UniqueConstraint("phone_id", "school_id", "contact_id"),)
    id: int | None = Field(default=None, primary_key=True)
    phone_id: int = owned_by("phone.id")
    school_id: int = owned_by("school.id")
    contact_id: int | None = Field(default=None, sa_column=Column(ForeignKey("contact.id", ondelete="CASCADE")))
    raw: str = Field(default="", max_length=60)
    used_at: datetime | None = instant(nullable=True)
