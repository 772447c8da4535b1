"""The console answers every failure to start with one sentence: what, what would be right, and never a password."""

import contextlib
import os
import resource
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server import settings
from server.__main__ import main
from tests.processes import free_port

PATIENCE_S = 60


@pytest.fixture(autouse=True)
def _fresh_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("ZENG_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("ZENG_DATABASE_URL", raising=False)
    settings.current.cache_clear()
    yield
    settings.current.cache_clear()


def zeng(*arguments: str, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """The console as a process of its own, without a terminal and with nothing to read."""
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments], timeout=PATIENCE_S, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=before, check=False,
    )  # fmt: skip


def sentence(said: str) -> str:
    """What the console said, which is one sentence."""
    lines = [line for line in said.splitlines() if not line.startswith("INFO ")]
    assert len(lines) == 1, said
    assert lines[0].startswith("zeng: ")
    return lines[0]


@pytest.mark.parametrize("command", ["run", "demo"])
@pytest.mark.parametrize("port", ["99999", "0", "-1", "http", "٨٠"])
def test_a_port_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str], command: str, port: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, f"--port={port}"])
    assert ended.value.code == 2
    assert f"{port!r} is no port; right is a number from 1 to 65535" in capsys.readouterr().err


def test_a_taken_port_ends_the_server_with_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = zeng("run", "--port", str(taken.getsockname()[1]))
    assert ended.returncode == 1
    assert "cannot be listened on: Address already in use; right are" in sentence(ended.stderr)


@pytest.mark.parametrize(
    ("host", "why"),
    [
        pytest.param("203.0.113.9", "Cannot assign requested address", id="an address of somebody else (RFC 5737)"),
        pytest.param("a..b", "no name of a host", id="a name that is none"),
    ],
)
def test_a_host_that_is_not_this_computer_ends_the_server_with_a_sentence(host: str, why: str) -> None:
    ended = zeng("run", "--host", host, "--port", str(free_port()))
    assert ended.returncode == 1
    assert why in sentence(ended.stderr)


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    ended = zeng("run", "--port", str(free_port()), "--tls-cert", str(tmp_path / "cert.pem"))
    assert ended.returncode == 1
    assert f"{tmp_path / 'cert.pem'} and None cannot be used: No such file" in sentence(ended.stderr)


COMMANDS = [
    pytest.param(["run"], id="run"),
    pytest.param(["migrate"], id="migrate"),
    pytest.param(["district", "add", "AZ-QBA", "Quba"], id="district add"),
    pytest.param(["school", "add", "161", "161", "--district", "AZ-QBA"], id="school add"),
    pytest.param(["user", "add", "aynur", "--district", "AZ-QBA", "--generate"], id="user add"),
    pytest.param(["enrol-code", "161"], id="enrol-code"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_that_does_not_answer_is_told_without_its_password(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    where = f"127.0.0.1:{free_port()}/zeng"
    monkeypatch.setenv("ZENG_DATABASE_URL", f"postgresql://zeng:hunter2@{where}?passfile=hunter3")
    assert main(command) == 1
    said = sentence(capsys.readouterr().err)
    assert f"the database postgresql+psycopg://zeng:***@{where} cannot be used: " in said
    assert "; right is one that answers" in said
    assert "hunter" not in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_no_database_is_told(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/zeng.db").write_bytes(b"garbage " * 1000)
    assert main(command) == 1
    said = sentence(capsys.readouterr().err)
    assert f"{tmp_path / 'data/zeng.db'} cannot be used: file is not a database; right is" in said


@pytest.mark.parametrize("command", [*COMMANDS, pytest.param(["demo"], id="demo")])
def test_a_folder_that_cannot_be_is_told(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ZENG_DATA", str(tmp_path / "file/data"))
    more = ["--data", str(tmp_path / "file/data"), "--port", str(free_port())] if command == ["demo"] else []
    assert main([*command, *more]) == 1
    assert f"{tmp_path / 'file/data'}: Not a directory; right is a path" in sentence(capsys.readouterr().err)


def test_a_database_of_a_later_version_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"]) == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "data/zeng.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert main(["migrate"]) == 1
    assert "was made by another version of Zəng: " in sentence(capsys.readouterr().err)


@pytest.mark.parametrize("command", [["migrate"], ["run"]], ids=["migrate", "run"])
def test_a_disk_without_room_at_the_start_is_told(command: list[str]) -> None:
    no_more = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
    ended = zeng(*command, before=no_more)
    assert ended.returncode == 1
    assert "zeng.db cannot be used: " in sentence(ended.stderr)


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    absent = tmp_path / "none"
    assert main(["user", "add", "aynur", "--district", "AZ-QBA", "--password-file", str(absent)]) == 1
    assert f"{absent} cannot be read: No such file or directory; right is" in sentence(capsys.readouterr().err)


@pytest.mark.parametrize(
    "before", [None, lambda: os.close(0)], ids=["an input with nothing in it", "an input that is closed"]
)
def test_a_password_that_nobody_types_is_told(before: Callable[[], None] | None) -> None:
    ended = zeng("user", "add", "aynur", "--district", "AZ-QBA", before=before)
    assert ended.returncode == 1
    assert "zeng: Nobody typed a password; right is a terminal, --password-file FILE or --generate." in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_the_register_refuses_ends_with_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["district", "add", "AZ-LONGLONGLONGLONG", "L"]) == 1
    assert "is no code of a district; right is" in sentence(capsys.readouterr().err)
    assert main(["district", "add", "AZ-QBA", "Quba"]) == 0
    assert main(["school", "add", "", "nix", "--district", "AZ-QBA"]) == 1
    assert "is no EMIS code; right are" in sentence(capsys.readouterr().err)
