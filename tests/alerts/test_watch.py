"""Time passes: silence is noticed once, and never blamed on a school while we were deaf ourselves."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from alerts import journal, watch
from alerts.tables import Change, Report
from tests.alerts.observing import Speaking, differing, let_in, link, minutes, report, ups, whole


@pytest.fixture
def school(session: Session) -> Speaking:
    return let_in(session)


def listening(session: Session, start: float, end: float) -> None:
    """The server ticks every half minute from minute `start` to `end`."""
    at = minutes(start)
    while at <= minutes(end):
        watch.time_passed(session, at=at)
        at += timedelta(seconds=30)


def test_an_agent_that_says_nothing_falls_silent_once(school: Speaking) -> None:
    listening(school.session, -1, 0)
    school.says(1, ups(), at=minutes(0))
    listening(school.session, 0, 2.5)
    assert school.episodes() == []
    listening(school.session, 3, 6)
    assert school.episodes() == [("no_data", "agent_silent", minutes(0), None)]
    changes = select(func.count(col(Change.id))).where(col(Change.device_id).is_(None))
    assert school.session.scalar(changes) == 1


def test_heard_again_the_silence_ends_when_it_was_observed(school: Speaking) -> None:
    listening(school.session, -1, 0)
    school.says(1, ups(), at=minutes(0))
    listening(school.session, 0.5, 6)
    school.heads.forget([school.agent_id])  # the clock runs in another thread: the head must be read anew
    school.says(2, ups(), at=minutes(7))
    assert school.episodes() == [("no_data", "agent_silent", minutes(0), minutes(7))]


def test_a_school_is_not_silent_because_the_server_was_off(school: Speaking) -> None:
    listening(school.session, -1, 0)
    school.says(1, ups(), at=minutes(0))
    listening(school.session, 30, 31)  # the server was off for half an hour
    assert school.episodes() == []
    school.heads.forget([school.agent_id])
    backlog = [whole(n, report(ups()), age=minutes(32) - minutes(n)) for n in range(2, 32)]
    school.sends(backlog, now=minutes(32))
    assert school.episodes() == []


def test_after_being_deaf_the_silence_still_counts_when_it_goes_on(school: Speaking) -> None:
    listening(school.session, -1, 0)
    school.says(1, ups(), at=minutes(0))
    listening(school.session, 30, 34)
    assert school.episodes() == [("no_data", "agent_silent", minutes(0), None)]


def test_an_agent_that_reports_every_hour_is_not_silent_after_five_minutes(school: Speaking) -> None:
    listening(school.session, -1, 0)
    school.sends([whole(1, report(ups(), every=3600))], now=minutes(0))
    listening(school.session, 0.5, 120)
    assert school.episodes() == []


def test_an_enrolled_agent_that_never_spoke_is_not_called_silent(school: Speaking) -> None:
    listening(school.session, 0, 30)
    assert school.episodes() == []


def test_old_reports_are_swept_but_never_a_key_frame_that_is_still_needed(school: Speaking) -> None:
    old, new = report(link()), report(link(7))
    school.sends([whole(1, old)], now=minutes(0))
    school.sends([differing(2, 1, old, new)], now=minutes(1))
    school.sends([whole(3, new)], now=minutes(2))
    school.sends([differing(4, 3, new, old)], now=minutes(3))
    swept = watch.old_reports_swept(school.session, school.agent_id, before=minutes(3))
    assert swept == 2
    left = school.session.scalars(select(col(Report.number)).order_by(col(Report.number)))
    assert list(left) == [3, 4]
    snapshot = journal.newest(school.session, school.agent_id, 4)
    assert snapshot is not None
    assert snapshot.whole() == old
