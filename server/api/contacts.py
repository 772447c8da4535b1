"""/api/v1/schools/{emis}/contacts: who answers the telephone; every reading is recorded."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import contacts, reads, scoping
from inventory.contacts import Given
from inventory.errors import NotFound
from inventory.places import ContactRole
from inventory.reads import Seen
from inventory.roles import Permission, Who
from inventory.tables import Contact, School
from server import db
from server.api.core import Answer, BodyDep, Plain, WhoDep, answered, changing, matched
from server.api.rooms import Uid
from server.api.schools import Emis
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["contacts"])
Name = Annotated[str, Field(min_length=1, max_length=120), Plain]
Number = Annotated[str, Field(min_length=1, max_length=60), Plain]
Numbers = Annotated[list[Number], Field(max_length=contacts.MOST_NUMBERS)]
Email = Annotated[str, Field(max_length=200), Plain]
Note = Annotated[str, Field(max_length=300), Plain]


class ContactIn(BaseModel):
    """`numbers`: as they are written; they are kept so, and read into E.164 where they can be."""

    name: Name
    role: ContactRole = ContactRole.OTHER
    email: Email = ""
    note: Note = ""
    numbers: Numbers = []
    uid: Uid | None = None


class ContactEdit(BaseModel):
    """What is left out stays as it is; `numbers` are all of them. `active` false: has left."""

    name: Name | None = None
    role: ContactRole | None = None
    email: Email | None = None
    note: Note | None = None
    active: bool | None = None
    numbers: Numbers | None = None


@router.get("/schools/{emis}/contacts")
def listed(emis: Emis, who: WhoDep, engine: EngineDep) -> Response:
    """`numbers` beside `items` are those of the school itself."""
    at = datetime.now(UTC)
    with db.writing(engine) as session:  # what was not recorded is not shown
        school = _seen(session, emis, who)
        rows = contacts.contacts_of(session, school)
        numbers = contacts.numbers_of(session, [row.id or 0 for row in rows])
        reads.all_seen(session, [Seen("contact", row.uid, school.id) for row in rows], by=who, at=at)
        body = {
            "items": [as_json(row, numbers.get(row.id or 0, [])) for row in rows],
            "next": None,
            "numbers": [_number(phone) for phone in contacts.school_numbers(session, school)],
        }
    return answered(Answer(200, body))


@router.put("/schools/{emis}/numbers")
def of_school(request: Request, emis: Emis, form: Numbers, who: WhoDep, body: BodyDep) -> Response:
    """The numbers of the school itself, all of them."""

    def act(session: Session) -> Answer:
        school = _seen(session, emis, who)
        contacts.school_numbers_changed(session, school, form, by=who, at=datetime.now(UTC))
        return Answer(200, {"numbers": [_number(phone) for phone in contacts.school_numbers(session, school)]})

    return changing(request, who, body, act)


@router.post("/schools/{emis}/contacts", status_code=201)
def added(request: Request, emis: Emis, form: ContactIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        school = _seen(session, emis, who)
        row = contacts.contact_added(
            session, school, form.name, form.role, form.numbers, by=who, at=datetime.now(UTC), email=form.email,
            note=form.note, uid=form.uid or "",
        )  # fmt: skip
        return Answer(201, _whole(session, row), row.version, f"/api/v1/schools/{emis}/contacts/{row.uid}")

    return changing(request, who, body, act)


@router.get("/schools/{emis}/contacts/{uid}")
def one(emis: Emis, uid: Annotated[str, Path(max_length=32)], who: WhoDep, engine: EngineDep) -> Response:
    with db.writing(engine) as session:
        school, row = _there(session, emis, uid, who)
        reads.seen_personal(session, "contact", row.uid, by=who, at=datetime.now(UTC), school_id=school.id)
        answer = Answer(200, _whole(session, row), row.version)
    return answered(answer)


@router.patch("/schools/{emis}/contacts/{uid}")
def changed(
    request: Request, emis: Emis, uid: Annotated[str, Path(max_length=32)], form: ContactEdit, who: WhoDep,
    body: BodyDep,
) -> Response:  # fmt: skip
    facts = {name: value for name, value in form.model_dump(exclude_unset=True).items() if value is not None}

    def act(session: Session) -> Answer:
        school, row = _there(session, emis, uid, who)
        matched(request, row.version)
        contacts.contact_changed(session, school, row, facts, by=who, at=datetime.now(UTC))
        return Answer(200, _whole(session, row), row.version)

    return changing(request, who, body, act)


def as_json(row: Contact, numbers: Sequence[Given]) -> dict[str, Any]:
    names = ("uid", "name", "role", "email", "note", "active", "version")
    return {name: getattr(row, name) for name in names} | {"numbers": [_number(phone) for phone in numbers]}


def _whole(session: Session, row: Contact) -> dict[str, Any]:
    return as_json(row, contacts.numbers_of(session, [row.id or 0]).get(row.id or 0, []))


def _number(phone: Given) -> dict[str, Any]:
    names = ("raw", "e164", "extension", "kind")
    return {name: getattr(phone, name) for name in names}


def _seen(session: Session, emis: str, who: Who) -> School:
    """A school of another district is not there, whatever the caller may do."""
    school = scoping.school_seen(session, emis, who.scope)
    who.must(Permission.SEE_CONTACTS)
    return school


def _there(session: Session, emis: str, uid: str, who: Who) -> tuple[School, Contact]:
    school = _seen(session, emis, who)
    row = session.exec(select(Contact).where(col(Contact.school_id) == school.id, col(Contact.uid) == uid)).first()
    if row is None:
        raise NotFound("There is no such contact at this school.")
    return school, row
