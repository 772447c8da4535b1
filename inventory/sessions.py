"""Browsers: people sign in and out, wrong attempts are counted, a second factor is asked for where there is one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from inventory import factors, passwords, people, secrets, trace
from inventory.errors import Refused
from inventory.roles import Role, Scope, job
from inventory.scoping import acting, scope_of_person
from inventory.tables import Identity, Person, SignIn, SignInFailure

FAILURES_ALLOWED, FAILURE_WINDOW = 5, timedelta(minutes=15)
HALF_VALID = timedelta(minutes=5)  # to find the telephone and type six digits


@dataclass(frozen=True, slots=True)
class Entered:
    """`cookie` of a session; `half`: it opens nothing until `code_given` made a whole one of it."""

    cookie: str
    half: bool


def signed_in(session: Session, login: str, password: str, *, valid: timedelta, at: datetime) -> Entered | None:
    """A new session, or None for a wrong login or password: the two are not told apart.

    Refused while locked out: five failures within 15 minutes close the login until the window has passed. A failure
    is written in this session: the caller commits in both cases.
    """
    _must_not_be_locked(session, login, at)
    person = session.exec(select(Person).where(Person.login == login, Person.active)).first()
    if not passwords.right(person.password if person else None, password) or person is None:
        _failed(session, login, at)
        return None
    return entered(session, person, valid=valid, at=at)


def entered(session: Session, person: Person, *, valid: timedelta, at: datetime) -> Entered:
    """A session for somebody who proved who he is, by password or through the identity provider.

    Failures are forgotten only with the second factor given: else a right password would open 5 codes to guess again.
    """
    session.execute(delete(SignIn).where(col(SignIn.expires_at) <= at))
    half = factors.is_on(session, person)
    if not half:
        session.execute(delete(SignInFailure).where(col(SignInFailure.login) == person.login))
    return Entered(_begun(session, person, HALF_VALID if half else valid, half, at), half)


def provided(
    session: Session, issuer: str, subject: str, *, login: str, name: str, role: Role | None, at: datetime
) -> Person:
    """Whom the identity provider names: who was tied to this subject before, else who has this login and is tied to it
    now, else, where the provider's claims give a role, a new person. Refused for anybody else: nobody is let in unseen.
    """
    by = job("openid")
    known = session.get(Identity, (issuer, subject))
    if known is not None:
        person = session.get_one(Person, known.person_id)
    else:
        trace.held(session)
        found = session.exec(select(Person).where(Person.login == login)).first() if login else None
        if found is None and (role is None or not login):
            raise Refused("Nobody here has this account of the identity provider; ask an administrator to add you.")
        person = found or people.person_added(
            session, login, name or login, role or Role.OPERATOR, "", [], by=by, at=at
        )
        tied = select(Identity).where(Identity.person_id == person.id, Identity.issuer == issuer)
        if session.exec(tied).first() is not None:
            raise Refused("This login is tied to another account of the identity provider; ask an administrator.")
        session.add(Identity(issuer=issuer, subject=subject, person_id=person.id or 0, at=at))
        session.flush()
        after = {"issuer": issuer, "subject": subject}
        trace.changed(session, "linked", "person", person.login, by=by, at=at, after=after)
    if not person.active:
        raise Refused("This person may no longer sign in; ask an administrator.")
    return person


def code_given(session: Session, cookie: str, code: str, *, valid: timedelta, at: datetime) -> str | None:
    """The cookie of a whole session in place of the half one; None for a wrong code, or without a half session.

    Refused while locked out; failures count together with those of the password.
    """
    row = session.get(SignIn, secrets.image(cookie))
    person = session.get(Person, row.person_id) if row and row.half and row.expires_at > at else None
    if row is None or person is None or not person.active:
        return None
    _must_not_be_locked(session, person.login, at)
    if not factors.proved(session, person, code, at=at):
        _failed(session, person.login, at)
        return None
    session.delete(row)
    session.execute(delete(SignInFailure).where(col(SignInFailure.login) == person.login))
    return _begun(session, person, valid, False, at)


def half_in(session: Session, cookie: str, *, at: datetime) -> Person | None:
    """Whose code is awaited."""
    row = session.get(SignIn, secrets.image(cookie))
    return session.get(Person, row.person_id) if row and row.half and row.expires_at > at else None


def signed_out(session: Session, cookie: str) -> None:
    session.execute(delete(SignIn).where(col(SignIn.token_hash) == secrets.image(cookie)))


def who_is(session: Session, cookie: str, *, at: datetime) -> tuple[Person, Scope] | None:
    """The person behind a session cookie and what that person may see."""
    row = session.get(SignIn, secrets.image(cookie))
    person = session.get(Person, row.person_id) if row and not row.half and row.expires_at > at else None
    if person is None or not person.active:
        return None
    return person, scope_of_person(session, person)


def password_proved(session: Session, person: Person, password: str, *, at: datetime) -> bool:
    """Before something grave is done in an open session; a wrong one counts as a failed attempt.

    Refused while locked out. The caller commits in both cases.
    """
    _must_not_be_locked(session, person.login, at)
    if passwords.right(person.password, password):
        return True
    _failed(session, person.login, at)
    return False


def own_password_changed(
    session: Session, person: Person, old: str, new: str, *, keep: str, at: datetime, request: str = ""
) -> bool:
    """False for a wrong old password; every other session ends, `keep` stays. The caller commits in both cases."""
    image = passwords.hashed(new, person.login)
    if not password_proved(session, person, old, at=at):
        return False
    trace.held(session)
    person.password = image
    session.add(person)
    session.flush()
    others = delete(SignIn).where(col(SignIn.person_id) == person.id, col(SignIn.token_hash) != secrets.image(keep))
    session.execute(others)
    by = acting(session, person, request)
    trace.changed(session, "password_changed", "person", person.login, by=by, at=at)
    return True


def _begun(session: Session, person: Person, valid: timedelta, half: bool, at: datetime) -> str:
    cookie = secrets.new_token() + secrets.new_token()
    row = SignIn(token_hash=secrets.image(cookie), person_id=person.id or 0, half=half)
    row.created_at, row.expires_at = at, at + valid
    session.add(row)
    session.flush()
    return cookie


def _must_not_be_locked(session: Session, login: str, at: datetime) -> None:
    recent = select(func.count()).where(SignInFailure.login == login[:64], col(SignInFailure.at) > at - FAILURE_WINDOW)
    if session.exec(recent).one() >= FAILURES_ALLOWED:
        raise Refused("Too many failed attempts; try again in 15 minutes.")


def _failed(session: Session, login: str, at: datetime) -> None:
    session.execute(delete(SignInFailure).where(col(SignInFailure.at) <= at - FAILURE_WINDOW))  # they count no longer
    session.add(SignInFailure(login=login[:64], at=at))
    session.flush()
