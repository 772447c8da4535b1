"""Reports on their way to a server that refuses, forgets, overloads, or is not there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import report as wire
from agent import show
from agent.courier import CAP_S, FIRST_S
from tests.agent.delivering import School
from tests.agent.listener import Listener, Refusal, listening, problem
from tests.agent.reports import charge, school

DAY_MS = 86_400_000


@pytest.fixture
def server() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


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


def test_a_trouble_of_the_process_before_ends_with_the_first_success_of_the_next(
    tmp_path: Path, server: Listener
) -> None:
    before = School(tmp_path, server.url)
    server.refuse = lambda _path, _body: problem(503, "Later.")
    before.keep(school())
    before.bring()
    before.spool.close()
    assert show.facts(tmp_path)["failing"] == 1
    server.refuse = lambda _path, _body: None
    assert School(tmp_path, server.url).bring() is None
    assert show.facts(tmp_path)["failing"] == 0
    assert any(line.startswith("Last trouble, over now") for line in show.sentences(show.facts(tmp_path)))


def test_the_end_of_a_trouble_that_the_disk_did_not_take_is_written_later(
    tmp_path: Path, server: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = School(tmp_path, server.url)
    server.refuse = lambda _path, _body: problem(503, "Later.")
    agent.keep(school())
    agent.bring()
    server.refuse = lambda _path, _body: None
    with monkeypatch.context() as full:
        full.setattr(agent.spool, "remember", lambda _values: False)
        assert agent.bring() is None
    assert agent.spool.recall("failing") == 1
    agent.keep(school())
    assert agent.bring() is None
    assert agent.spool.recall("failing") == 0


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
