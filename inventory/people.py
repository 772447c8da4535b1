"""People who sign in: added, given a role and a scope, let go. Every change of them leaves a trace."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from inventory import passwords, trace
from inventory.errors import Conflict, Invalid, NotFound
from inventory.roles import COUNTRYWIDE, Permission, Role, Who
from inventory.tables import District, Person, PersonDistrict, PersonSchool, School, SignIn

LONGEST_LOGIN, LONGEST_NAME = 64, 120


@dataclass(frozen=True, slots=True)
class Given:
    """What was given to a person: codes of districts, EMIS codes of single schools; both in order."""

    districts: tuple[str, ...]
    schools: tuple[str, ...]


def person_added(
    session: Session, login: str, name: str, role: Role, password: str, districts: Collection[str],
    schools: Collection[str] = (), *, by: Who, at: datetime, language: str = "az",
) -> Person:  # fmt: skip
    """A new person who may sign in, with a password or, where it is empty, only through the identity provider.

    Technicians, mentors and directors need a district or a school (its EMIS code).
    """
    by.must(Permission.KEEP_PEOPLE)
    if not login or not login.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise Invalid(
            "login", "“%(login)s” cannot be a login; right are letters, digits, '.', '-' and '_'.", login=login
        )
    if len(login) > LONGEST_LOGIN:
        raise Invalid(
            "login", "The login has %(length)s characters; right are at most %(most)s.",
            length=len(login), most=LONGEST_LOGIN,
        )  # fmt: skip
    _must_be_a_name(name)
    trace.held(session)
    if session.exec(select(Person).where(Person.login == login)).first():
        raise Conflict("There is a person with the login %(login)s already.", login=login)
    scope = _scope_to_give(session, role, districts, schools)
    image = passwords.hashed(password, login) if password else ""
    person = Person(login=login, name=name.strip(), role=role, password=image, created_at=at, language=language)
    session.add(person)
    session.flush()
    _give(session, person, *scope)
    trace.changed(session, "added", "person", login, by=by, at=at, after=told(session, person))
    return person


def person_changed(
    session: Session, person: Person, *, name: str, role: Role, districts: Collection[str], schools: Collection[str],
    active: bool, by: Who, at: datetime, reason: str = "", expected: int | None = None,
) -> None:  # fmt: skip
    """Another name, role or scope; let go, or let in again. Whoever is let go is signed out at once.

    Conflict for the last administrator, and where `expected` is not the version that is there.
    """
    by.must(Permission.KEEP_PEOPLE)
    _must_be_a_name(name)
    trace.held(session)
    session.refresh(person)
    if expected is not None and expected != person.version:
        raise Conflict("Somebody changed this person meanwhile; look at the page again.")
    before = told(session, person)
    remains = active and role is Role.ADMINISTRATOR
    if (
        person.active
        and person.role is Role.ADMINISTRATOR
        and not remains
        and not _other_administrators(session, person)
    ):
        raise Conflict("This is the last administrator; make somebody else one first.")
    scope = _scope_to_give(session, role, districts, schools)
    person.name, person.role, person.active = name.strip(), role, active
    _give(session, person, *scope)
    cells = trace.difference(before, told(session, person))
    if not cells[1]:
        return
    person.version += 1
    session.add(person)
    session.flush()
    if not active:
        session.execute(delete(SignIn).where(col(SignIn.person_id) == person.id))
    verb = {(True, False): "deactivated", (False, True): "reactivated"}.get((before["active"], active), "changed")
    trace.changed(session, verb, "person", person.login, by=by, at=at, before=cells[0], after=cells[1], reason=reason)


def password_reset(session: Session, person: Person, password: str, *, by: Who, at: datetime) -> None:
    """An administrator gives a new password, which ends every session of the person."""
    by.must(Permission.KEEP_PEOPLE)
    by.in_person()
    trace.held(session)
    person.password = passwords.hashed(password, person.login)
    session.add(person)
    session.flush()
    session.execute(delete(SignIn).where(col(SignIn.person_id) == person.id))
    trace.changed(session, "password_reset", "person", person.login, by=by, at=at)


def given_to(session: Session, person: Person) -> Given:
    districts = session.exec(select(PersonDistrict.district_code).where(PersonDistrict.person_id == person.id))
    schools = session.exec(
        select(School.emis).join(PersonSchool, col(PersonSchool.school_id) == col(School.id))
        .where(PersonSchool.person_id == person.id)
    )  # fmt: skip
    return Given(tuple(sorted(districts)), tuple(sorted(schools)))


def district_names(session: Session, codes: Collection[str], language: str) -> list[str]:
    """Names of these districts, in the order of the codes."""
    rows = session.exec(select(District).where(col(District.code).in_(codes)).order_by(District.code)).all()
    return [{"en": row.name_en, "ru": row.name_ru}.get(language, row.name_az) for row in rows]


def told(session: Session, person: Person) -> dict[str, Any]:
    """A person as the trace tells it: no password, no secret."""
    given = given_to(session, person)
    return {
        "name": person.name, "role": person.role.value, "active": person.active,
        "districts": list(given.districts), "schools": list(given.schools),
    }  # fmt: skip


def person_with_login(session: Session, login: str) -> Person:
    person = session.exec(select(Person).where(Person.login == login)).first()
    if person is None:
        raise NotFound("There is no person with this login.")
    return person


def language_chosen(session: Session, person: Person, language: str) -> None:
    person.language = language
    session.add(person)
    session.flush()


def _must_be_a_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(
            "name", "“%(name)s” cannot be a name; right are 1 to %(most)s printable characters.",
            name=name[:LONGEST_NAME], most=LONGEST_NAME,
        )  # fmt: skip


def _scope_to_give(
    session: Session, role: Role, districts: Collection[str], schools: Collection[str]
) -> tuple[set[str], set[int]]:
    """Codes of districts and ids of schools; none for a role that sees the country anyway."""
    if role in COUNTRYWIDE:
        return set(), set()
    if not districts and not schools and role is not Role.KEEPER:
        raise Invalid("district", "This role needs a district or a school; name at least one.")
    for code in districts:
        if session.get(District, code) is None:
            raise NotFound("There is no district %(code)s.", code=code)
    ids = set()
    for emis in schools:
        school = session.exec(select(School).where(School.emis == emis)).first()
        if school is None:
            raise NotFound("There is no school %(emis)s.", emis=emis)
        ids.add(school.id or 0)
    return set(districts), ids


def _give(session: Session, person: Person, districts: set[str], schools: set[int]) -> None:
    """Exactly these."""
    person_id = person.id or 0
    session.execute(delete(PersonDistrict).where(col(PersonDistrict.person_id) == person_id))
    session.execute(delete(PersonSchool).where(col(PersonSchool.person_id) == person_id))
    session.add_all(PersonDistrict(person_id=person_id, district_code=code) for code in sorted(districts))
    session.add_all(PersonSchool(person_id=person_id, school_id=each) for each in sorted(schools))
    session.flush()


def _other_administrators(session: Session, person: Person) -> int:
    others = select(func.count()).where(Person.role == Role.ADMINISTRATOR, Person.active, Person.id != person.id)
    return session.exec(others).one()
