"""Reports on their way to a server that refuses, forgets, overloads, or is not there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent import clock as clocks
from agent import report as wire
from agent.clock import Clock
from agent.courier import CAP_S, FIRST_S, Backoff, Courier
from agent.frames import packed
from agent.report import Report
from agent.spool import Spool
from agent.uplink import Reply, Uplink
from tests.agent.listener import Listener, Refusal, listening, problem
from tests.agent.reports import charge, school

DAY_MS = 86_400_000


@pytest.fixture
def server() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


class School:
    """An agent without a loop: reports are kept and brought by hand."""

    def __init__(self, directory: Path, url: str, instance: str = "aaaa") -> None:
        self.spool = Spool(directory)
        self.clock = Clock()
        self.uplink = Uplink(url)
        self.courier = Courier(self.spool, self.uplink, "token-1", self.clock, "boot", instance)

    def keep(self, report: Report, *, ago_ms: int = 0, boot: str = "boot", stamp_ms: int | None = None) -> int:
        stamp = self.clock.stamp() - ago_ms if stamp_ms is None else stamp_ms
        since_boot = clocks.since_boot_ms() - ago_ms
        kept = self.spool.append(packed(report), boot=boot, since_boot_ms=since_boot, stamp_ms=stamp, change=False)
        return kept.number

    def bring(self) -> float | None:
        return self.courier.bring(lambda: False)


def test_a_report_reaches_the_server_and_leaves_the_disk(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    agent.keep(school(98))
    assert agent.bring() is None
    assert server.reports == {1: school(98)}
    assert agent.spool.count == 0
    assert server.requests[0][1] == {
        "Host": server.url.removeprefix("http://"),
        "Content-Length": str(len(server.requests[0][2])),
        "Authorization": "Bearer token-1",
    }


def test_a_day_of_reports_goes_over_one_connection_mostly_as_differences(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    for minute in range(130):
        agent.keep(school(minute % 7))
        assert agent.bring() is None
    assert [charge(server.reports[n]) for n in range(1, 131)] == [minute % 7 for minute in range(130)]
    assert [n for n, base in server.bases.items() if base == 0] == [1, 61, 121]
    assert server.connections == 1


def test_the_newest_report_overtakes_the_backlog(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    for n in range(300):
        agent.keep(school(n), ago_ms=(299 - n) * 60_000)
    assert agent.bring() is None
    assert server.order == [[300], list(range(1, 121)), list(range(121, 241)), list(range(241, 300))]
    assert [charge(server.reports[n]) for n in range(1, 301)] == list(range(300))
    now = server.observed_ms[300]
    assert all(abs(now - server.observed_ms[n] - (300 - n) * 60_000) < 2000 for n in range(1, 300))


def test_a_report_made_while_the_backlog_drains_goes_first(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    for n in range(250):
        agent.keep(school(n))
    batches = iter(range(100))

    def between(_: str, __: bytes) -> Refusal | None:
        if next(batches) == 1:
            agent.keep(school(77))
        return None

    server.refuse = between
    assert agent.bring() is None
    assert [numbers[0] for numbers in server.order] == [250, 1, 251, 121, 241]
    assert server.bases[251] == 250
    assert len(server.reports) == 251


def test_a_server_that_lost_its_memory_gets_the_report_whole(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    agent.keep(school(1))
    agent.bring()
    server.head = 0
    agent.keep(school(2))
    assert agent.bring() is None
    assert server.bases == {1: 0, 2: 0}
    assert agent.spool.count == 0


def test_what_the_server_will_never_take_is_dropped_and_counted(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    server.verdict = lambda frame: wire.Verdict(frame.number, "ago_ms: too old", False) if frame.number == 2 else None
    for n in range(4):
        agent.keep(school(n))
    assert agent.bring() is None
    assert sorted(server.reports) == [1, 3, 4]
    assert (agent.spool.count, agent.spool.recall("refused_total")) == (0, 1)


def test_a_refused_report_in_the_middle_does_not_spoil_the_differences_behind_it(
    tmp_path: Path, server: Listener
) -> None:
    agent = School(tmp_path, server.url)
    server.verdict = lambda frame: wire.Verdict(frame.number, "no", False) if frame.number == 3 else None
    for n in range(8):
        agent.keep(school(10 * n))
    assert agent.bring() is None
    assert {n: charge(report) for n, report in server.reports.items()} == {
        n: 10 * n - 10 for n in (1, 2, 4, 5, 6, 7, 8)
    }


def test_what_may_be_taken_later_stays_and_holds_nothing_up(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    server.verdict = lambda frame: wire.Verdict(frame.number, "busy", True) if frame.number == 2 else None
    for n in range(4):
        agent.keep(school(n))
    assert agent.bring() is None
    assert (sorted(server.reports), agent.spool.count) == ([1, 3, 4], 1)
    server.verdict = lambda _: None
    assert agent.bring() is None
    assert (sorted(server.reports), agent.spool.count) == ([1, 2, 3, 4], 0)


def test_a_lost_answer_means_a_repeat_and_nothing_double(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    agent.keep(school(1))
    agent.bring()
    lost = iter([True])

    def after_storing(path: str, body: bytes) -> Refusal | None:
        if next(lost, False):
            server.refuse = lambda _p, _b: None
            server.take(path, body)
            return problem(503, "The answer got lost.")
        return None

    server.refuse = after_storing
    agent.keep(school(2))
    wait = agent.bring()
    assert wait is not None
    assert wait <= FIRST_S
    assert agent.bring() is None
    assert server.repeated == [2]
    assert (sorted(server.reports), agent.spool.count) == ([1, 2], 0)


# -- refusals of the whole batch ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(401, "This token is not known."), (409, "This agent key is used on two computers: a and b.")],
    ids=["unknown token", "cloned key"],
)
def test_what_only_a_person_can_mend_is_said_and_tried_seldom(
    tmp_path: Path, server: Listener, status: int, sentence: str
) -> None:
    agent = School(tmp_path, server.url)
    server.refuse = lambda _path, _body: problem(status, sentence)
    agent.keep(school())
    for _ in range(3):
        wait = agent.bring()
        assert wait is not None
        assert CAP_S / 2 <= wait <= CAP_S
    assert sentence in str(agent.spool.recall("last_error"))
    assert agent.spool.recall("failing") == 1
    assert agent.spool.count == 1
    assert {path for path, _, _ in server.requests} == {"/api/v1/reports"}
    server.refuse = lambda _path, _body: None
    assert agent.bring() is None
    assert (agent.spool.count, agent.spool.recall("failing")) == (0, 0)


def test_a_batch_that_is_too_large_is_halved(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    server.refuse = lambda _path, body: problem(413, "A batch has at most 600 bytes.") if len(body) > 600 else None
    for n in range(150):
        agent.keep(school(n * 7919 % 1000, computers=3 + n % 2))
    assert agent.bring() is None
    assert (len(server.reports), agent.spool.count) == (150, 0)


def test_one_report_that_is_too_large_by_itself_is_dropped_and_counted(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    server.refuse = lambda _path, body: problem(413, "Too large.") if len(body) > 600 else None
    agent.keep(school(computers=300))
    agent.keep(school())
    assert agent.bring() is None
    assert (sorted(server.reports), agent.spool.count, agent.spool.recall("refused_total")) == ([2], 0, 1)


def test_a_413_of_something_in_between_drops_nothing(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    server.refuse = lambda _path, _body: (413, {"Content-Type": "text/html"}, b"<h1>Request Entity Too Large</h1>")
    agent.keep(school())
    assert agent.bring() is not None
    assert agent.spool.count == 1


def test_a_login_page_on_the_line_is_not_taken_for_an_acknowledgement(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    server.refuse = lambda _path, _body: (200, {"Content-Type": "text/html"}, b"<html>Please sign in</html>")
    agent.keep(school())
    assert agent.bring() is not None
    assert agent.spool.count == 1
    assert "login page" in str(agent.spool.recall("last_error"))


def test_retry_after_is_honoured(tmp_path: Path, server: Listener) -> None:
    agent = School(tmp_path, server.url)
    server.refuse = lambda _path, _body: problem(429, "Slowly.", Retry_After="100")
    agent.keep(school())
    wait = agent.bring()
    assert wait is not None
    assert 100 <= wait <= 100 + FIRST_S


def test_a_server_that_is_not_there_costs_nothing_but_waiting(tmp_path: Path) -> None:
    agent = School(tmp_path, "http://127.0.0.1:9")
    agent.keep(school())
    wait = agent.bring()
    assert wait is not None
    assert 1 <= wait <= FIRST_S
    assert "cannot be reached" in str(agent.spool.recall("last_error"))
    assert agent.spool.count == 1


def test_backoff_has_full_jitter_and_a_cap_of_fifteen_minutes() -> None:
    many = []
    for _ in range(400):
        backoff = Backoff()
        many.append([backoff.failed() for _ in range(9)])
    first, last = [waits[0] for waits in many], [waits[-1] for waits in many]
    assert max(first) <= 30
    assert min(first) < 5 < 25 < max(first)
    assert max(last) <= 900
    assert min(last) < 100 < 800 < max(last)  # no spread is lost at the cap


def test_after_success_the_backoff_begins_anew() -> None:
    backoff = Backoff()
    for _ in range(9):
        backoff.failed()
    backoff.succeeded()
    assert backoff.failed() <= 30


# -- time and identity --------------------------------------------------------------------------------------------


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
