"""/api/v1/people: who signs in, with which role and scope; for administrators. /api/v1/me: who asks."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import people
from inventory.roles import Permission, Role
from inventory.tables import Person
from server import db
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, matched, page_of, without_key
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["people"])
Login = Annotated[str, Path(max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=people.LONGEST_NAME), Plain]
Districts = Annotated[list[Annotated[str, Field(max_length=12), Plain]], Field(max_length=100)]
Schools = Annotated[list[Annotated[str, Field(max_length=32), Plain]], Field(max_length=200)]
Language = Annotated[str, Field(pattern="^(az|en|ru)$")]


class PersonIn(BaseModel):
    """Without `password` the person comes in through the identity provider alone."""

    login: Annotated[str, Field(min_length=1, max_length=people.LONGEST_LOGIN), Plain]
    name: Name
    role: Role
    password: Annotated[str, Field(max_length=1000), Plain] = ""
    districts: Districts = []
    schools: Schools = []
    language: Language = "az"


class PersonEdit(BaseModel):
    """What is left out stays as it is; `districts` and `schools` (EMIS codes) replace those that were given."""

    name: Name | None = None
    role: Role | None = None
    districts: Districts | None = None
    schools: Schools | None = None
    active: bool | None = None
    reason: Annotated[str, Field(max_length=500), Plain] = ""


@router.get("/me")
def me(who: WhoDep) -> Response:
    """`districts` is null for somebody who sees the whole country; `schools` are ids of single schools."""
    scope = who.scope
    body = {
        "name": who.name,
        "role": who.role,
        "permissions": sorted(each.value for each in Permission if who.may(each)),
        "districts": None if scope.districts is None else sorted(scope.districts),
        "schools": sorted(scope.schools),
    }
    return answered(Answer(200, body))


@router.get("/people")
def listed(
    request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep,
    role: Role | None = None, active: Annotated[bool | None, Query()] = None,
) -> Response:  # fmt: skip
    who.must(Permission.KEEP_PEOPLE)
    statement = select(Person)
    if role is not None:
        statement = statement.where(Person.role == role)
    if active is not None:
        statement = statement.where(Person.active == active)
    with db.reading(engine) as session:
        return page_of(
            request, session, statement, (col(Person.login),), asked, lambda row: as_json(session, row[0]),
            key_of=lambda row: (row[0].login,),
        )  # fmt: skip


@router.post("/people", status_code=201)
def added(request: Request, form: PersonIn, who: WhoDep, body: BodyDep) -> Response:
    """With a password it takes no Idempotency-Key; a repeat is answered with 409."""
    if form.password:
        without_key(request)

    def act(session: Session) -> Answer:
        person = people.person_added(
            session, form.login, form.name, form.role, form.password, form.districts, form.schools,
            by=who, at=datetime.now(UTC), language=form.language,
        )  # fmt: skip
        return Answer(201, as_json(session, person), person.version, f"/api/v1/people/{person.login}")

    return changing(request, who, body, act)


@router.get("/people/{login}")
def person(login: Login, who: WhoDep, engine: EngineDep) -> Response:
    who.must(Permission.KEEP_PEOPLE)
    with db.reading(engine) as session:
        row = people.person_with_login(session, login)
        return answered(Answer(200, as_json(session, row), row.version))


@router.patch("/people/{login}")
def changed(request: Request, login: Login, form: PersonEdit, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        who.must(Permission.KEEP_PEOPLE)
        row = people.person_with_login(session, login)
        matched(request, row.version)
        given = people.given_to(session, row)
        people.person_changed(
            session, row,
            name=row.name if form.name is None else form.name,
            role=row.role if form.role is None else form.role,
            districts=given.districts if form.districts is None else form.districts,
            schools=given.schools if form.schools is None else form.schools,
            active=row.active if form.active is None else form.active,
            by=who, at=datetime.now(UTC), reason=form.reason, expected=row.version,
        )  # fmt: skip
        return Answer(200, as_json(session, row), row.version)

    return changing(request, who, body, act)


def as_json(session: Session, person: Person) -> dict[str, Any]:
    return {"login": person.login, "language": person.language, "version": person.version} | people.told(
        session, person
    )
