"""/api/v1/makers and /api/v1/models: the catalogue of equipment, the same for the whole country."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import catalogue
from inventory.equipment import Kind
from inventory.tables import Maker, Model
from server import db
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, matched, page_of
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["catalogue"])
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Name = Annotated[str, Field(min_length=1, max_length=120), Plain]
Aliases = Annotated[list[Name], Field(max_length=catalogue.MOST_ALIASES)]
Rating = Annotated[dict[Annotated[str, Field(max_length=24), Plain], Annotated[float, Field(ge=-1e12, le=1e12)]],
                   Field(max_length=12)]  # fmt: skip
Years = Annotated[int, Field(ge=1, le=catalogue.LONGEST_LIFE)]


class MakerIn(BaseModel):
    name: Name
    aliases: Aliases = []


class MakerEdit(BaseModel):
    name: Name | None = None
    aliases: Aliases | None = None


class ModelIn(BaseModel):
    """`rating`: what matters of its kind, numbers by name: {"va": 1500}."""

    maker_id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    name: Name
    kind: Kind
    rating: Rating = {}
    life_years: Years | None = None


class ModelEdit(BaseModel):
    name: Name | None = None
    kind: Kind | None = None
    rating: Rating | None = None
    life_years: Years | None = None


@router.get("/makers")
def makers(
    who: WhoDep, engine: EngineDep, spelled: Annotated[str, Query(max_length=120), Plain] = ""
) -> Response:  # fmt: skip
    """All makers; with `spelled` the one that is meant by it, and names like it that a person may have meant."""
    with db.reading(engine) as session:
        known = catalogue.makers(session)
        if not spelled:
            return answered(Answer(200, {"items": [maker_json(row) for row in known], "next": None}))
        one = catalogue.maker_spelled(known, spelled)
        alike = [] if one else catalogue.makers_alike(known, spelled)
        body = {"maker": maker_json(one) if one else None, "alike": [maker_json(row) for row in alike]}
        return answered(Answer(200, body))


@router.post("/makers", status_code=201)
def maker_entered(request: Request, form: MakerIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        row = catalogue.maker_entered(session, form.name, form.aliases, by=who, at=datetime.now(UTC))
        return Answer(201, maker_json(row), row.version, f"/api/v1/makers/{row.id}")

    return changing(request, who, body, act)


@router.get("/makers/{maker_id}")
def maker(maker_id: Id, who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        row = catalogue.maker_with_id(session, maker_id)
        return answered(Answer(200, maker_json(row), row.version))


@router.patch("/makers/{maker_id}")
def maker_changed(request: Request, maker_id: Id, form: MakerEdit, who: WhoDep, body: BodyDep) -> Response:
    """For whoever keeps the register of the country."""

    def act(session: Session) -> Answer:
        row = catalogue.maker_with_id(session, maker_id)
        matched(request, row.version)
        catalogue.maker_changed(session, row, form.model_dump(exclude_none=True), by=who, at=datetime.now(UTC))
        return Answer(200, maker_json(row), row.version)

    return changing(request, who, body, act)


@router.get("/models")
def models(
    request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep, kind: Kind | None = None,
    maker: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:  # fmt: skip
    """By id."""
    statement = select(Model)
    if kind is not None:
        statement = statement.where(Model.kind == kind)
    if maker is not None:
        statement = statement.where(Model.maker_id == maker)
    with db.reading(engine) as session:
        return page_of(
            request, session, statement, (col(Model.id),), asked, lambda row: model_json(row[0]),
            key_of=lambda row: (row[0].id,),
        )  # fmt: skip


@router.post("/models", status_code=201)
def model_entered(request: Request, form: ModelIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        row = catalogue.model_entered(
            session, catalogue.maker_with_id(session, form.maker_id), form.name, form.kind, rating=form.rating,
            life_years=form.life_years, by=who, at=datetime.now(UTC),
        )  # fmt: skip
        return Answer(201, model_json(row), row.version, f"/api/v1/models/{row.id}")

    return changing(request, who, body, act)


@router.get("/models/{model_id}")
def model(model_id: Id, who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        row = catalogue.model_with_id(session, model_id)
        return answered(Answer(200, model_json(row), row.version))


@router.patch("/models/{model_id}")
def model_changed(request: Request, model_id: Id, form: ModelEdit, who: WhoDep, body: BodyDep) -> Response:
    """For whoever keeps the register of the country. null empties `life_years`."""
    given = form.model_dump(exclude_unset=True)
    cells = {name: value for name, value in given.items() if value is not None or name == "life_years"}

    def act(session: Session) -> Answer:
        row = catalogue.model_with_id(session, model_id)
        matched(request, row.version)
        catalogue.model_changed(session, row, cells, by=who, at=datetime.now(UTC))
        return Answer(200, model_json(row), row.version)

    return changing(request, who, body, act)


def maker_json(row: Maker) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "aliases": row.aliases, "version": row.version}


def model_json(row: Model) -> dict[str, Any]:
    names = ("id", "maker_id", "name", "kind", "rating", "life_years", "version")
    return {name: getattr(row, name) for name in names}
