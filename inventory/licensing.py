"""Rules of licences: what a pool has and uses on a day, when an expiry is due to be told, and what would be too many.

Days are calendar days in Asia/Baku; a term is valid on its first and on its last day, None = without end.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

WARN_AT: Final = (90, 60, 30, 7)  # days before the last day
ACTIVE_DAYS: Final = 60  # a product that no agent saw for longer is not in use
LARGEST: Final = 10_000_000  # seats
EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)  # of a term; days around these can be counted on from


class Metric(StrEnum):
    """What one seat is for."""

    DEVICE = "device"
    USER = "user"
    CAL = "cal"


@dataclass(frozen=True, slots=True)
class Term:
    """Seats from the first to the last day: bought, or given to somebody."""

    quantity: int
    from_on: date
    last_on: date | None = None

    def holds(self, on: date) -> bool:
        return self.from_on <= on and (self.last_on is None or on <= self.last_on)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One machine on which agents saw the product, on the first and on the last of these days."""

    machine: int
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Position:
    """A pool on one day. The last five are None where no agent has seen the product: unknown is not nil.

    bought       seats whose term is running
    allocated    seats given to districts, schools and machines
    free         bought and given to nobody
    uncovered    given, but their term has ended
    seen         machines on which the product was ever seen until this day
    active       of these, seen within ACTIVE_DAYS before this day
    idle         of these, not seen for longer
    lapsed       active beyond what is bought, for which there were seats that have expired: expired but running
    unlicensed   active beyond what was ever bought at one time
    """

    bought: int
    allocated: int
    free: int
    uncovered: int
    seen: int | None = None
    active: int | None = None
    idle: int | None = None
    lapsed: int | None = None
    unlicensed: int | None = None


def seats(terms: Iterable[Term], on: date) -> int:
    return sum(term.quantity for term in terms if term.holds(on))


def turns(terms: Iterable[Term]) -> list[date]:
    """The days on which the sum of seats may change, in order: between two of them it cannot."""
    days = set()
    for term in terms:
        days.add(term.from_on)
        if term.last_on is not None and term.last_on < date.max:
            days.add(term.last_on + timedelta(days=1))
    return sorted(days)


def peak(terms: Sequence[Term], before: date) -> int:
    """The most seats that were valid on one day before this one."""
    return max((seats(terms, day) for day in turns(terms) if day < before), default=0)


@dataclass(frozen=True, slots=True)
class Usage:
    """Machines on which a product was ever seen until a day, and within ACTIVE_DAYS before it."""

    seen: int
    active: int


def usage(sightings: Iterable[Sighting], on: date) -> Usage:
    """Between its first and its last sighting a product is taken to have been there."""
    known = [one for one in sightings if one.first_on <= on]
    recent = on - timedelta(days=ACTIVE_DAYS)
    return Usage(len({one.machine for one in known}), len({one.machine for one in known if one.last_on >= recent}))


def position(bought: Sequence[Term], given: Sequence[Term], used: Usage | None, on: date) -> Position:
    """`used`: None where no agent has seen the product yet: it may be that agents cannot."""
    owned, allocated = seats(bought, on), seats(given, on)
    free, uncovered = max(owned - allocated, 0), max(allocated - owned, 0)
    if used is None:
        return Position(owned, allocated, free, uncovered)
    over = max(used.active - owned, 0)
    lapsed = min(over, max(peak(bought, on) - owned, 0))
    return Position(
        owned, allocated, free, uncovered, used.seen, used.active, used.seen - used.active, lapsed, over - lapsed
    )


@dataclass(frozen=True, slots=True)
class Overdrawn:
    """The first day on which more is given than there is."""

    on: date
    bought: int
    allocated: int


def overdrawn(bought: Sequence[Term], given: Sequence[Term], *, since: date) -> Overdrawn | None:
    """The first day from `since` on that has too few seats; None where every day has enough.

    Days before are past: a late correction of old terms is allowed, and what had expired stays expired.
    """
    for day in [since, *(day for day in turns([*bought, *given]) if day > since)]:
        owned, allocated = seats(bought, day), seats(given, day)
        if allocated > owned:
            return Overdrawn(day, owned, allocated)
    return None


def unrenewed(term: Term, renewals: Iterable[Term]) -> int:
    """Seats of a term that nothing carries on without a day between.

    A renewal counts that begins on the day after the last one, or earlier, and lasts longer.
    """
    if term.last_on is None:
        return 0
    last = term.last_on
    next_day = last + timedelta(days=1) if last < date.max else last
    carried = sum(r.quantity for r in renewals if r.from_on <= next_day and (r.last_on is None or r.last_on > last))
    return max(term.quantity - carried, 0)


def warning_due(term: Term, renewals: Iterable[Term], told: Collection[int], on: date) -> int | None:
    """The step of WARN_AT that is to be told today; `told`: the steps that were told of this last day already.

    Where several steps were missed (the clock stood, or the term was entered late) only the nearest one is told.
    """
    if term.last_on is None or on > term.last_on or on < term.from_on or not unrenewed(term, renewals):
        return None
    left = (term.last_on - on).days
    reached = [step for step in WARN_AT if left <= step]
    if not reached or min(reached) in told:
        return None
    return min(reached)
