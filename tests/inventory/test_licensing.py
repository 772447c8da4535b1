"""Rules of licences as tables, and against a brute force that looks at every single day."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.licensing import (
    Overdrawn,
    Position,
    Sighting,
    Term,
    Usage,
    overdrawn,
    position,
    unrenewed,
    usage,
    warning_due,
)  # fmt: skip

D = date
YEAR = Term(3840, D(2011, 1, 1), D(2011, 12, 31))
NEXT = Term(3840, D(2012, 1, 1), D(2012, 12, 31))
SOME = Term(3000, D(2011, 3, 1), D(2011, 12, 31))


POSITIONS: tuple[tuple[str, Sequence[Term], Sequence[Term], Usage | None, date, Position], ...] = (
    ("the day before the first, nothing is there", [YEAR], [], None, D(2010, 12, 31), Position(0, 0, 0, 0)),
    ("the first day counts", [YEAR], [], None, D(2011, 1, 1), Position(3840, 0, 3840, 0)),
    ("so does the last", [YEAR], [SOME], None, D(2011, 12, 31), Position(3840, 3000, 840, 0)),
    ("a renewal follows without a gap", [YEAR, NEXT], [], None, D(2012, 1, 1), Position(3840, 0, 3840, 0)),
    ("terms that overlap add up", [YEAR, Term(160, D(2011, 6, 1))], [], None, D(2011, 6, 1), Position(4000, 0, 4000, 0)),
    ("what agents cannot see is unknown, not nil", [YEAR], [], None, D(2011, 5, 1), Position(3840, 0, 3840, 0, None, None)),
    ("installed and covered", [YEAR], [], Usage(90, 80), D(2011, 5, 1), Position(3840, 0, 3840, 0, 90, 80, 10, 0, 0)),
    ("after the last day it runs on, expired", [YEAR], [], Usage(90, 80), D(2012, 1, 1), Position(0, 0, 0, 0, 90, 80, 10, 80, 0)),
    ("more than were ever bought", [Term(50, D(2011, 1, 1))], [], Usage(90, 80), D(2011, 5, 1), Position(50, 0, 50, 0, 90, 80, 10, 0, 30)),
    ("renewed for fewer: some expired, some never bought", [Term(70, D(2011, 1, 1), D(2011, 12, 31)), Term(50, D(2012, 1, 1))], [],
     Usage(90, 80), D(2012, 5, 1), Position(50, 0, 50, 0, 90, 80, 10, 20, 10)),
    ("given beyond the term, by an old fault", [YEAR], [Term(10, D(2011, 1, 1))], None, D(2012, 1, 1), Position(0, 10, 0, 10)),
)  # fmt: skip


@pytest.mark.parametrize(("terms", "given_", "used", "on", "right"), [row[1:] for row in POSITIONS], ids=[row[0] for row in POSITIONS])  # fmt: skip
def test_a_pool_has_on_a_day(
    terms: Sequence[Term], given_: Sequence[Term], used: Usage | None, on: date, right: Position
) -> None:
    assert position(terms, given_, used, on) == right


WARNINGS: tuple[tuple[str, Term, Sequence[Term], set[int], date, int | None], ...] = (
    ("91 days before nothing is said", YEAR, [], set(), D(2011, 10, 1), None),
    ("90 days before it is", YEAR, [], set(), D(2011, 10, 2), 90),
    ("once", YEAR, [], {90}, D(2011, 10, 3), None),
    ("60 days before again", YEAR, [], {90}, D(2011, 11, 1), 60),
    ("30 days before again", YEAR, [], {90, 60}, D(2011, 12, 1), 30),
    ("7 days before again", YEAR, [], {90, 60, 30}, D(2011, 12, 24), 7),
    ("the clock stood for a month: the nearest step, not four", YEAR, [], set(), D(2011, 12, 20), 30),
    ("on the last day the last step, if it was missed", YEAR, [], {90, 60, 30}, D(2011, 12, 31), 7),
    ("after the last day nothing: it has expired", YEAR, [], set(), D(2012, 1, 1), None),
    ("what has not begun does not end soon", YEAR, [], set(), D(2010, 12, 31), None),
    ("without end nothing ends", Term(5, D(2011, 1, 1)), [], set(), D(2011, 12, 31), None),
    ("renewed, nothing is said", YEAR, [NEXT], set(), D(2011, 12, 24), None),
    ("renewed for fewer, the rest is", YEAR, [Term(3000, D(2012, 1, 1), D(2012, 12, 31))], set(), D(2011, 12, 24), 7),
    ("renewed by two that add up", YEAR, [Term(3000, D(2012, 1, 1)), Term(840, D(2011, 12, 1))], set(), D(2011, 12, 24), None),
    ("renewed from a day too late", YEAR, [Term(3840, D(2012, 1, 2))], set(), D(2011, 12, 24), 7),
    ("a renewal that ends no later renews nothing", YEAR, [Term(3840, D(2011, 6, 1), D(2011, 12, 31))], set(), D(2011, 12, 24), 7),
)  # fmt: skip


@pytest.mark.parametrize(("term", "renewals", "told", "on", "right"), [row[1:] for row in WARNINGS], ids=[row[0] for row in WARNINGS])  # fmt: skip
def test_an_end_is_told(term: Term, renewals: Sequence[Term], told: set[int], on: date, right: int | None) -> None:
    assert warning_due(term, renewals, told, on) == right


def test_what_a_partial_renewal_leaves_is_a_number() -> None:
    assert unrenewed(YEAR, [Term(3000, D(2012, 1, 1))]) == 840


OVER: tuple[tuple[str, Sequence[Term], Sequence[Term], Overdrawn | None], ...] = (
    ("exactly all seats may go", [YEAR], [Term(3840, D(2011, 1, 1), D(2011, 12, 31))], None),
    ("one more may not", [YEAR], [YEAR, Term(1, D(2011, 7, 1), D(2011, 7, 1))], Overdrawn(D(2011, 7, 1), 3840, 3841)),
    ("not for a day longer than the term", [YEAR], [Term(1, D(2011, 1, 1), D(2012, 1, 1))], Overdrawn(D(2012, 1, 1), 0, 1)),
    ("not without an end on a term that has one", [YEAR], [Term(1, D(2011, 1, 1))], Overdrawn(D(2012, 1, 1), 0, 1)),
    ("one after the other is not two at once", [Term(1, D(2011, 1, 1))], [Term(1, D(2011, 1, 1), D(2011, 6, 30)), Term(1, D(2011, 7, 1))], None),
    ("two that overlap by a day are", [Term(1, D(2011, 1, 1))], [Term(1, D(2011, 1, 1), D(2011, 7, 1)), Term(1, D(2011, 7, 1))],
     Overdrawn(D(2011, 7, 1), 1, 2)),
    ("the larger of two overlapping terms ends first", [Term(9, D(2011, 1, 1), D(2011, 6, 30)), Term(1, D(2011, 1, 1))],
     [Term(10, D(2011, 1, 1), D(2011, 6, 30)), Term(2, D(2011, 7, 1))], Overdrawn(D(2011, 7, 1), 1, 2)),
)  # fmt: skip


@pytest.mark.parametrize(("terms", "given_", "right"), [row[1:] for row in OVER], ids=[row[0] for row in OVER])
def test_too_many(terms: Sequence[Term], given_: Sequence[Term], right: Overdrawn | None) -> None:
    assert overdrawn(terms, given_, since=D(2011, 1, 1)) == right


FIRST, DAYS = D(2026, 1, 1), 90
OFFSETS = st.integers(0, DAYS - 1)


@st.composite
def a_term(draw: st.DrawFn) -> Term:
    begin = draw(OFFSETS)
    last = draw(st.one_of(st.none(), st.integers(begin, DAYS - 1)))
    last_on = None if last is None else FIRST + timedelta(days=last)
    return Term(draw(st.integers(1, 5)), FIRST + timedelta(days=begin), last_on)


@st.composite
def a_sighting(draw: st.DrawFn) -> Sighting:
    begin = draw(OFFSETS)
    last = draw(st.integers(begin, DAYS - 1))
    return Sighting(draw(st.integers(1, 6)), FIRST + timedelta(days=begin), FIRST + timedelta(days=last))


TERMS = st.lists(a_term(), max_size=6)


def day_by_day(terms: Sequence[Term]) -> list[int]:
    """Seats on every day, by adding every term to every day of it."""
    found = [0] * DAYS
    for term in terms:
        day = term.from_on
        while day < FIRST + timedelta(days=DAYS) and (term.last_on is None or day <= term.last_on):
            found[(day - FIRST).days] += term.quantity
            day += timedelta(days=1)
    return found


@given(TERMS, TERMS, st.lists(a_sighting(), max_size=8), OFFSETS)
@settings(max_examples=400, deadline=None)
def test_a_position_is_what_counting_day_by_day_finds(
    terms: list[Term], given_: list[Term], sightings: list[Sighting], offset: int
) -> None:
    on, owned, allocated = FIRST + timedelta(days=offset), day_by_day(terms)[offset], day_by_day(given_)[offset]
    seen, active = set(), set()
    for one in sightings:
        present = [one.first_on + timedelta(days=n) for n in range((one.last_on - one.first_on).days + 1)]
        if any(day <= on for day in present):
            seen.add(one.machine)
        if any(on - timedelta(days=60) <= day <= on for day in present):
            active.add(one.machine)
    over = max(0, len(active) - owned)
    lapsed = min(over, max(0, max(day_by_day(terms)[:offset], default=0) - owned))
    right = Position(
        owned, allocated, max(0, owned - allocated), max(0, allocated - owned), len(seen), len(active),
        len(seen - active), lapsed, over - lapsed,
    )  # fmt: skip
    assert position(terms, given_, usage(sightings, on), on) == right


@given(TERMS, TERMS, OFFSETS)
@settings(max_examples=400, deadline=None)
def test_too_many_is_found_on_the_first_day_that_has_too_few(
    terms: list[Term], given_: list[Term], offset: int
) -> None:
    owned, allocated = day_by_day(terms), day_by_day(given_)
    days = [n for n in range(offset, DAYS) if allocated[n] > owned[n]]
    found = overdrawn(terms, given_, since=FIRST + timedelta(days=offset))
    if days:
        assert found == Overdrawn(FIRST + timedelta(days=days[0]), owned[days[0]], allocated[days[0]])
    else:
        assert found is None or found.on >= FIRST + timedelta(days=DAYS)


@given(a_term(), st.lists(st.integers(0, 400), min_size=1, max_size=300))
@settings(max_examples=200, deadline=None)
def test_however_the_clock_ticks_each_step_is_told_once_and_the_last_is_never_missed(
    term: Term, ticks: list[int]
) -> None:
    told: list[int] = []
    for tick in sorted(ticks):
        step = warning_due(term, [], told, term.from_on + timedelta(days=tick))
        if step is not None:
            told.append(step)
    assert told == sorted(set(told), reverse=True)
    if term.last_on is not None:
        reached = [t for t in ticks if 0 <= (term.last_on - term.from_on).days - t <= 7]
        assert (7 in told) == bool(reached)
