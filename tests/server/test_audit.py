"""`zeng audit verify`: the whole trace at the console, against what was told earlier; and people added there."""

import logging
import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from server import db, jobs, settings
from server.__main__ import main
from tests.cast import PASSWORD


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("ZENG_DATA", str(tmp_path))
    monkeypatch.delenv("ZENG_DATABASE_URL", raising=False)
    settings.current.cache_clear()
    (tmp_path / "password").write_text(PASSWORD)
    for command in (
        ["district", "add", "AZ-SAB", "Sabirabad"],
        ["school", "add", "190", "190 nömrəli məktəb", "--district", "AZ-SAB"],
        ["user", "add", "elchin", "--role", "director", "--school", "190", "--password-file", f"{tmp_path}/password"],
    ):
        assert main(command) == 0
    yield tmp_path
    settings.current.cache_clear()


def anchor(capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["audit", "verify"]) == 0
    said = re.fullmatch(r"the trace is whole: 3 rows, (3:[0-9a-f]{64})\n", capsys.readouterr().out)
    assert said
    return said[1]


def test_what_was_done_at_the_console_is_in_the_trace_with_who_did_it(data: Path) -> None:
    with sqlite3.connect(data / "zeng.db") as connection:
        rows = connection.execute("SELECT verb, noun, key, by FROM trace ORDER BY number").fetchall()
    assert [row[:3] for row in rows] == [
        ("named", "district", "AZ-SAB"),
        ("opened", "school", "190"),
        ("added", "person", "elchin"),
    ]
    assert all(row[3].startswith("console:") for row in rows)


def test_the_end_that_was_told_is_found_again(capsys: pytest.CaptureFixture[str]) -> None:
    told = anchor(capsys)
    assert main(["audit", "verify", "--expect", told]) == 0


def test_every_row_that_was_altered_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(data / "zeng.db") as connection:
        for name in ("update", "delete"):
            connection.execute(f"DROP TRIGGER trace_no_{name}")
        connection.execute("UPDATE trace SET reason = 'x' WHERE number = 2")
    assert main(["audit", "verify"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "zeng: The trace was altered.",
        "Row 2 (opened school 190) is not what was written.",
    ]


def test_a_tail_that_was_cut_off_is_found_by_what_was_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = anchor(capsys)
    with sqlite3.connect(data / "zeng.db") as connection:
        connection.execute("DROP TRIGGER trace_no_delete")
        connection.execute("DELETE FROM trace WHERE number = 3")
    assert main(["audit", "verify"]) == 0
    assert main(["audit", "verify", "--expect", told]) == 1
    assert "The chain ends at row 2, before the expected row 3." in capsys.readouterr().err


def test_an_anchor_that_is_none_is_refused_with_what_would_be_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", "--expect", "3"]) == 1
    assert "'3' is no anchor; right is NUMBER:HASH" in capsys.readouterr().err


def test_the_end_of_the_trace_is_told_once_a_day(
    data: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    told = anchor(capsys)
    engine = db.open_engine(f"sqlite:///{data / 'zeng.db'}")
    today = date(2026, 11, 24)
    with caplog.at_level(logging.INFO, "zeng.trace"):
        assert jobs.anchor_told(engine, today, None) == today
        assert jobs.anchor_told(engine, today, today) == today
    engine.dispose()
    assert [record.message for record in caplog.records] == [f"the trace stands at {told}"]
