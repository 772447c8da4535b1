"""Late evidence corrects yesterday: whatever the order of arrival, the same outages remain in the end."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from alerts.episodes import Observation, Stretch, derive, revise
from alerts.state import Judged, Reason, State
from tests.alerts.observing import Speaking, let_in, link, minutes, report, ups, whole

UP = Judged(State.UP, Reason.WORKS)
DOWN = Judged(State.DOWN, Reason.OUTSIDE_UNREACHABLE)
BATTERY = Judged(State.DEGRADED, Reason.ON_BATTERY)


@pytest.fixture
def school(session: Session) -> Speaking:
    return let_in(session)


def test_a_backlog_that_fills_a_silence_withdraws_it(school: Speaking) -> None:
    school.says(1, link(), at=minutes(0))
    school.says(12, link(), at=minutes(11))
    assert school.episodes() == [("no_data", "agent_silent", minutes(0), minutes(11))]
    backlog = [whole(n, report(link()), age=minutes(12) - minutes(n - 1)) for n in range(2, 12)]
    school.sends(backlog, now=minutes(12))
    assert school.episodes() == []
    assert school.episodes(withdrawn=True) == [("no_data", "agent_silent", minutes(0), minutes(11))]


def test_what_happened_in_the_dark_is_known_afterwards(school: Speaking) -> None:
    school.says(1, link(), ups(), at=minutes(0))
    school.says(12, link(), ups(), at=minutes(11))
    states = {n: (link(100, gateway=0, intranet=100) if 3 <= n <= 9 else link(), ups()) for n in range(2, 12)}
    school.sends([whole(n, report(*states[n]), age=minutes(12) - minutes(n - 1)) for n in states], now=minutes(12))
    assert school.episodes() == [("down", "outside_unreachable", minutes(2), minutes(9))]


def test_a_partly_filled_silence_is_shortened_not_forgotten(school: Speaking) -> None:
    school.says(1, link(), at=minutes(0))
    school.says(30, link(), at=minutes(29))
    school.sends([whole(n, report(link()), age=minutes(30) - minutes(n - 1)) for n in (2, 3, 4)], now=minutes(30))
    assert school.episodes() == [("no_data", "agent_silent", minutes(3), minutes(29))]


def test_an_outage_that_goes_on_is_extended_backwards_by_late_evidence(school: Speaking) -> None:
    school.says(1, link(), at=minutes(0))
    school.says(5, link(100, intranet=100), at=minutes(4))
    assert school.episodes()[-1] == ("down", "outside_unreachable", minutes(4), None)
    school.sends([whole(3, report(link(100, intranet=100)), age=minutes(5) - minutes(2))], now=minutes(5))
    assert ("down", "outside_unreachable", minutes(2), None) in school.episodes()


def test_live_reports_overtake_a_backlog_of_fourteen_days(school: Speaking) -> None:
    """20,160 minutes in the dark would take long here; every tenth of them tells the same story."""
    school.says(1, link(), at=minutes(0))
    numbers = range(2, 2018)
    live = 2018
    school.says(live, link(), at=minutes(20_160))
    assert school.heads.get(school.session, school.agent_id).number == live
    for first in range(numbers.start, numbers.stop, 120):
        batch = range(first, min(first + 120, numbers.stop))
        now = minutes(20_160 + first / 120)
        frames = [whole(n, report(link(), every=600), age=now - minutes(10 * (n - 1))) for n in batch]
        assert school.sends(frames, now=now).answer is not None
        live += 1
        school.says(live, link(), at=now, now=now)
    assert [e for e in school.episodes() if e[1] == "agent_silent"] == [
        ("no_data", "agent_silent", minutes(0), minutes(10))  # the first report said that one comes each minute
    ]


def test_every_order_of_arrival_leaves_the_same_outages(session: Session) -> None:
    story = {n: Random(n).choice([link(), link(100, intranet=100), link(100)]) for n in range(1, 25)}
    times = {n: minutes(n if n < 12 else n + 20) for n in story}
    ends = []
    for seed in range(6):
        order = list(story)
        Random(seed).shuffle(order)
        school = let_in(session, emis=f"order-{seed}")
        now = minutes(60)
        for n in order:
            school.sends([whole(n, report(story[n]), age=now - times[n])], now=now)
        ends.append(sorted(school.episodes(), key=str))
    assert ends[0]
    for end in ends[1:]:
        assert end == ends[0]


observations = st.lists(
    st.tuples(st.integers(1, 400_000), st.sampled_from([UP, DOWN, BATTERY])), min_size=2, max_size=14
)


@given(observations, st.randoms(use_true_random=False))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_revising_window_by_window_ends_where_deriving_at_once_does(
    steps: list[tuple[int, Judged]], rng: Random
) -> None:
    at, story = 0, []
    for gap, judged in steps:
        at += gap
        story.append(Observation(at, {1: judged}))
    known: set[Stretch] = set()
    seen: list[Observation] = []
    for new in rng.sample(story, len(story)):
        seen = sorted([*seen, new], key=lambda o: o.at_ms)
        place = seen.index(new)
        window = seen[max(0, place - 1) : place + 2]
        start = window[0].at_ms if place > 0 else None
        end = window[-1].at_ms if place < len(seen) - 1 else None
        overlapping = [k for k in known if _overlaps(k, start, end)]
        withdrawn, added = revise(overlapping, derive(window), start, end)
        known = (known - set(withdrawn)) | set(added)
    assert known == set(derive(story))


def _overlaps(stretch: Stretch, start: int | None, end: int | None) -> bool:
    return (end is None or stretch.start_ms <= end) and (
        start is None or stretch.end_ms is None or stretch.end_ms >= start
    )
