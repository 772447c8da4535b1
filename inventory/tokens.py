"""Keys for programs: named, ending, and never allowed more than the person they belong to."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from inventory import scoping, secrets, trace
from inventory.errors import Invalid, NotFound
from inventory.roles import READING, Permission, Who
from inventory.tables import ApiToken, Person

PREFIX = "zt_"  # a scanner for lost secrets finds it
LONGEST_NAME = 40
LONGEST_VALID = timedelta(days=366)
MOST = 20  # of one person, valid at once
USE_NOTED_EVERY = timedelta(minutes=5)  # not a write for every request


def token_made(
    session: Session, person: Person, name: str, *, write: bool, permissions: Collection[Permission],
    valid: timedelta, by: Who, at: datetime,
) -> tuple[ApiToken, str]:  # fmt: skip
    """A token of this person for himself, and the token itself, which is told this one time.

    Without `write` it changes nothing, whatever its permissions. Invalid for a permission that the person has not.
    """
    by.in_person()
    if by.person_id is None or by.person_id != person.id:
        by.must(Permission.KEEP_PEOPLE)
        raise Invalid("person", "A token is made by the person whose it is; sign in as that person.")
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(
            "name", "The name of a token has 1 to %(most)s printable characters; say what uses it.", most=LONGEST_NAME
        )
    if not timedelta(0) < valid <= LONGEST_VALID:
        raise Invalid("valid", "A token is valid for 1 to %(most)s days.", most=LONGEST_VALID.days)
    beyond = [each for each in permissions if not by.may(each)]
    if beyond:
        raise Invalid("permissions", "You have no permission “%(name)s” to hand on.", name=beyond[0].value)
    trace.held(session)
    living = [each for each in tokens_of(session, person) if each.revoked_at is None and each.expires_at > at]
    if any(each.name == name for each in living):
        raise Invalid("name", "You have a token of this name; take another name, or revoke that one.")
    if len(living) >= MOST:
        raise Invalid("name", "You have %(most)s tokens; revoke one that is not needed any more.", most=MOST)
    token = PREFIX + secrets.new_token() + secrets.new_token()
    row = ApiToken(person_id=person.id or 0, name=name, token_hash=secrets.image(token), write=write)
    row.permissions = sorted(each.value for each in set(permissions))
    row.created_at, row.expires_at = at, at + valid
    session.add(row)
    session.flush()
    after = {"name": name, "write": write, "permissions": row.permissions, "expires_at": row.expires_at}
    trace.changed(session, "made", "token", f"{person.login}/{row.id}", by=by, at=at, after=after)
    return row, token


def revoked(session: Session, token_id: int, *, by: Who, at: datetime, reason: str = "") -> None:
    """By the person whose it is, or by an administrator; NotFound for anybody else. Twice is once."""
    by.in_person()
    trace.held(session)
    row = session.get(ApiToken, token_id)
    if row is None or (row.person_id != by.person_id and not by.may(Permission.KEEP_PEOPLE)):
        raise NotFound("There is no such token.")
    if row.revoked_at is not None:
        return
    row.revoked_at = at
    session.add(row)
    session.flush()
    person = session.get_one(Person, row.person_id)
    trace.changed(
        session, "revoked", "token", f"{person.login}/{row.id}", by=by, at=at, before={"name": row.name}, reason=reason
    )


def tokens_of(session: Session, person: Person) -> list[ApiToken]:
    """The newest first."""
    return list(session.exec(select(ApiToken).where(ApiToken.person_id == person.id).order_by(col(ApiToken.id).desc())))


def holder(session: Session, token: str, *, at: datetime, request: str = "") -> tuple[Who, ApiToken] | None:
    """Who acts with this token: the person, cut down to what the token carries and the person still may."""
    if not token.startswith(PREFIX):
        return None
    row = session.exec(select(ApiToken).where(ApiToken.token_hash == secrets.image(token))).first()
    if row is None or row.revoked_at is not None or row.expires_at <= at:
        return None
    person = session.get(Person, row.person_id)
    if person is None or not person.active:
        return None
    carried = frozenset(Permission(name) for name in row.permissions if name in set(Permission))
    only = carried if row.write else carried & READING
    name = f"{person.login} (token {row.id}: {row.name})"[:120]
    scope = scoping.scope_of_person(session, person)
    return Who(name, person.role, scope, person.id, request, only), row


def use_is_due(row: ApiToken, *, at: datetime) -> bool:
    """Whether its use should be written down again."""
    return row.used_at is None or at - row.used_at > USE_NOTED_EVERY


def used(session: Session, token_id: int, *, at: datetime) -> None:
    row = session.get(ApiToken, token_id)
    if row is not None and use_is_due(row, at=at):
        row.used_at = at
        session.add(row)
        session.flush()
