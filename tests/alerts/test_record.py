"""Reports that arrive: exactly once, each answered by itself, folded into states and episodes."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from agent import report as wire
from alerts import journal, record, store
from alerts.heads import Heads
from alerts.state import State
from alerts.tables import Change, DeviceState, Hearing, Report
from inventory.tables import Device
from tests.alerts.observing import Speaking, computer, differing, let_in, link, minutes, report, ups, whole


@pytest.fixture
def school(session: Session) -> Speaking:
    return let_in(session)


def numbers_in_journal(school: Speaking) -> list[int]:
    rows = select(col(Report.number)).where(col(Report.agent_id) == school.agent_id).order_by(col(Report.number))
    return list(school.session.scalars(rows))


def test_a_report_is_kept_and_its_devices_become_known(school: Speaking) -> None:
    outcome = school.says(1, ups(), link(), computer(), at=minutes(0))
    assert outcome.answer is not None
    assert outcome.answer.refused == []
    kinds = school.session.scalars(select(col(Device.kind)).order_by(col(Device.id)))
    assert list(kinds) == ["ups", "link", "computer"]
    states = school.session.scalars(select(col(DeviceState.state)))
    assert set(states) == {State.UP}


def test_the_same_number_twice_is_kept_once(school: Speaking) -> None:
    school.says(1, ups(), at=minutes(0))
    again = school.says(1, ups("battery"), at=minutes(1))
    assert again.answer is not None
    assert again.answer.refused == []
    assert numbers_in_journal(school) == [1]
    assert school.episodes() == []


def test_an_agent_on_an_old_copy_of_its_disk_is_told_where_to_go_on(school: Speaking) -> None:
    for number in (1, 2, 3):
        school.says(number, ups(), at=minutes(number))
    again = school.says(2, ups(), at=minutes(4), instance="bbbb")
    assert again.answer is not None
    assert again.answer.next == 4


def test_a_difference_gives_the_same_report_as_a_whole_one(school: Speaking) -> None:
    old, new = report(ups(), computer()), report(ups("battery", charge=97.5), computer(False))
    school.sends([whole(1, old)], now=minutes(0))
    school.sends([differing(2, 1, old, new)], now=minutes(1))
    snapshot = journal.newest(school.session, school.agent_id, 2)
    assert snapshot is not None
    assert snapshot.whole() == new


def test_a_difference_from_a_report_the_server_lacks_is_asked_for_whole(school: Speaking) -> None:
    old, new = report(ups()), report(ups("battery"))
    outcome = school.sends([differing(7, 6, old, new)], now=minutes(0))
    assert outcome.answer is not None
    assert outcome.answer.refused == [wire.Verdict(7, wire.BASE, True)]
    assert numbers_in_journal(school) == []


def test_a_bad_report_never_takes_its_neighbours_down(school: Speaking) -> None:
    bad = wire.Frame(2, 0, 0, msgspec.Raw(b'{"machine":{},"devices":[{"key":"x","kind":7,"reachable":true}]}'))
    outcome = school.sends([whole(1, report(ups())), bad, whole(3, report(ups()))], now=minutes(0))
    assert outcome.answer is not None
    assert [(v.number, v.retry) for v in outcome.answer.refused] == [(2, False)]
    assert "$.devices[0].kind" in outcome.answer.refused[0].reason
    assert numbers_in_journal(school) == [1, 3]


@pytest.mark.parametrize(
    ("frame", "says", "retry"),
    [
        pytest.param(wire.Frame(0, 0, 0, msgspec.Raw(b"{}")), "numbered from 1", False, id="a number below one"),
        pytest.param(
            wire.Frame(5, -3_600_000, 0, msgspec.Raw(b"{}")), wire.CLOCK, True, id="an observation in the future"
        ),
        pytest.param(
            wire.Frame(5, 61 * 86_400_000, 0, msgspec.Raw(b"{}")), "older than 60 days", False, id="too long ago"
        ),
        pytest.param(wire.Frame(5, 0, 0, msgspec.Raw(b"[]")), "Expected `object`", False, id="no report at all"),
    ],
)
def test_an_impossible_report_is_refused_in_words(school: Speaking, frame: wire.Frame, says: str, retry: bool) -> None:
    outcome = school.sends([frame], now=minutes(0))
    assert outcome.answer is not None
    (verdict,) = outcome.answer.refused
    assert says in verdict.reason
    assert verdict.retry is retry


def test_readings_of_a_newer_agent_are_kept_and_counted_but_judged_by_nobody(school: Speaking) -> None:
    robot = wire.Device("robot", "robot", True, [wire.Reading("robot.battery", "", "%", 3)])
    novel = wire.Device("pc", "computer", True, [wire.Reading("quantum.spin", "", "", 1)])
    outcome = school.says(1, robot, novel, at=minutes(0))
    assert outcome.answer is not None
    assert outcome.answer.refused == []
    assert school.tally.set_aside == 2
    assert school.episodes() == [("no_data", "unknown_kind", minutes(0), None)]


def test_a_power_cut_opens_an_episode_and_the_mains_close_it(school: Speaking) -> None:
    for number, state in enumerate(("mains", "battery", "battery", "mains"), start=1):
        school.says(number, ups(state), at=minutes(number))
    assert school.episodes() == [("degraded", "on_battery", minutes(2), minutes(4))]


def test_a_change_leaves_a_trace_in_the_same_transaction(school: Speaking) -> None:
    school.says(1, ups(), at=minutes(1))
    school.says(2, ups("battery"), at=minutes(2))
    rows = school.session.execute(select(col(Change.state), col(Change.reason)).order_by(col(Change.id)))
    assert [tuple(row) for row in rows] == [("up", "works"), ("degraded", "on_battery")]


def test_several_turns_within_one_batch_all_leave_their_mark(school: Speaking) -> None:
    states = ("mains", "battery", "mains", "battery")
    frames = [whole(n, report(ups(s)), age=timedelta(minutes=4 - n)) for n, s in enumerate(states, start=1)]
    school.sends(frames, now=minutes(4))
    assert school.episodes() == [
        ("degraded", "on_battery", minutes(2), minutes(3)),
        ("degraded", "on_battery", minutes(4), None),
    ]


def test_a_device_that_left_the_reports_is_no_longer_in_trouble(school: Speaking) -> None:
    school.says(1, ups("battery"), computer(), at=minutes(1))
    school.says(2, computer(), at=minutes(2))
    assert school.episodes() == [("degraded", "on_battery", minutes(1), minutes(2))]
    gone = school.session.scalars(select(col(Device.gone_at)).where(col(Device.kind) == "ups")).one()
    assert gone == minutes(2)
    school.says(3, ups("battery"), computer(), at=minutes(3))
    assert school.episodes()[-1] == ("degraded", "on_battery", minutes(3), None)


def test_a_copied_key_is_refused_and_both_computers_are_named(school: Speaking) -> None:
    school.says(1, ups(), at=minutes(0))
    copy = whole(2, report(ups(), hostname="pc-2", mac="02:00:00:00:00:99"))
    outcome = school.sends([copy], now=minutes(0.5), instance="bbbb")
    assert outcome.problem == "clone"
    assert "pc-1" in outcome.sentence
    assert "pc-2" in outcome.sentence
    hearing = school.session.get_one(Hearing, school.agent_id)
    school.session.refresh(hearing)
    assert hearing.clone is not None
    assert hearing.clone["hostname"] == "pc-2"
    assert numbers_in_journal(school) == [1]


def test_a_copy_with_the_same_network_card_is_found_when_the_first_one_speaks_again(school: Speaking) -> None:
    school.says(1, ups(), at=minutes(0), instance="aaaa")
    school.says(2, ups(), at=minutes(1), instance="bbbb")
    assert school.says(3, ups(), at=minutes(2), instance="aaaa").problem == "clone"


def test_a_restarted_agent_is_no_copy(school: Speaking) -> None:
    school.says(1, ups(), at=minutes(0), instance="aaaa")
    assert school.says(2, ups(), at=minutes(1), instance="bbbb").answer is not None
    assert school.says(3, ups(), at=minutes(2), instance="bbbb").answer is not None


def test_another_replica_that_wrote_meanwhile_is_noticed_and_nothing_is_lost(school: Speaking) -> None:
    school.says(1, ups(), at=minutes(0))
    replica = Speaking(school.session, Heads(), school.agent_id, school.school_id)
    replica.says(2, ups("battery"), at=minutes(1))
    with pytest.raises(store.Overtaken):
        school.says(3, ups(), at=minutes(2))
    school.heads.forget([school.agent_id])
    school.session.execute(select(func.count(col(Report.number))))
    assert school.says(3, ups(), at=minutes(2)).answer is not None


def test_garbage_is_refused_with_what_would_be_right(school: Speaking) -> None:
    for body, says in (
        (b"garbage", "raw deflate"),
        (wire.deflated(b"{}"), "batch"),
        (wire.deflated(b'[9,0,"",[]]'), "version 9"),
    ):
        (outcome,), _ = record.reports_arrived(
            school.session, [record.Delivery(school.agent_id, body)], school.heads, at=minutes(0)
        )
        assert outcome.problem == "malformed"
        assert says in outcome.sentence


def test_a_decompression_bomb_is_refused_before_it_unfolds(school: Speaking) -> None:
    bomb = record.Delivery(school.agent_id, wire.deflated(b'[1,0,"",[' + b" " * 60_000_000 + b"]]"))
    (outcome,), _ = record.reports_arrived(school.session, [bomb], school.heads, at=minutes(0))
    assert outcome.problem == "malformed"
    assert "unpacks to more than" in outcome.sentence
