"""/api/v1/schools: what the register says of institutions, what they counted, and how far they lie apart."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import register, scoping
from inventory.places import SchoolType
from inventory.tables import School, SchoolYear
from server import db, schools
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, matched, page_of
from server.api.districts import Latitude, Longitude
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["schools"])
Emis = Annotated[str, Path(max_length=32)]
Name = Annotated[str, Field(min_length=1, max_length=200), Plain]
Code = Annotated[str, Field(min_length=1, max_length=12), Plain]
Time = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Count = Annotated[int, Field(ge=0, le=100_000)]
FIELDS = {"district": "district_code", "place": "place_code"}  # as the API says it, as the table does


class Shift(BaseModel):
    """`bells`: beginning and end of each lesson, in the time of the place."""

    shift: Annotated[int, Field(ge=1, le=3)]
    bells: Annotated[list[Annotated[list[Time], Field(min_length=2, max_length=2)]], Field(min_length=1, max_length=12)]


class SchoolFacts(BaseModel):
    """`district`: whose education department answers; `place`: where the school stands, the same unless said."""

    type: SchoolType = SchoolType.GENERAL
    place: Code | None = None
    settlement: Annotated[str, Field(max_length=120), Plain] = ""
    address: Annotated[str, Field(max_length=300), Plain] = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    shifts: Annotated[list[Shift], Field(max_length=3)] = []
    pilot: bool = False
    e_school_since: date | None = None
    opened_on: date | None = None
    closed_on: date | None = None


class SchoolIn(SchoolFacts):
    emis: Annotated[str, Field(min_length=1, max_length=32), Plain]
    name: Name
    district: Code


class SchoolEdit(SchoolFacts):
    """What is left out stays as it is; null empties a date or a coordinate."""

    name: Name | None = None
    district: Code | None = None


class YearIn(BaseModel):
    """null: not known."""

    learners: Count | None = None
    teachers: Count | None = None
    classes: Count | None = None
    source: Annotated[str, Field(max_length=80), Plain] = ""
    as_of: date


@router.get("/schools")
def found(
    request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep,
    q: Annotated[str, Query(max_length=80), Plain] = "", district: Annotated[str, Query(max_length=12), Plain] = "",
    type: SchoolType | None = None, pilot: bool | None = None, closed: bool | None = False,
) -> Response:  # fmt: skip
    """By EMIS code. `q`: beginnings of words of the name, code, settlement or district, on any keyboard."""
    wanted = schools.Filter(q, district, type, pilot, closed)
    statement = schools.asked(scoping.within(select(School), who.scope), wanted)
    with db.reading(engine) as session:
        return page_of(
            request, session, statement, (col(School.emis),), asked, lambda row: as_json(row[0]),
            key_of=lambda row: (row[0].emis,),
        )  # fmt: skip


@router.post("/schools", status_code=201)
def opened(request: Request, form: SchoolIn, who: WhoDep, body: BodyDep) -> Response:
    facts = _columns(form)
    emis, name, district = form.emis, facts.pop("name"), facts.pop("district_code")
    facts.pop("emis")
    if facts.get("place_code") is None:
        facts.pop("place_code", None)

    def act(session: Session) -> Answer:
        row = register.school_opened(session, emis, name, district, by=who, at=datetime.now(UTC), **facts)
        return Answer(201, as_json(row), row.version, f"/api/v1/schools/{row.emis}")

    return changing(request, who, body, act)


@router.get("/schools/{emis}")
def school(emis: Emis, who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        row = scoping.school_seen(session, emis, who.scope)
        return answered(Answer(200, as_json(row), row.version))


@router.patch("/schools/{emis}")
def changed(request: Request, emis: Emis, form: SchoolEdit, who: WhoDep, body: BodyDep) -> Response:
    empties = {"latitude", "longitude", "e_school_since", "opened_on", "closed_on"}
    facts = {name: value for name, value in _columns(form).items() if value is not None or name in empties}

    def act(session: Session) -> Answer:
        row = scoping.school_seen(session, emis, who.scope)
        matched(request, row.version)
        register.school_changed(session, row, facts, by=who, at=datetime.now(UTC))
        return Answer(200, as_json(row), row.version)

    return changing(request, who, body, act)


@router.get("/schools/{emis}/nearest")
def near(emis: Emis, who: WhoDep, engine: EngineDep, most: Annotated[int, Query(ge=1, le=50)] = 5) -> Response:
    """Great-circle distances in km; null where nobody knows where the school stands."""
    with db.reading(engine) as session:
        row = scoping.school_seen(session, emis, who.scope)
        distances = schools.distances_of(session, row, who.scope, most=most)
    return answered(Answer(200, distances and {
        "centre_km": distances.centre_km,
        "technician": distances.technician and {
            "name": distances.technician[0], "from": distances.technician[1], "km": distances.technician[2],
        },
        "schools": [{"emis": each.emis, "name": each.name, "km": each.km} for each in distances.schools],
    }))  # fmt: skip


@router.get("/schools/{emis}/years")
def years(emis: Emis, who: WhoDep, engine: EngineDep) -> Response:
    """What the school counted, the newest year first."""
    with db.reading(engine) as session:
        row = scoping.school_seen(session, emis, who.scope)
        return answered(Answer(200, {"items": [_year(each) for each in schools.years_of(session, row)], "next": None}))


@router.put("/schools/{emis}/years/{year}")
def counted(
    request: Request, emis: Emis, year: Annotated[int, Path(ge=1990, le=2200)], form: YearIn, who: WhoDep, body: BodyDep
) -> Response:
    """`year`: the calendar year in which the school year began. A later count takes the place of the former."""

    def act(session: Session) -> Answer:
        row = scoping.school_seen(session, emis, who.scope)
        count = register.year_counted(session, row, year, **form.model_dump(), by=who, at=datetime.now(UTC))
        return Answer(200, _year(count))

    return changing(request, who, body, act)


def as_json(row: School) -> dict[str, Any]:
    return {
        "emis": row.emis, "name": row.name, "type": row.type, "district": row.district_code, "place": row.place_code,
        "settlement": row.settlement, "address": row.address, "latitude": row.latitude, "longitude": row.longitude,
        "shifts": row.shifts, "pilot": row.pilot, "e_school_since": row.e_school_since, "opened_on": row.opened_on,
        "closed_on": row.closed_on, "demo": row.demo, "version": row.version,
    }  # fmt: skip


def _year(row: SchoolYear) -> dict[str, Any]:
    names = ("year", "learners", "teachers", "classes", "source", "as_of")
    return {name: getattr(row, name) for name in names}


def _columns(form: BaseModel) -> dict[str, Any]:
    return {FIELDS.get(name, name): value for name, value in form.model_dump(exclude_unset=True).items()}
