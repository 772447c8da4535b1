"""Live rows: one look per process at what changed, told to every page that is open, by server-sent events.

An event's id is the id of the last change in it, so a page whose line dropped resumes where it was. Rows are whole
states, not differences: one that comes twice does no harm.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from inventory.roles import Scope
from server import db, queries
from server.current import Current
from server.pages.rows import Row, rows
from server.queries import Line

log = logging.getLogger("zeng.live")
LOOK_EVERY_S = 1.0
AFTER_CHANGES_S = 2.0  # the whole country is counted anew after a change, at most this often
MOST_AT_ONCE = 500  # more changed schools than that: pages are told to load themselves anew
MOST_STREAMS = 2_000
OVERLAP = 200  # PostgreSQL gives ids out before the commit: a lower one may appear after a higher one
COUNTRY = Scope(None)


@dataclass(frozen=True, slots=True)
class News:
    """`rows` of all schools that changed and `everything` for the counts; `reload`: too much to tell one by one."""

    last: int
    rows: tuple[Row, ...] = ()
    everything: tuple[Line, ...] = ()
    reload: bool = False


class Full(Exception):
    """So many pages listen already that one more would harm them."""


class Watch:
    """Looks at the database while somebody listens, and rests while nobody does."""

    def __init__(self, engine: Engine, current: Current) -> None:
        self._engine = engine
        self._current = current
        self._listeners: set[asyncio.Queue[News]] = set()
        self._somebody = asyncio.Event()
        self._seen: set[int] = set()
        self._last = 0
        self._looked_at = datetime.now(UTC)
        self._away = False

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def run(self) -> None:
        """Until cancelled."""
        rested = True
        while True:
            if not self._listeners:
                self._somebody.clear()
                rested = True
                await self._somebody.wait()
            try:
                news = await asyncio.to_thread(self._begin if rested else self._look)
                rested = False
                self.answers()
            except SQLAlchemyError as error:
                self.fails(error)
                news = None
            if news is not None:
                self._tell(news)
            await asyncio.sleep(AFTER_CHANGES_S if news else LOOK_EVERY_S)

    def answers(self) -> None:
        if self._away:
            log.warning("live rows can be read again")
        self._away = False

    def fails(self, error: SQLAlchemyError) -> None:
        """The change is logged, not every look: there is one every second."""
        if not self._away:
            log.error("live rows cannot be read: %s", db.told(error))
        self._away = True

    def _tell(self, news: News) -> None:
        for queue in self._listeners:
            if queue.full():  # a reader that does not keep up loads the page anew instead
                queue.get_nowait()
                queue.put_nowait(News(news.last, reload=True))
            else:
                queue.put_nowait(news)

    async def listen(self, after: int) -> AsyncGenerator[News, None]:
        """First what changed since `after`, then whatever changes."""
        with self._registered() as queue:
            missed = await asyncio.to_thread(self._since, after)
            if missed is not None:
                yield missed
            while True:
                yield await queue.get()

    @contextmanager
    def _registered(self) -> Iterator[asyncio.Queue[News]]:
        if len(self._listeners) >= MOST_STREAMS:
            raise Full
        queue: asyncio.Queue[News] = asyncio.Queue(maxsize=16)
        self._listeners.add(queue)
        self._somebody.set()
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def _begin(self) -> None:
        """Take up the present state without telling it: each listener has asked for what it missed."""
        with db.reading(self._engine) as session:
            self._last = queries.newest_change(session)
            self._seen = {i for i, _ in queries.changes_after(session, self._last - OVERLAP, 2 * OVERLAP)}
        self._looked_at = datetime.now(UTC)

    def _look(self) -> News | None:
        now = datetime.now(UTC)
        with db.reading(self._engine) as session:
            changes = queries.changes_after(session, self._last - OVERLAP, OVERLAP + 10 * MOST_AT_ONCE)
            schools = {school for i, school in changes if i not in self._seen}
            schools |= queries.plans_turned(session, self._looked_at, now)
            self._looked_at = now
            self._last = max([self._last, *(i for i, _ in changes)])
            self._seen = {i for i, _ in changes if i > self._last - OVERLAP}
        return self._news(schools, now) if schools else None

    def _since(self, after: int) -> News | None:
        with db.reading(self._engine) as session:
            changes = queries.changes_after(session, after, MOST_AT_ONCE + 1)
        if not changes:
            return None
        if len(changes) > MOST_AT_ONCE:
            return News(changes[-1][0], reload=True)
        return self._news({school for _, school in changes}, datetime.now(UTC), changes[-1][0])

    def _news(self, schools: set[int], now: datetime, last: int | None = None) -> News:
        number = self._last if last is None else last
        if len(schools) > MOST_AT_ONCE:
            return News(number, reload=True)
        with db.reading(self._engine) as session:
            everything = queries.lines(session, COUNTRY, now)
            changed = [line for line in everything if line.school_id in schools]
            return News(number, tuple(rows(session, self._current, changed)), tuple(everything))
