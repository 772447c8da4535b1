"""/api/v1/districts: the units of the republic, their names, centres, telephone prefixes and other spellings."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import register
from inventory.errors import NotFound
from inventory.tables import District
from server import db
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, matched, page_of
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["districts"])
Name = Annotated[str, Field(min_length=1, max_length=200), Plain]
Word = Annotated[str, Field(min_length=1, max_length=80), Plain]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Prefix = Annotated[str, Field(pattern=r"^[0-9]{2,5}$")]


class DistrictEdit(BaseModel):
    """What is left out stays as it is. `aliases`: other spellings, and towns that people take for the district.

    `prefixes`: its national telephone numbers begin with these, after +994.
    """

    name_az: Name | None = None
    name_en: Name | None = None
    name_ru: Name | None = None
    centre: Annotated[str, Field(max_length=80), Plain] | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    aliases: Annotated[list[Word], Field(max_length=40)] | None = None
    prefixes: Annotated[list[Prefix], Field(max_length=10)] | None = None


@router.get("/districts")
def districts(request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep) -> Response:
    """All units, by code."""
    with db.reading(engine) as session:
        return page_of(
            request, session, select(District), (col(District.code),), asked, lambda row: as_json(row[0]),
            key_of=lambda row: (row[0].code,),
        )  # fmt: skip


@router.get("/districts/{code}")
def district(code: str, who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        row = _there(session, code)
        return answered(Answer(200, as_json(row), row.version))


@router.patch("/districts/{code}")
def change(request: Request, code: str, form: DistrictEdit, who: WhoDep, body: BodyDep) -> Response:
    given = {name: value for name, value in form.model_dump(exclude_unset=True).items() if value is not None}

    def act(session: Session) -> Answer:
        row = _there(session, code)
        matched(request, row.version)
        names = {language: given.pop(f"name_{language}", getattr(row, f"name_{language}")) for language in NAMES}
        row = register.district_named(session, code, **names, by=who, at=datetime.now(UTC), **given)
        return Answer(200, as_json(row), row.version)

    return changing(request, who, body, act)


NAMES = ("az", "en", "ru")


def as_json(row: District) -> dict[str, Any]:
    return row.model_dump()


def _there(session: Session, code: str) -> District:
    row = session.get(District, code)
    if row is None:
        raise NotFound("There is no district %(code)s.", code=code)
    return row
