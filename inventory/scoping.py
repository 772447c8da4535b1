"""The one place where scope becomes SQL: every list, page, export, search and stream of schools goes through here."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, or_, true
from sqlmodel import Session, col, select

from inventory.errors import NotFound
from inventory.roles import Scope, Who, scope_of
from inventory.tables import Person, PersonDistrict, PersonSchool, School

NO_SUCH_PAGE = "There is no such page, or it is not yours to see."

Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])


def seen(scope: Scope) -> ColumnElement[bool]:
    """A condition on `school`: those that this scope covers. Join School before."""
    if scope.districts is None:
        return true()
    parts: list[ColumnElement[bool]] = []
    if scope.districts:
        parts.append(col(School.district_code).in_(sorted(scope.districts)))
    if scope.schools:
        parts.append(col(School.id).in_(sorted(scope.schools)))
    return or_(*parts) if parts else false()


def within(statement: Statement, scope: Scope) -> Statement:
    """A statement that selects from `school`, or joins it, cut down to the scope."""
    return statement if scope.districts is None else statement.where(seen(scope))


def school_seen(session: Session, emis: str, scope: Scope) -> School:
    """The school with this code. NotFound where there is none, or none that this person may see."""
    school = session.exec(select(School).where(School.emis == emis)).first()
    if school is None or not scope.covers(school.district_code, school.id):
        raise NotFound(NO_SUCH_PAGE)
    return school


def school_with_id(session: Session, school_id: int, scope: Scope) -> School:
    school = session.get(School, school_id)
    if school is None or not scope.covers(school.district_code, school.id):
        raise NotFound(NO_SUCH_PAGE)
    return school


def scope_of_person(session: Session, person: Person) -> Scope:
    """What was given to this person, and what the role sees anyway."""
    districts = session.exec(select(PersonDistrict.district_code).where(PersonDistrict.person_id == person.id))
    schools = session.exec(select(PersonSchool.school_id).where(PersonSchool.person_id == person.id))
    return scope_of(person.role, list(districts), list(schools))


def acting(session: Session, person: Person, request: str = "") -> Who:
    """This person as somebody who acts: named in the trace, held to role and scope."""
    return Who(person.login, person.role, scope_of_person(session, person), person.id, request)
