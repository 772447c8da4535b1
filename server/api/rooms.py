"""/api/v1/schools/{emis}/rooms: rooms of a school."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import register, scoping
from inventory.errors import NotFound
from inventory.places import RoomKind
from inventory.roles import Who
from inventory.tables import Room, School
from server import db, schools
from server.api.core import Answer, BodyDep, Plain, WhoDep, answered, changing, matched
from server.api.schools import Emis
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["rooms"])
Uid = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Name = Annotated[str, Field(min_length=1, max_length=80), Plain]
Floor = Annotated[int, Field(ge=-5, le=50)]


class RoomIn(BaseModel):
    """`uid`: a UUID as 32 hex digits that the client may choose, so that it can name the room without a line."""

    name: Name
    kind: RoomKind = RoomKind.CLASSROOM
    floor: Floor | None = None
    uid: Uid | None = None


class RoomEdit(BaseModel):
    """What is left out stays as it is; null empties `floor` and opens a closed room again."""

    name: Name | None = None
    kind: RoomKind | None = None
    floor: Floor | None = None
    closed_on: date | None = None


@router.get("/schools/{emis}/rooms")
def rooms(emis: Emis, who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        school = scoping.school_seen(session, emis, who.scope)
        items = [as_json(room) for room in schools.rooms_of(session, school)]
        return answered(Answer(200, {"items": items, "next": None}))


@router.post("/schools/{emis}/rooms", status_code=201)
def opened(request: Request, emis: Emis, form: RoomIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        school = scoping.school_seen(session, emis, who.scope)
        room = register.room_opened(
            session, school, form.name, form.kind, floor=form.floor, uid=form.uid or "", by=who, at=datetime.now(UTC)
        )
        return Answer(201, as_json(room), room.version, f"/api/v1/schools/{emis}/rooms/{room.uid}")

    return changing(request, who, body, act)


@router.get("/schools/{emis}/rooms/{uid}")
def room(emis: Emis, uid: Annotated[str, Path(max_length=32)], who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        _, row = _there(session, emis, uid, who)
        return answered(Answer(200, as_json(row), row.version))


@router.patch("/schools/{emis}/rooms/{uid}")
def changed(
    request: Request, emis: Emis, uid: Annotated[str, Path(max_length=32)], form: RoomEdit, who: WhoDep, body: BodyDep
) -> Response:
    given = form.model_dump(exclude_unset=True)
    facts = {name: value for name, value in given.items() if value is not None or name in ("floor", "closed_on")}

    def act(session: Session) -> Answer:
        school, row = _there(session, emis, uid, who)
        matched(request, row.version)
        register.room_changed(session, school, row, facts, by=who, at=datetime.now(UTC))
        return Answer(200, as_json(row), row.version)

    return changing(request, who, body, act)


def as_json(room: Room) -> dict[str, Any]:
    names = ("uid", "name", "kind", "floor", "closed_on", "version")
    return {name: getattr(room, name) for name in names}


def _there(session: Session, emis: str, uid: str, who: Who) -> tuple[School, Room]:
    school = scoping.school_seen(session, emis, who.scope)
    row = session.exec(select(Room).where(col(Room.school_id) == school.id, col(Room.uid) == uid)).first()
    if row is None:
        raise NotFound("There is no such room at this school.")
    return school, row
