"""The one engine, and sessions on it: SQLite in WAL by default, PostgreSQL where ZENG_DATABASE_URL says so."""

import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlmodel import Session

WRITING = {"sqlite_begin": "IMMEDIATE"}
CONNECT_S = 4  # of one address; a host that swallows packets would hold the start for two minutes
log = logging.getLogger("zeng.db")


def open_engine(url: str) -> Engine:
    """An engine whose commits survive a power cut: synchronous=FULL, synchronous_commit=on."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        patience = {} if "connect_timeout" in parsed.query else {"connect_timeout": CONNECT_S}
        return create_engine(
            url, connect_args=patience, pool_size=8, max_overflow=16, pool_pre_ping=True, pool_recycle=1800
        )
    if parsed.database:
        Path(parsed.database).absolute().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False}, pool_size=8, max_overflow=16)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    """A writer takes the write lock at once: upgrading a read lock later fails without waiting (SQLITE_BUSY)."""
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'DEFERRED')}")


class Turnstile:
    """Writers of one SQLite file pass one at a time in the order in which they came.

    SQLite itself lets waiting writers poll: a busy one starved the others for 30 s (measured), until they failed.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @contextmanager
    def passing(self) -> Iterator[None]:
        with self._guard:
            turn = threading.Event()
            if self._taken:
                self._waiting.append(turn)
            else:
                self._taken = True
                turn.set()
        turn.wait()
        try:
            yield
        finally:
            with self._guard:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._taken = False


_turnstiles: WeakKeyDictionary[Engine, Turnstile] = WeakKeyDictionary()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    with Session(engine, autoflush=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction: commits when the block ends well, rolls back when it does not."""
    one_by_one: AbstractContextManager[None] = nullcontext()
    if engine.dialect.name == "sqlite":
        one_by_one = _turnstiles.setdefault(engine, Turnstile()).passing()
    with one_by_one, Session(engine.execution_options(**WRITING)) as session, session.begin():
        yield session


class Writes:
    """Whether the database takes writes, by what the last one came to; `fault` is empty while it does.

    A change is logged, not every failure: with the database away the clock alone fails every few seconds.
    """

    def __init__(self) -> None:
        self.fault = ""

    def worked(self) -> None:
        if self.fault:
            log.warning("the database takes writes again")
        self.fault = ""

    def failed(self, error: SQLAlchemyError) -> None:
        if isinstance(error, DataError | IntegrityError):  # the fault of what was to be written, and ours to mend
            log.error("the database refused what was to be written", exc_info=error)
            return
        if not self.fault:
            log.error("the database takes no writes: %s", told(error))
        self.fault = type(error).__name__


def told(error: SQLAlchemyError) -> str:
    """What the database itself said, in one line: without the statement, its values and the address."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def shown(url: str) -> str:
    """An address without its password, and without its options, which may hold another."""
    return make_url(url).set(query={}).render_as_string(hide_password=True)


def migrate(engine: Engine) -> None:
    """Bring the database to the newest schema."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":  # two replicas that start together migrate one after the other
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(146)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
