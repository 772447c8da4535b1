"""Planned work: meanwhile a school or a device is shown as in maintenance, and nobody is called."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from alerts.tables import Maintenance
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.roles import ALLOWED, Permission, Role
from inventory.tables import Device, Person, School

LONGEST = timedelta(days=30)
FURTHEST = timedelta(days=366)
LONGEST_NOTE = 300


def may_plan(role: Role) -> bool:
    """Technicians (at the schools that they see), NOC and administrators; an operator answers calls."""
    return Permission.PLAN_WORK in ALLOWED[role]


def work_planned(
    session: Session,
    school: School,
    device_id: int | None,
    starts_at: datetime,
    ends_at: datetime,
    note: str,
    *,
    by: Person,
    at: datetime,
) -> Maintenance:
    """Work at a school, or at one device of it. Times are aware; the caller has checked that `by` sees the school."""
    if not may_plan(by.role):
        raise Refused("Planned work is entered by the technician of the district or by the NOC.")
    if ends_at <= starts_at:
        raise Invalid("ends_at", "The end lies before the beginning; right is a later end.")
    if ends_at <= at:
        raise Invalid("ends_at", "This time is over already; right is an end in the future.")
    if starts_at - at > FURTHEST:
        raise Invalid("starts_at", "Planned work begins within a year; right is a beginning in the next 366 days.")
    if ends_at - starts_at > LONGEST:
        raise Invalid("ends_at", "Planned work lasts 30 days at most.")
    if len(note) > LONGEST_NOTE:
        raise Invalid("note", "The note is too long; right are at most 300 characters.")
    if device_id is not None:
        device = session.get(Device, device_id)
        if device is None or device.school_id != school.id:
            raise NotFound("There is no such device at this school.")
    row = Maintenance(school_id=school.id or 0, device_id=device_id, note=note.strip(), planned_by=by.id or 0)
    row.starts_at, row.ends_at, row.planned_at = starts_at, ends_at, at
    session.add(row)
    session.flush()
    return row


def work_cancelled(session: Session, school: School, maintenance_id: int, *, by: Person, at: datetime) -> Maintenance:
    """From now on it never was planned. Conflict where it is over or was cancelled before."""
    if not may_plan(by.role):
        raise Refused("Planned work is cancelled by the technician of the district or by the NOC.")
    row = session.exec(select(Maintenance).where(col(Maintenance.id) == maintenance_id)).first()
    if row is None or row.school_id != school.id:
        raise NotFound("There is no such planned work at this school.")
    if row.cancelled_at is not None:
        raise Conflict("This planned work was cancelled before.")
    if row.ends_at <= at:
        raise Conflict("This planned work is over; what was cannot be cancelled.")
    row.cancelled_at = at
    session.add(row)
    session.flush()
    return row
