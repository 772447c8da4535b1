"""People sign in and out; a wrong password is counted."""

from collections.abc import Collection
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from inventory import secrets
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.roles import COUNTRYWIDE, Role, Scope, scope_of
from inventory.tables import District, Person, PersonDistrict, PersonSchool, SignIn, SignInFailure

SHORTEST_PASSWORD = 10
LONGEST_LOGIN, LONGEST_NAME = 64, 120
FAILURES_ALLOWED, FAILURE_WINDOW = 5, timedelta(minutes=15)
_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106, low-memory profile
_nobody = _hasher.hash(secrets.new_token())


def person_added(
    session: Session, login: str, name: str, role: Role, password: str, districts: Collection[str], *, at: datetime
) -> Person:
    """A new person who may sign in. A technician needs at least one district."""
    if not login or not login.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise Invalid("login", f"{login!r} cannot be a login; right are letters, digits, '.', '-' and '_'.")
    if len(login) > LONGEST_LOGIN:
        raise Invalid("login", f"The login has {len(login)} characters; right are at most {LONGEST_LOGIN}.")
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid("name", f"{name!r} cannot be a name; right are 1 to {LONGEST_NAME} printable characters.")
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("password", f"The password is too short; right are at least {SHORTEST_PASSWORD} characters.")
    if session.exec(select(Person).where(Person.login == login)).first():
        raise Conflict(f"There is a person with the login {login} already.")
    if role not in COUNTRYWIDE and not districts:
        raise Invalid("district", f"A {role.value} needs a district; name at least one.")
    for code in districts:
        if session.get(District, code) is None:
            raise NotFound(f"There is no district {code}.")
    person = Person(login=login, name=name, role=role, password=_hasher.hash(password), created_at=at)
    session.add(person)
    session.flush()
    session.add_all(PersonDistrict(person_id=person.id or 0, district_code=code) for code in sorted(set(districts)))
    session.flush()
    return person


def signed_in(session: Session, login: str, password: str, *, valid: timedelta, at: datetime) -> str | None:
    """The cookie of a new session, or None for a wrong login or password: the two are not told apart.

    Refused while locked out: five failures within 15 minutes close the login until the window has passed. A failure
    is written in this session: the caller commits in both cases.
    """
    recent = select(func.count()).where(SignInFailure.login == login, col(SignInFailure.at) > at - FAILURE_WINDOW)
    if session.exec(recent).one() >= FAILURES_ALLOWED:
        raise Refused("Too many failed attempts; try again in 15 minutes.")
    person = session.exec(select(Person).where(Person.login == login, Person.active)).first()
    try:
        _hasher.verify(person.password if person else _nobody, password)
    except (VerificationError, InvalidHashError):
        session.add(SignInFailure(login=login[:64], at=at))
        return None
    if person is None:
        return None
    session.execute(delete(SignInFailure).where(col(SignInFailure.login) == login))
    session.execute(delete(SignIn).where(col(SignIn.expires_at) <= at))
    cookie = secrets.new_token() + secrets.new_token()
    session.add(
        SignIn(token_hash=secrets.image(cookie), person_id=person.id or 0, created_at=at, expires_at=at + valid)
    )
    session.flush()
    return cookie


def signed_out(session: Session, cookie: str) -> None:
    session.execute(delete(SignIn).where(col(SignIn.token_hash) == secrets.image(cookie)))


def who_is(session: Session, cookie: str, *, at: datetime) -> tuple[Person, Scope] | None:
    """The person behind a session cookie and what that person may see."""
    row = session.get(SignIn, secrets.image(cookie))
    person = session.get(Person, row.person_id) if row and row.expires_at > at else None
    if person is None or not person.active:
        return None
    return person, scope_of_person(session, person)


def scope_of_person(session: Session, person: Person) -> Scope:
    districts = session.exec(select(PersonDistrict.district_code).where(PersonDistrict.person_id == person.id))
    schools = session.exec(select(PersonSchool.school_id).where(PersonSchool.person_id == person.id))
    return scope_of(person.role, list(districts), list(schools))


def language_chosen(session: Session, person: Person, language: str) -> None:
    person.language = language
    session.add(person)
    session.flush()
