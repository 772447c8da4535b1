"""The ministry's reports: each indicator of the registry, counted from the tables within the scope of who asks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from sqlmodel import Session

from inventory.errors import Invalid, NotFound
from inventory.indicators import INDICATORS
from inventory.roles import Scope
from inventory.scoping import NO_SUCH_PAGE
from server.reports import computers, equipment, licences, links, schools
from server.reports.values import Asked, Report, districts_of

MADE_BY: Final[dict[str, Callable[[Session, Asked], Report]]] = {
    "institutions": schools.institutions,
    "school_years": schools.school_years,
    "learners_per_computer": computers.learners_per_computer,
    "internet": links.internet,
    "learners_per_online_computer": computers.learners_per_online_computer,
    "links": links.over_time,
    "connected": links.connected,
    "equipment_states": equipment.states,
    "equipment_ages": equipment.ages,
    "licence_coverage": licences.coverage,
}
OVER_TIME: Final = frozenset({"links"})  # takes a step
BY_PLACE: Final = frozenset({"equipment_states", "equipment_ages"})  # by kind or by district
# What a piece is now is not kept for every day: these know today alone.
NOW_ONLY: Final = frozenset({
    "equipment_states", "equipment_ages", "learners_per_computer", "learners_per_online_computer", "licence_coverage",
})  # fmt: skip
STEPS: Final = ("year", "month")
BY: Final = ("kind", "district")
ROWS: Final = frozenset({"links", "connected", "internet"})  # show the links behind their figures themselves
NO_SUCH_REPORT: Final = "There is no such report."


def made(session: Session, code: str, asked: Asked) -> Report:
    """NotFound for a code that the registry does not know."""
    if code not in INDICATORS:
        raise NotFound(NO_SUCH_REPORT)
    return MADE_BY[code](session, asked)


def asked(
    session: Session, code: str, scope: Scope, *, district: str = "", on: date | None = None, step: str = "year",
    by: str = "kind", today: date,
) -> Asked:  # fmt: skip
    """What a page or a program asks of a report. NotFound for a report or a district that is not there for the asker;
    Invalid for a day of which nothing can be known.
    """
    if code not in INDICATORS:
        raise NotFound(NO_SUCH_REPORT)
    if on is not None and (on > today or (code in NOW_ONLY and on != today)):
        raise Invalid("on", "This report cannot be made for %(day)s; right is %(today)s, or earlier where the report"
                            " looks back.", day=on, today=today)  # fmt: skip
    there = Asked(scope, on or today, "", step if step in STEPS else "year", by if by in BY else "kind")
    if district and district not in districts_of(session, there):
        raise NotFound(NO_SUCH_PAGE)
    return replace(there, district=district)
