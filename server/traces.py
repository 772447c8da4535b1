"""What was changed and who read personal data, cut down to what the asker may see of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlmodel import col, select

from inventory import scoping
from inventory.roles import Scope
from inventory.tables import PersonalRead, School, Trace


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows; empty = all. `until` is exclusive."""

    noun: str = ""
    key: str = ""
    by: str = ""
    verb: str = ""
    emis: str = ""
    since: datetime | None = None
    until: datetime | None = None


def changes(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """(Trace, EMIS code or None). Whoever has no say for the country sees rows of the schools of the scope alone."""
    statement: Select[*tuple[Any, ...]] = select(Trace, School.emis).outerjoin(
        School, col(School.id) == col(Trace.school_id)
    )
    if wanted.verb:
        statement = statement.where(col(Trace.verb) == wanted.verb)
    return scoping.within(_narrowed(statement, Trace, wanted), scope)


def reads(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """(PersonalRead, EMIS code or None)."""
    statement: Select[*tuple[Any, ...]] = select(PersonalRead, School.emis).outerjoin(
        School, col(School.id) == col(PersonalRead.school_id)
    )
    return scoping.within(_narrowed(statement, PersonalRead, wanted), scope)


def _narrowed(
    statement: Select[*tuple[Any, ...]], table: type[Trace] | type[PersonalRead], wanted: Wanted
) -> Select[*tuple[Any, ...]]:
    for column, value in ((table.noun, wanted.noun), (table.key, wanted.key), (table.by, wanted.by)):
        if value:
            statement = statement.where(col(column) == value)
    if wanted.emis:
        statement = statement.where(col(School.emis) == wanted.emis)
    if wanted.since:
        statement = statement.where(col(table.at) >= wanted.since)
    if wanted.until:
        statement = statement.where(col(table.at) < wanted.until)
    return statement
