"""Times are right where the wall clock is not."""

from pathlib import Path

import pytest

from agent import clock as clocks
from agent.clock import RENEW_MS, Clock
from agent.disk import Entry
from agent.frames import ago_ms
from agent.spool import Spool

TRUE_MS = 1_764_000_000_000
DAY_MS = 86_400_000


def entry(*, boot: str = "now", since_boot_ms: int = 0, stamp_ms: int = 0) -> Entry:
    return Entry(1, boot, since_boot_ms, stamp_ms, False, b"")


def test_the_offset_is_the_servers_time_in_the_middle_of_the_round_trip() -> None:
    clock = Clock()
    clock.heard(TRUE_MS, 1000, 1400)
    assert clock.offset_ms == TRUE_MS - 1200


def test_a_slow_answer_does_not_spoil_a_good_offset() -> None:
    clock = Clock()
    clock.heard(TRUE_MS, 1000, 1020)
    clock.heard(TRUE_MS + 60_000 + 3000, 61_000, 67_000)
    assert clock.offset_ms == TRUE_MS - 1010


def test_an_offset_is_renewed_within_the_hour_because_crystals_drift() -> None:
    clock = Clock()
    clock.heard(TRUE_MS, 1000, 1020)
    later = 1020 + RENEW_MS + 1
    clock.heard(TRUE_MS + later, later, later + 100)
    assert clock.offset_ms == TRUE_MS - 50


def test_the_stamp_follows_the_server_and_not_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(clocks, "wall_ms", lambda: 0)
    now = clocks.since_boot_ms()
    clock.heard(TRUE_MS, now, now)
    assert abs(clock.stamp() - TRUE_MS) < 1000
    error = clock.wall_error_ms()
    assert error is not None
    assert abs(error + TRUE_MS) < 1000


def test_a_dead_battery_does_not_put_reports_before_those_of_last_week(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "wall_ms", lambda: 1_230_000_000_000)  # 2008
    assert 0 <= Clock(floor_ms=TRUE_MS).stamp() - TRUE_MS < 1000


def test_before_the_server_is_heard_the_wall_clock_is_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "wall_ms", lambda: TRUE_MS + 5)
    clock = Clock(floor_ms=TRUE_MS - DAY_MS)
    assert (clock.stamp(), clock.wall_error_ms()) == (TRUE_MS + 5, None)


def test_the_age_of_this_boots_reports_is_exact_whatever_the_stamp_says() -> None:
    assert ago_ms(entry(since_boot_ms=5000, stamp_ms=77), Clock(), "now", {}, 65_000) == 60_000


def heard_now(offset_from_wall: int = 0) -> Clock:
    clock, now = Clock(), clocks.since_boot_ms()
    clock.heard(TRUE_MS + offset_from_wall, now, now)
    return clock


def test_an_earlier_boot_in_which_the_server_was_heard_has_true_times() -> None:
    waiting = entry(boot="before", since_boot_ms=1000, stamp_ms=99)
    age = ago_ms(waiting, heard_now(), "now", {"before": TRUE_MS - DAY_MS}, 60_000)
    assert abs(age - (DAY_MS - 1000)) < 1000


def test_an_earlier_boot_without_the_server_keeps_its_stamp() -> None:
    age = ago_ms(entry(boot="before", stamp_ms=TRUE_MS - DAY_MS), heard_now(), "now", {}, 60_000)
    assert abs(age - DAY_MS) < 1000


def test_no_report_of_an_earlier_boot_is_younger_than_this_boot() -> None:
    assert ago_ms(entry(boot="before", stamp_ms=TRUE_MS + DAY_MS), heard_now(), "now", {}, 60_000) == 60_000


def test_a_boot_whose_clock_ran_ahead_is_moved_back_as_a_whole(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for minute in range(3):
        stamp = TRUE_MS + 365 * DAY_MS + minute * 60_000
        spool.append(b"", boot="ahead", since_boot_ms=minute * 60_000, stamp_ms=stamp, change=False)
    spool.append(b"", boot="right", since_boot_ms=0, stamp_ms=TRUE_MS - DAY_MS, change=False)
    spool.heard("now", TRUE_MS)
    assert spool.offsets() == {"now": TRUE_MS, "ahead": TRUE_MS - 120_000}


def test_a_boots_offset_outlives_the_process_while_it_has_reports(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(b"", boot="one", since_boot_ms=0, stamp_ms=0, change=False)
    spool.heard("one", 5)
    spool.close()
    spool = Spool(tmp_path)
    assert spool.offsets() == {"one": 5}
    spool.acknowledge([1], at_ms=0)
    spool.heard("two", 6)
    assert spool.offsets() == {"two": 6}


def test_the_kernels_count_goes_on_and_boots_have_names(tmp_path: Path) -> None:
    first = clocks.since_boot_ms()
    assert 0 < first <= clocks.since_boot_ms()
    assert clocks.boot_id() == clocks.boot_id() != ""
    assert clocks.boot_id(tmp_path / "absent").startswith("process-")
