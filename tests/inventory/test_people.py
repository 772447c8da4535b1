"""People sign in, and no further than their districts."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from inventory import people
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.roles import Role
from inventory.tables import Person
from tests import cast

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SHIFT = timedelta(hours=12)
PASSWORD = "bir-iki-üç-dörd"


@pytest.fixture
def aynur(session: Session) -> Person:
    cast.named(session, "AZ-SAB", az="Sabirabad", en="Sabirabad", ru="Сабирабад")
    return people.person_added(session, "aynur", "Aynur (invented)", Role.TECHNICIAN, PASSWORD, ["AZ-SAB"], at=NOON)


def test_the_right_password_opens_a_session_that_ends(session: Session, aynur: Person) -> None:
    cookie = people.signed_in(session, "aynur", PASSWORD, valid=SHIFT, at=NOON)
    assert cookie is not None
    found = people.who_is(session, cookie, at=NOON)
    assert found is not None
    assert found[0].login == "aynur"
    assert people.who_is(session, cookie, at=NOON + SHIFT) is None


def test_signing_out_ends_the_session_at_once(session: Session, aynur: Person) -> None:
    cookie = people.signed_in(session, "aynur", PASSWORD, valid=SHIFT, at=NOON)
    assert cookie is not None
    people.signed_out(session, cookie)
    assert people.who_is(session, cookie, at=NOON) is None


def test_a_technician_sees_his_district_and_no_other(session: Session, aynur: Person) -> None:
    scope = people.scope_of_person(session, aynur)
    assert scope.covers("AZ-SAB")
    assert not scope.covers("AZ-BA")


def test_an_operator_sees_the_country(session: Session, aynur: Person) -> None:
    rauf = people.person_added(session, "rauf", "Rauf (invented)", Role.OPERATOR, PASSWORD, [], at=NOON)
    assert people.scope_of_person(session, rauf).covers("AZ-BA")


def test_five_wrong_passwords_close_the_login_for_a_quarter_of_an_hour(session: Session, aynur: Person) -> None:
    for _ in range(5):
        assert people.signed_in(session, "aynur", "wrong", valid=SHIFT, at=NOON) is None
    with pytest.raises(Refused, match="15 minutes"):
        people.signed_in(session, "aynur", PASSWORD, valid=SHIFT, at=NOON)
    later = NOON + timedelta(minutes=15, seconds=1)
    assert people.signed_in(session, "aynur", PASSWORD, valid=SHIFT, at=later)


def test_an_unknown_login_is_told_nothing_else_than_a_wrong_password(session: Session, aynur: Person) -> None:
    assert people.signed_in(session, "nobody", PASSWORD, valid=SHIFT, at=NOON) is None


def test_a_person_cannot_be_added_wrongly(session: Session, aynur: Person) -> None:
    def add(login: str, password: str, districts: list[str], name: str = "x") -> None:
        people.person_added(session, login, name, Role.TECHNICIAN, password, districts, at=NOON)

    with pytest.raises(Invalid, match="too short"):
        add("orxan", "short", ["AZ-SAB"])
    with pytest.raises(Invalid, match="district"):
        add("orxan", PASSWORD, [])
    with pytest.raises(NotFound, match="AZ-QQ"):
        add("orxan", PASSWORD, ["AZ-QQ"])
    with pytest.raises(Conflict, match="already"):
        add("aynur", PASSWORD, ["AZ-SAB"])
    with pytest.raises(Invalid, match="login"):
        add("or xan", PASSWORD, ["AZ-SAB"])
    with pytest.raises(Invalid, match="65 characters; right are at most 64"):
        add("o" * 65, PASSWORD, ["AZ-SAB"])
    for name in ("", " ", "o" * 121, "or\nxan"):
        with pytest.raises(Invalid, match="cannot be a name; right are 1 to 120"):
            add("orxan", PASSWORD, ["AZ-SAB"], name)
