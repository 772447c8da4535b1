"""What a person typed into a form or an address: dates, numbers, lines of text."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from inventory.errors import Invalid

UNREADABLE: Final = "This date and time cannot be read; right is for example 2026-11-24T14:00."
NO_DAY: Final = "This day cannot be read; right is for example 2026-11-24."
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)
LARGEST_ID: Final = 2**31 - 1  # our ids are INTEGER, which PostgreSQL holds in 32 bits


def moment(text: str, zone: str, field: str) -> datetime:
    """`2026-11-24T14:00` or with seconds, as a datetime-local input sends it (HTML §2.3.5.5), on the clocks of `zone`;
    aware, in UTC. Invalid for all else, and for a moment that UTC has no year for.
    """
    given = text.strip()
    if not MOMENT.fullmatch(given):
        raise Invalid(field, UNREADABLE)
    try:
        return datetime.fromisoformat(given).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(field, UNREADABLE) from error


def day(text: str, field: str) -> date:
    """`2026-11-24`, as a date input sends it (HTML §2.3.5.2). Invalid for all else."""
    given = text.strip()
    try:
        if DAY.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError as error:
        raise Invalid(field, NO_DAY) from error
    raise Invalid(field, NO_DAY)


def row_id(text: str) -> int | None:
    """The id of a row; None for what no row can have. `isdecimal` alone takes digits of every script."""
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(LARGEST_ID)):
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None


def line(text: str) -> str:
    """A line of text without what no screen shows: control characters and halves of surrogate pairs."""
    return "".join(c for c in " ".join(text.split()) if unicodedata.category(c) not in ("Cc", "Cs"))
