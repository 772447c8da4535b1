"""Somebody from another district sees nothing of school 190: by no page, API, export, search or stream."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute

from inventory.roles import Role
from inventory.tables import Person, PersonDistrict, PersonSchool, School
from server import db
from tests import cast
from tests.server.conftest import House
from tests.server.strangers import OPEN, Room, rooms
from tests.server.strangers_asking import Asking

ROOMS = rooms()
LINES = {key: line for room in ROOMS for key, line in room.lines.items()}


def _doors(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        inner: Any = getattr(route, "original_router", None) or getattr(route, "app", None)
        if hasattr(inner, "routes"):
            yield from _doors(inner.routes)
        path: str | None = getattr(route, "path", None)
        methods: set[str] = getattr(route, "methods", None) or set()
        yield from ((method, path) for method in methods - {"HEAD", "OPTIONS"} if path)


def _app(house: House) -> FastAPI:
    app: Any = house.client.app
    assert isinstance(app, FastAPI)
    return app


def test_every_route_has_a_line(house: House) -> None:
    there = set(_doors(list(_app(house).routes)))
    assert len(there) > 15
    assert there - set(LINES) - set(OPEN) == set(), "these routes need a line in tests/server/strangers/"
    assert (set(LINES) | set(OPEN)) - there == set(), "these lines are of no route"
    assert not set(LINES) & set(OPEN)
    assert sum(len(room.lines) for room in ROOMS) == len(LINES), "a route has its line in one room"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_stranger_sees_nothing_of_school_190(house: House, room: Room) -> None:
    asking = _prepared(house, room)
    wrong = [fault for (method, path), line in room.lines.items() for fault in asking.faults(method, path, line)]
    assert not wrong, "\n".join(wrong)


def test_the_lines_notice_somebody_who_sees_more_than_he_should(house: House) -> None:
    room = next(room for room in ROOMS if room.name == "schools")
    asking = _prepared(house, room)
    for (method, path), line in room.lines.items():
        if method == "GET":
            assert list(asking.faults(method, path, replace(line, stranger="rauf"))), path


def _prepared(house: House, room: Room) -> Asking:
    """The things of school 190 that this room's lines name, and everybody who may ask for them."""
    with db.writing(house.engine) as session:
        people = _everybody(session, house.who)
        here = cast.Cast(**{name: session.merge(row) for name, row in vars(house.who).items()})
        values = room.prepare(session, here, cast.NOW)
        session.flush()
        session.expunge_all()
    return Asking(house.engine, _app(house), values, people)


def _everybody(session: Any, who: cast.Cast) -> dict[str, Person]:
    """The cast by login, and strangers in every role that has a scope."""
    found = {name: row for name, row in vars(who).items() if isinstance(row, Person)}
    for role in (Role.KEEPER, Role.DIRECTOR, Role.MENTOR):
        login = f"{role.value}_elsewhere"
        row = Person(login=login, name=login, role=role, password="", created_at=cast.NOW)
        session.add(row)
        session.flush()
        if role is Role.KEEPER:
            session.add(PersonDistrict(person_id=row.id or 0, district_code="AZ-SKR"))
        else:
            elsewhere: School = who.elsewhere
            session.add(PersonSchool(person_id=row.id or 0, school_id=elsewhere.id or 0))
        found[login] = row
    session.flush()
    return found
