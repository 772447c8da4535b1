"""The ministry's reports: each indicator of the registry, counted from the tables within the scope of who asks."""

from collections.abc import Callable
from typing import Final

from sqlmodel import Session

from inventory.errors import NotFound
from inventory.indicators import INDICATORS
from server.reports import computers, equipment, licences, links, schools
from server.reports.values import Asked, Report

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
NOW_ONLY: Final = frozenset({"equipment_states", "learners_per_computer", "learners_per_online_computer"})


def made(session: Session, code: str, asked: Asked) -> Report:
    """NotFound for a code that the registry does not know."""
    if code not in INDICATORS:
        raise NotFound("There is no such report.")
    return MADE_BY[code](session, asked)
