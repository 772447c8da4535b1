"""`zeng demo` as a person starts it: a school from nothing, again with its data, and endings that say why."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psutil
import pytest

from server.demo import seed
from server.demo.run import main
from tests.processes import free_port

PATIENCE_S = 90


class Demonstration:
    """A running `zeng demo`; `said` is everything that it has printed so far."""

    def __init__(self, data: Path, port: int, log: IO[str]) -> None:
        self.address, self.log = f"http://127.0.0.1:{port}", log
        command = [sys.executable, "-m", "server", "demo", "--data", str(data), "--port", str(port)]
        self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, text=True)

    @property
    def said(self) -> str:
        return Path(self.log.name).read_text(encoding="utf-8")

    def until(self, true: Callable[[], bool]) -> None:
        """Looks ten times a second; what was said stands in the failure."""
        deadline = time.monotonic() + PATIENCE_S
        while not true():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            try:
                self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue

    def greeted(self) -> bool:
        return "Ctrl-C ends everything" in self.said and "zeng-agent runs" in self.said

    def devices_up(self) -> int:
        with urllib.request.urlopen(f"{self.address}/metrics", timeout=5) as answer:
            return len(re.findall(r"(?m)^zeng_device_up\{.* 1(?:\.0)?$", answer.read().decode()))

    def child(self, words: str) -> psutil.Process:
        (found,) = (
            child for child in psutil.Process(self.process.pid).children() if words in " ".join(child.cmdline())
        )
        return found


@contextmanager
def _running(data: Path) -> Iterator[Demonstration]:
    with (data.parent / f"said-{free_port()}.txt").open("w", encoding="utf-8") as log:
        demonstration = Demonstration(data, free_port(), log)
        try:
            yield demonstration
        finally:
            if demonstration.process.poll() is None:
                demonstration.process.terminate()
                demonstration.process.wait(20)


def test_a_school_comes_up_from_nothing_ends_on_ctrl_c_and_comes_back_with_its_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _running(data) as first:
        first.until(first.greeted)
        first.until(lambda: first.devices_up() >= 8)  # seven simulated ones and the link
        children = psutil.Process(first.process.pid).children()
        began = time.monotonic()
        first.process.send_signal(signal.SIGINT)
        assert first.process.wait(20) == 0, first.said
        assert time.monotonic() - began < 15
    assert len(children) == 2
    assert not any(child.is_running() for child in children)
    assert first.said.index("demo | ending") < first.said.index("ended (stopped)")
    login = data / "demo-login.txt"
    name, password = login.read_text(encoding="utf-8").split()
    assert stat.S_IMODE(login.stat().st_mode) == 0o600
    assert f"login: {name}    password: {password}" in first.said
    key = (data / "agent/key").read_bytes()

    with _running(data) as second:
        second.until(second.greeted)
        second.process.terminate()
        assert second.process.wait(20) == 0, second.said
    assert f"password: {password}" in second.said
    assert "Enrolled" in first.said
    assert "Enrolled" not in second.said
    assert (data / "agent/key").read_bytes() == key


@pytest.mark.parametrize(("words", "name"), [("agent run", "agent"), ("server run", "server")])
def test_a_part_that_dies_is_named_and_everything_ends(tmp_path: Path, words: str, name: str) -> None:
    with _running(tmp_path / "data") as demonstration:
        demonstration.until(demonstration.greeted)
        children = psutil.Process(demonstration.process.pid).children()
        demonstration.child(words).kill()
        assert demonstration.process.wait(20) == 1
    assert f"zeng demo: the {name} ended by itself by signal 9; its last words: " in demonstration.said
    assert not any(child.is_running() for child in children)


def test_a_demonstration_that_is_killed_leaves_no_part_behind(tmp_path: Path) -> None:
    with _running(tmp_path / "data") as demonstration:
        demonstration.until(demonstration.greeted)
        children = psutil.Process(demonstration.process.pid).children()
        demonstration.process.kill()
        demonstration.process.wait(20)
        gone, left = psutil.wait_procs(children, timeout=15)
    assert (len(gone), left) == (2, [])


def test_a_taken_port_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(tmp_path / "data", "127.0.0.1", port) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"zeng demo: port {port} on 127.0.0.1 cannot be used (Address already in use); ")
    assert not (tmp_path / "data").exists()


def test_a_lost_password_is_not_replaced_in_silence(tmp_path: Path) -> None:
    database, login = f"sqlite:///{tmp_path / 'zeng.db'}", tmp_path / "demo-login.txt"
    first = seed.seeded(database, login, code_wanted=False, at=datetime.now(UTC))
    again = seed.seeded(database, login, code_wanted=False, at=datetime.now(UTC))
    assert (first.new, again.new, again.code) == (True, False, "")
    assert (again.password, bool(first.code)) == (first.password, True)
    os.unlink(login)
    with pytest.raises(seed.CannotBegin, match="begin anew"):
        seed.seeded(database, login, code_wanted=False, at=datetime.now(UTC))
