"""A database that is away, or slow: what is said of it, how soon, and how often."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from server import __main__ as zeng
from server import current, db, live, scrape, settings
from server.current import Current
from server.exposition import Exposition
from tests.bench import population


@pytest.fixture
def swallowing() -> Iterator[str]:
    """A host that takes the connection and never says a word, as one behind a firewall does."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield f"postgresql://zeng:secret@127.0.0.1:{listener.getsockname()[1]}/zeng"


def test_a_start_on_a_database_that_never_answers_ends_within_ten_seconds_with_a_sentence(
    swallowing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZENG_DATABASE_URL", swallowing)
    settings.current.cache_clear()
    began = time.monotonic()
    try:
        assert zeng.main(["run"]) == 1
    finally:
        settings.current.cache_clear()
    assert time.monotonic() - began < 10
    said = capsys.readouterr().err
    assert "cannot be used" in said
    assert "secret" not in said


def test_patience_in_the_address_holds(swallowing: str) -> None:
    engine = db.open_engine(swallowing.replace("postgresql://", "postgresql+psycopg://") + "?connect_timeout=2")
    began = time.monotonic()
    with pytest.raises(OperationalError), engine.connect():
        pass
    assert time.monotonic() - began < db.CONNECT_S
    engine.dispose()


def test_live_rows_log_that_the_database_is_away_once_and_that_it_is_back_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = db.open_engine(f"sqlite:///{tmp_path / 'zeng.db'}")
    watch = live.Watch(engine, Current())
    error = OperationalError("SELECT 1", {}, Exception("the disk is gone"))
    with caplog.at_level(logging.INFO, "zeng.live"):
        for _ in range(3):
            watch.fails(error)
        for _ in range(3):
            watch.answers()
    assert [record.getMessage() for record in caplog.records] == [
        "live rows cannot be read: the disk is gone", "live rows can be read again",
    ]  # fmt: skip
    engine.dispose()


def test_what_agents_said_is_unpacked_before_anybody_asks(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.rollback()
    population.settled(engine, 7).minute_passes()
    known, exposition = Current(), Exposition()
    asyncio.run(scrape.warmed(engine, known, exposition))
    monkeypatch.setattr(current, "_bodies", None)  # whoever reads the journal again fails
    assert len(known.of(session)) == 7


def test_a_page_waits_for_a_part_of_the_country_not_for_all_of_it(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one thread unpacks all agents, another gets a few of them in between."""
    session.rollback()
    country = population.settled(engine, 12)
    country.minute_passes(at=datetime.now(UTC))
    monkeypatch.setattr(current, "AGENTS_AT_ONCE", 3)
    known, bodies, first = Current(), current._bodies, threading.Event()
    read: list[int] = []

    def slowly(session: Session, wanted: list[tuple[int, int, int, int]]) -> object:
        read.append(len(wanted))
        first.set()
        return bodies(session, wanted)

    monkeypatch.setattr(current, "_bodies", slowly)

    def everything() -> None:
        with db.reading(engine) as other:
            known.of(other)

    thread = threading.Thread(target=everything)
    thread.start()
    assert first.wait(20)
    few = [voice.agent_id for voice in country.voices[-2:]]
    with db.reading(engine) as mine:
        assert set(known.of(mine, few)) == set(few)
    thread.join(20)
    assert max(read) == 3
    assert set(known.of(session)) == {voice.agent_id for voice in country.voices}
