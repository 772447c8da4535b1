"""Dates and times that a person typed into a form."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from inventory.errors import Invalid

UNREADABLE = "This date and time cannot be read; right is for example 2026-11-24 14:00."


def from_form(text: str, zone: str, field: str) -> datetime:
    """`2026-11-24T14:00` (as browsers send it) or with a blank, on the clocks of `zone`; aware, in UTC."""
    try:
        typed = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(field, UNREADABLE) from error
    return (typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
