"""What speaks against writing a piece off: it was alive the other day, is under warranty, was never repaired."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

ALIVE: Final = timedelta(days=7)  # seen by an agent within: the same as the best grade of evidence in a stock-taking
NO_REPAIR_ASKED: Final = frozenset({"stolen", "lost", "disaster"})  # nobody repairs what is not there


class Challenge(StrEnum):
    ALIVE = "alive"
    WARRANTY = "warranty"
    NEVER_REPAIRED = "never_repaired"


@dataclass(frozen=True, slots=True)
class Known:
    """What the register knows of a piece. `seen_at`: by an agent; `repairs`: how often it went to repair."""

    seen_at: datetime | None
    warranty_until: date | None
    repairs: int


def challenges(known: Known, reason: str, *, at: datetime, today: date) -> Sequence[Mapping[str, str]]:
    """`{"kind", "evidence"}` each; the evidence is an instant or a date in ISO 8601, or empty."""
    found = []
    if known.seen_at is not None and at - known.seen_at <= ALIVE:
        found.append({"kind": Challenge.ALIVE.value, "evidence": known.seen_at.isoformat(timespec="seconds")})
    if known.warranty_until is not None and known.warranty_until >= today:
        found.append({"kind": Challenge.WARRANTY.value, "evidence": known.warranty_until.isoformat()})
    if known.repairs == 0 and reason not in NO_REPAIR_ASKED:
        found.append({"kind": Challenge.NEVER_REPAIRED.value, "evidence": ""})
    return found


def warranty_from(delivered_on: date, months: int) -> date | None:
    """The last day of a warranty that counts in months from the delivery; None where there is none.

    31 January and one month is the last day of February.
    """
    if months <= 0:
        return None
    year, month = divmod(delivered_on.year * 12 + delivered_on.month - 1 + months, 12)
    return date(year, month + 1, min(delivered_on.day, calendar.monthrange(year, month + 1)[1]))
