"""What forms of the register share: cells that may be empty, and whether the row is still the one that was shown."""

import re
from datetime import date
from typing import Final

from inventory.errors import Conflict, Invalid

DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
WHOLE: Final = re.compile(r"-?\d{1,9}", re.ASCII)
DEGREES: Final = re.compile(r"-?\d{1,3}([.,]\d{1,9})?", re.ASCII)


def day(text: str, field: str) -> date | None:
    """`2026-11-24`, as a date input sends it; None where nothing was given."""
    given = text.strip()
    if not given:
        return None
    try:
        return date.fromisoformat(given if DAY.fullmatch(given) else "")
    except ValueError as error:
        raise Invalid(field, "This date cannot be read; right is for example 2026-11-24.") from error


def whole(text: str, field: str) -> int | None:
    given = text.strip()
    if given and not WHOLE.fullmatch(given):
        raise Invalid(field, "This is no whole number; right is for example 25.")
    return int(given) if given else None


def degrees(text: str, field: str) -> float | None:
    given = text.strip()
    if given and not DEGREES.fullmatch(given):
        raise Invalid(field, "These are no degrees; right is for example 40.37767.")
    return float(given.replace(",", ".")) if given else None


def ticked(text: str) -> bool:
    """A box of a form: absent where it is empty."""
    return bool(text)


def unchanged(shown: str, version: int) -> None:
    """Conflict where somebody else changed the row after the form was given out."""
    if shown != str(version):
        raise Conflict("Somebody changed this meanwhile; look at it again before you change it.")
