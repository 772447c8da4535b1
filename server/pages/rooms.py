"""The rooms of a school."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inventory import register, scoping
from inventory.errors import Conflict, Invalid, NotFound
from inventory.places import RoomKind
from inventory.roles import Permission
from inventory.tables import Room, School
from server import auth, db, schools
from server.auth import Visitor, VisitorDep
from server.deps import EngineDep
from server.pages.forms import ticked, unchanged, whole
from server.pages.typed import line
from server.pages.view import SignedView
from server.pages.words_places import ROOMS

NO_SUCH_ROOM = "There is no such room at this school."
BLANK: Final = {"uid": "", "version": "", "name": "", "kind": RoomKind.CLASSROOM.value, "floor": "", "closed": ""}
Cell = Annotated[str, Form(max_length=200)]

router = APIRouter(include_in_schema=False)


@router.get("/schools/{emis}/rooms")
def shown(emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        return view.page("school_rooms.html", fault="", typed=BLANK, **_parts(session, visitor, emis))


@router.post("/schools/{emis}/rooms", dependencies=[auth.OwnForm])
def changed(
    emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, uid: Cell = "", version: Cell = "",
    name: Cell = "", kind: Cell = "", floor: Cell = "", closed: Cell = "",
) -> Response:  # fmt: skip
    """A new room, or, with its `uid`, one that is there."""
    typed = {"uid": uid, "version": version, "name": line(name), "kind": kind, "floor": floor, "closed": closed}
    try:
        with db.writing(engine) as session:
            school = scoping.school_seen(session, emis, visitor.scope)
            _write(session, school, typed, view, visitor)
    except (Invalid, Conflict) as error:
        with db.reading(engine) as session:
            parts = _parts(session, visitor, emis)
        return view.page("school_rooms.html", 422, fault=view.told(error), typed=typed, **parts)
    return RedirectResponse(f"/schools/{emis}/rooms", 303)


def _write(session: Session, school: School, typed: dict[str, str], view: SignedView, visitor: Visitor) -> None:
    if typed["kind"] not in set(RoomKind):
        raise Invalid("kind", "There is no such kind of room.")
    floor = whole(typed["floor"], "floor")
    if floor is not None and not -5 <= floor <= 50:
        raise Invalid("floor", "This cannot be a floor; right is a number from -5 to 50.")
    facts: dict[str, Any] = {"name": typed["name"], "kind": RoomKind(typed["kind"]), "floor": floor}
    if not typed["uid"]:
        register.room_opened(session, school, **facts, by=visitor.who, at=view.now)
        return
    room = session.exec(select(Room).where(col(Room.school_id) == school.id, col(Room.uid) == typed["uid"])).first()
    if room is None:
        raise NotFound(NO_SUCH_ROOM)
    unchanged(typed["version"], room.version)
    if ticked(typed["closed"]) != (room.closed_on is not None):
        facts["closed_on"] = view.formats.local(view.now).date() if ticked(typed["closed"]) else None
    register.room_changed(session, school, room, facts, by=visitor.who, at=view.now)


def _parts(session: Session, visitor: Visitor, emis: str) -> dict[str, Any]:
    school = scoping.school_seen(session, emis, visitor.scope)
    return {
        "school": school,
        "rooms": schools.rooms_of(session, school),
        "kinds": ROOMS,
        "blank": BLANK,
        "may_keep": visitor.who.may(Permission.KEEP_PLACES),
        "may_see_contacts": visitor.who.may(Permission.SEE_CONTACTS),
    }
