"""Commissions: appointed by an order, with a chair, members and a quorum, for a school, a district or the country."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, or_, true
from sqlalchemy import select as select_rows
from sqlmodel import Session, col

from inventory import scoping, trace
from inventory.errors import Invalid, NotFound
from inventory.folding import folded
from inventory.papers import Fault, Member, MemberRole, fault_of
from inventory.roles import Permission, Scope, Who
from inventory.tables import Commission, CommissionMember, District, School

MOST_MEMBERS: Final = 15
LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Appointed:
    """One person of a commission, as the order names them."""

    name: str
    role: MemberRole
    position: str = ""


def appointed(
    session: Session, order_no: str, order_on: date, members: Sequence[Appointed], *, quorum: int, by: Who,
    at: datetime, school: School | None = None, district_code: str | None = None, valid_until: date | None = None,
) -> Commission:  # fmt: skip
    """A commission for one school, one district, or (neither given) the country. Invalid with the field's name."""
    by.must(Permission.EXECUTE_ACTS)
    if not order_no.strip() or len(order_no) > 60:
        raise Invalid("order_no", "The order's number is missing, or longer than 60 characters.")
    if valid_until is not None and valid_until < order_on:
        raise Invalid("valid_until", "The commission would end before its order; right is a later day.")
    if len(members) > MOST_MEMBERS or any(not 1 <= len(m.name.strip()) <= LONGEST_NAME for m in members):
        raise Invalid("members", "Right are at most 15 members, each with a name of 1 to 120 characters.")
    _fitting(fault_of([Member(folded(member.name), member.role) for member in members], quorum))
    if school is None and not _keeps(session, district_code, by.scope):
        raise NotFound(scoping.NO_SUCH_PAGE)
    row = Commission(order_no=order_no.strip(), order_on=order_on, quorum=quorum, valid_until=valid_until)
    row.school_id, row.district_code = (school.id, None) if school else (None, district_code)
    session.add(row)
    session.flush()
    for member in members:
        written = CommissionMember(commission_id=row.id or 0, name=member.name.strip(), role=member.role.value)
        written.position = member.position.strip()[:LONGEST_NAME]
        session.add(written)
    session.flush()
    after = {"order_no": row.order_no, "quorum": quorum, "members": [f"{m.role.value}: {m.name}" for m in members]}
    trace.changed(session, "appointed", "commission", row.id or 0, by=by, at=at, after=after, school_id=row.school_id)
    return row


def _keeps(session: Session, district_code: str | None, scope: Scope) -> bool:
    if district_code is None:
        return scope.districts is None
    return session.get(District, district_code) is not None and scope.covers(district_code)


def _fitting(fault: Fault) -> None:
    if fault is Fault.NO_CHAIR:
        raise Invalid("members", "A commission needs somebody in the chair.")
    if fault is Fault.TWO_CHAIRS:
        raise Invalid("members", "A commission has one chair; the others are deputies or members.")
    if fault is Fault.CUSTODIAN_CHAIRS:
        raise Invalid("members", "Whoever answers for the pieces may not chair the commission.")
    if fault is Fault.TWICE:
        raise Invalid("members", "Somebody stands in the commission twice.")
    if fault is Fault.QUORUM:
        raise Invalid("quorum", "The quorum is at least 2, and at most the number of members without custodians.")


def seen(scope: Scope) -> ColumnElement[bool]:
    """A condition on `commission`: those of the country, and those of districts and schools of this scope."""
    if scope.districts is None:
        return true()
    mine = select_rows(col(School.id)).where(scoping.seen(scope))
    return or_(
        and_(col(Commission.district_code).is_(None), col(Commission.school_id).is_(None)),
        col(Commission.district_code).in_(sorted(scope.districts)),
        col(Commission.school_id).in_(mine),
    )


def listed(scope: Scope) -> Select[Any]:
    return select_rows(Commission).where(seen(scope))


def for_school(session: Session, school: School, *, on: date, scope: Scope) -> list[Commission]:
    """Those that may decide about this school's equipment on this day; the nearest first."""
    statement = listed(scope).where(
        or_(
            col(Commission.school_id) == school.id,
            col(Commission.district_code) == school.district_code,
            and_(col(Commission.district_code).is_(None), col(Commission.school_id).is_(None)),
        ),
        col(Commission.order_on) <= on,
        or_(col(Commission.valid_until).is_(None), col(Commission.valid_until) >= on),
    )
    rows = list(session.scalars(statement.order_by(col(Commission.order_on).desc(), col(Commission.id).desc())))
    return sorted(rows, key=lambda row: (row.school_id is None, row.district_code is None))


def with_id(session: Session, commission_id: int, scope: Scope) -> Commission:
    row: Commission | None = session.scalars(listed(scope).where(col(Commission.id) == commission_id)).first()
    if row is None:
        raise NotFound("There is no such commission, or it is not yours to see.")
    return row


def members_of(session: Session, commission_id: int) -> list[CommissionMember]:
    """In the order of the appointment; the chair first."""
    statement = select_rows(CommissionMember).where(col(CommissionMember.commission_id) == commission_id)
    rows = session.scalars(statement.order_by(col(CommissionMember.id)))
    return sorted(rows, key=lambda row: row.role != MemberRole.CHAIR)
