"""What time a delivered report has, and under which number, whatever clocks and disks did meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent import clock as clocks
from agent import report as wire
from agent.uplink import Reply
from tests.agent.delivering import School
from tests.agent.listener import Listener, listening
from tests.agent.reports import charge, school

DAY_MS = 86_400_000


@pytest.fixture
def server() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def test_a_wrong_wall_clock_shifts_no_observation(
    tmp_path: Path, server: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "wall_ms", lambda: 1_230_000_000_000)
    agent = School(tmp_path, server.url)
    agent.keep(school(1), ago_ms=600_000)
    agent.keep(school(2))
    assert agent.bring() is None
    now = server.now_ms()
    assert abs(now - 600_000 - server.observed_ms[1]) < 2000
    assert abs(now - server.observed_ms[2]) < 2000
    error = agent.spool.recall("wall_error_ms")
    assert isinstance(error, int)
    assert abs(error - (1_230_000_000_000 - now)) < 2000


def test_reports_of_an_earlier_boot_get_true_times_if_the_server_was_heard_in_it(
    tmp_path: Path, server: Listener
) -> None:
    before = School(tmp_path, server.url)
    before.courier._boot = "yesterday"
    before.keep(school(1), boot="yesterday")
    before.bring()
    before.keep(school(2), boot="yesterday", ago_ms=-5000, stamp_ms=0)
    before.spool.close()
    after = School(tmp_path, server.url, "bbbb")
    after.keep(school(3))
    assert after.bring() is None
    # The same kernel counts on in this test, so 5 s after the first report is what the offset of "yesterday" says.
    assert server.observed_ms[2] <= server.now_ms()
    assert server.observed_ms[2] > 1_600_000_000_000


def test_a_clock_refusal_is_sent_again_a_few_times_and_holds_nothing_up(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    asked = []

    def verdict(frame: wire.Frame) -> wire.Verdict | None:
        if frame.number != 2:
            return None
        asked.append(frame.base)
        return wire.Verdict(2, wire.CLOCK, True) if len(asked) < 3 else None

    server.verdict = verdict
    for n in range(3):
        agent.keep(school(n))
    assert agent.bring() is None
    assert (sorted(server.reports), agent.spool.count) == ([1, 2, 3], 0)


def test_each_process_begins_with_a_whole_report(tmp_path: Path, server: Listener) -> None:
    for n, instance in enumerate(("aaaa", "bbbb"), start=1):
        agent = School(tmp_path, server.url, instance)
        agent.keep(school(n))
        agent.bring()
        agent.spool.close()
    assert server.bases == {1: 0, 2: 0}
    assert server.instances == ["aaaa", "bbbb"]


def test_a_copy_that_is_one_report_behind_loses_nothing_either(tmp_path: Path, server: Listener) -> None:
    """Its own next number is the server's, so only the report itself tells that the number stands for another one."""
    agent = School(tmp_path, server.url)
    agent.keep(school(1))
    agent.bring()
    old = tmp_path / "old"
    old.mkdir()
    for path in tmp_path.glob("*"):
        if path.is_file():
            (old / path.name).write_bytes(path.read_bytes())
    agent.keep(school(2))
    agent.bring()
    restored = School(old, server.url, "bbbb")
    assert restored.keep(school(77)) == 2
    assert restored.bring() is None
    assert [charge(report) for report in server.reports.values()] == [1, 2, 77]
    assert restored.spool.count == 0


def test_a_request_that_was_sent_twice_is_no_sign_of_an_old_copy(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    post = agent.uplink.post

    def answer_lost(path: str, body: bytes, headers: dict[str, str]) -> Reply:
        post(path, body, headers)
        return replace(post(path, body, headers), twice=True)

    agent.uplink.post = answer_lost  # type: ignore[method-assign]
    agent.keep(school(1))
    assert agent.bring() is None
    assert (sorted(server.reports), server.repeated, agent.spool.next) == ([1], [1], 2)


def test_an_agent_restored_from_an_old_disk_jumps_ahead_and_loses_nothing(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    for n in range(50):
        agent.keep(school(n))
        agent.bring()
        if n == 9:
            image = {path.name: path.read_bytes() for path in tmp_path.glob("*")}
    agent.spool.close()
    old = tmp_path / "old"
    old.mkdir()
    for name, content in image.items():
        (old / name).write_bytes(content)
    restored = School(old, server.url, "bbbb")
    for n in range(3):
        assert restored.keep(school(500 + n)) == 11 + n
    assert restored.bring() is None
    assert [charge(report) for report in server.reports.values()][50:] == [502, 500, 501]
    assert min(list(server.reports)[50:]) == 51
    assert restored.spool.count == 0
    restored.keep(school(600))
    assert restored.bring() is None
    assert charge(server.reports[54]) == 600
