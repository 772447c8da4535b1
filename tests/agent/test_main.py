"""The agent as its user meets it: real processes, exit codes, sentences, signals."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from agent import identity
from agent.__main__ import _phase, main
from agent.identity import Enrolment
from agent.report import Report
from tests.agent.listener import Listener, listening, problem
from tests.processes import until

REPOSITORY = Path(__file__).parents[2]
DEVICES = """
[[device]]
name = "This computer"
kind = "computer"
target = "local:"
"""


@pytest.fixture
def server() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def early(data: Path, every_s: int = 10) -> int:
    """An agent id whose place is early in the interval, so that a test need not wait for it."""
    for agent in range(1, 1000):
        identity.enrolled(data, "token-1", Enrolment("", agent, "Sabirabad 5"))
        if 0.2 < _phase(data, every_s) < 0.6:
            return agent
    raise AssertionError("the places of agents are not spread evenly")


def enrolled(data: Path, url: str, devices: str = DEVICES) -> Path:
    data.mkdir(exist_ok=True)
    identity.enrolled(data, "token-1", Enrolment(url, early(data), "Sabirabad 5"))
    (data / "agent.toml").write_text(f'server = "{url}"\nreport_every = 10\nsample_every = 5\n{devices}')
    return data


def agent(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "agent", *words], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )


@contextmanager
def running(data: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "agent", "run", "--data", str(data)]
    with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def facts(data: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(agent("show", "--data", str(data), "--json").stdout)
    return found


# -- commands -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ([], 2, "COMMAND"),
        (["dance"], 2, "invalid choice: 'dance'"),
        (["enrol", "--code", "X"], 2, "--server"),
        (["enrol", "--server", "zeng.example", "--code", "X"], 2, "right is https://host"),
        (["enrol", "--server", "http://127.0.0.1:9", "--code", "X"], 1, "not enrolled: 127.0.0.1 cannot be reached"),
        (["run"], 2, "no such file; `zeng-agent enrol` writes a first one"),
        (["show"], 0, ""),
        (["probe", "nut://host"], 2, "names no UPS"),
    ],
    ids=lambda value: " ".join(value) or "nothing" if isinstance(value, list) else "",
)
def test_used_wrongly_it_says_how_to_use_it(tmp_path: Path, words: list[str], code: int, sentence: str) -> None:
    place = [] if not words or words[0] in ("probe", "dance") else ["--data", str(tmp_path)]
    done = agent(*words, *place)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert sentence in done.stderr


def test_a_wrong_file_is_refused_with_all_its_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "agent.toml").write_text("report_every = 5\nspool_days = 99\n")
    assert main(["once", "--data", str(tmp_path)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1].split(" =")[0] for line in said] == ["report_every", "spool_days"]


def test_without_a_token_it_does_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "agent.toml").write_text('server = "http://127.0.0.1:9"\n')
    assert main(["run", "--data", str(tmp_path)]) == 1
    assert "enrol first" in capsys.readouterr().err


def test_without_a_server_it_does_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    identity.enrolled(tmp_path, "token", Enrolment("", 1, ""))
    (tmp_path / "agent.toml").write_text("")
    assert main(["run", "--data", str(tmp_path)]) == 2
    assert "server: is missing" in capsys.readouterr().err


def test_enrolment_from_the_command_line(tmp_path: Path, server: Listener, capsys: pytest.CaptureFixture[str]) -> None:
    answer = msgspec.json.encode({"agent": 7, "token": "t", "school": "Sabirabad 5", "report_every": 60, "t": 1})
    server.refuse = lambda _path, _body: (201, {}, answer)
    data = tmp_path / "new"
    assert main(["enrol", "--server", server.url, "--code", "ABC", "--data", str(data)]) == 0
    assert "Enrolled as agent 7 of Sabirabad 5." in capsys.readouterr().out
    assert data.stat().st_mode & 0o777 == 0o700
    assert main(["enrol", "--server", server.url, "--code", "ABC", "--data", str(data)]) == 1
    assert "enrolled already as agent 7" in capsys.readouterr().err


def test_once_prints_what_it_sees_and_sends_nothing(tmp_path: Path, server: Listener) -> None:
    data = enrolled(tmp_path / "data", server.url)
    done = agent("once", "--data", str(data))
    seen = msgspec.json.decode(done.stdout, type=Report)
    assert done.returncode == 0
    assert [device.kind for device in seen.devices] == ["computer"]
    assert server.requests == []
    assert facts(data)["spool_reports"] == 0


def test_once_can_send(tmp_path: Path, server: Listener) -> None:
    data = enrolled(tmp_path / "data", server.url)
    done = agent("once", "--send", "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert server.reports[1] == msgspec.json.decode(done.stdout, type=Report)


def test_what_once_cannot_send_waits_and_is_shown(tmp_path: Path) -> None:
    data = enrolled(tmp_path / "data", "http://127.0.0.1:9")
    done = agent("once", "--send", "--data", str(data))
    assert done.returncode == 1
    assert "waits on the disk: 127.0.0.1 cannot be reached" in done.stderr
    found = facts(data)
    assert (found["spool_reports"], found["failing"], found["next_number"]) == (1, 1, 2)
    said = agent("show", "--data", str(data)).stdout
    assert "Waiting: 1 reports" in said
    assert "Trouble now" in said


def test_show_of_nothing_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--data", str(tmp_path / "absent")]) == 1
    assert "enrol first" in capsys.readouterr().err


# -- the resident ---------------------------------------------------------------------------------------------------


def test_a_running_agent_reports_and_its_last_words_say_that_it_was_stopped(tmp_path: Path, server: Listener) -> None:
    data = enrolled(tmp_path / "data", server.url)
    with running(data) as process:
        until(lambda: len(server.reports) >= 1)
        second = agent("run", "--data", str(data))
        assert second.returncode == 1
        assert "another zeng-agent already works with" in second.stderr
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
        assert time.monotonic() - began < 2
    endings = [report.ending for report in server.reports.values()]
    assert endings == [""] * (len(endings) - 1) + ["stopped"]
    assert len(set(server.instances)) == 1
    assert facts(data)["spool_reports"] == 0


def test_a_server_that_hangs_does_not_hold_the_end_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        data = enrolled(tmp_path / "data", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with running(data) as process:
            connection, _ = silent.accept()
            assert connection.recv(10)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(5) == 0
            assert time.monotonic() - began < 2
    found = facts(data)
    assert int(str(found["spool_reports"])) >= 2


def test_an_unknown_token_is_said_and_nothing_is_enrolled_or_deleted(tmp_path: Path, server: Listener) -> None:
    data = enrolled(tmp_path / "data", server.url)
    server.refuse = lambda _path, _body: problem(401, "This token is not known here, or was revoked.")
    with running(data):
        until(lambda: "revoked" in str(facts(data)["last_error"]))
    assert {path for path, _, _ in server.requests} == {"/api/v1/reports"}
    assert (data / "token").read_text() == "token-1\n"
    assert facts(data)["spool_reports"] != 0


def test_kill_9_at_any_moment_loses_no_report_and_doubles_none(tmp_path: Path, server: Listener) -> None:
    data = enrolled(tmp_path / "data", server.url)
    moments = random.Random(5)
    for _ in range(8):
        with running(data) as process:
            until((data / "spool.sqlite").exists)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0.2, 1.6))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    assert agent("once", "--send", "--data", str(data)).returncode == 0
    assert sorted(server.reports) == list(range(1, len(server.reports) + 1))
    assert len(server.reports) >= 5
    assert facts(data)["spool_reports"] == 0
