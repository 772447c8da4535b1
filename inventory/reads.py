"""Whoever sees personal data leaves a row: who, when, whose, through which request. Nobody can alter it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session

from inventory.roles import Who
from inventory.tables import PersonalRead


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose data: of a thing ("contact", "17"), at a school if at one."""

    noun: str
    key: str
    school_id: int | None = None


def seen_personal(
    session: Session, noun: str, key: str | int, *, by: Who, at: datetime, school_id: int | None = None
) -> None:
    """One reading. The session is a writing one (`db.writing`): what was not recorded is not shown."""
    all_seen(session, [Seen(noun, str(key), school_id)], by=by, at=at)


def all_seen(session: Session, seen: Iterable[Seen], *, by: Who, at: datetime) -> None:
    """A list or a file with the data of many: one row for each of them."""
    rows = [
        {
            "at": at, "by": by.name, "person_id": by.person_id, "request": by.request,
            "noun": each.noun, "key": each.key, "school_id": each.school_id,
        }
        for each in seen
    ]  # fmt: skip
    if rows:
        session.execute(insert(PersonalRead), rows)
