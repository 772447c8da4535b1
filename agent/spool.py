"""Reports on the agent's disk, from the moment they are made until the server acknowledges them.

SQLite in WAL mode with synchronous=FULL: a report counts as kept when its transaction is on the disk. Numbers rise for
ever and are never used twice. Deleted is only what the server acknowledged or refused for good; when the bounds are
reached, detail goes first: old reports become sparser, those in which a state changed stay.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from agent.disk import COLUMNS, Disk, Entry, entry
from agent.numbers import Ceiling

log = logging.getLogger("zeng.agent.spool")

P = ParamSpec("P")
T = TypeVar("T")
HELD_MOST: Final = 120  # reports kept in memory while the disk takes none: two hours at one a minute
# Every second one of the older half of the details; the newest report (number :newest) is never among them.
_THIN: Final = """
DELETE FROM reports WHERE number IN (
    SELECT number FROM (
        SELECT number, row_number() OVER (ORDER BY number) AS place FROM (
            SELECT number FROM reports WHERE change = 0 AND number < :newest ORDER BY number LIMIT :half))
    WHERE place % 2 = 0)
RETURNING length(body)
"""
_DROP_OLDEST: Final = """
DELETE FROM reports WHERE number IN (SELECT number FROM reports WHERE number < :newest ORDER BY number LIMIT :most)
RETURNING length(body)
"""
# A boot in which the server was never heard, and whose wall clock ran ahead of this boot's beginning (:offset).
_MOVE_BACK: Final = """
INSERT INTO boots SELECT boot, :offset - max(since_boot_ms) FROM reports
WHERE boot NOT IN (SELECT boot FROM boots) GROUP BY boot HAVING max(stamp_ms) > :offset
"""


def _alone(method: Callable[Concatenate["Spool", P], T]) -> Callable[Concatenate["Spool", P], T]:
    """One thread at a time: reports are added by one and sent by another."""

    @wraps(method)
    def locked(self: "Spool", /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.lock:
            return method(self, *args, **kwargs)

    return locked


class Spool:
    """The waiting reports. `trouble` says in words why the disk takes nothing, or is empty."""

    def __init__(self, directory: Path, *, max_reports: int = 20_160, max_bytes: int = 64_000_000) -> None:
        self.lock = threading.RLock()
        self.trouble = ""
        self.next = 1  # the number of the report that comes next
        self._ceiling = Ceiling(directory / "numbers")
        self._disk = Disk(directory / "spool.sqlite", self._was_replaced)
        self._max_reports, self._max_bytes = max_reports, max_bytes
        self._count = self._bytes = 0
        self._held: dict[int, Entry] = {}  # waiting in memory for a disk that takes nothing
        self._done: set[int] = set()  # acknowledged, but the disk did not let them be deleted yet
        try:
            self._disk.open()
            self._count_anew()
        except sqlite3.DatabaseError as error:
            self.next = max(self._ceiling.mark.ceiling, 1)
            self._hold(error)

    def _was_replaced(self) -> None:
        self._ceiling.cover(0, broken=self._ceiling.mark.broken + 1)
        self._count_anew()

    def _count_anew(self) -> None:
        self._count, self._bytes, highest = self._disk.totals()
        known, mark = self._disk.recall("next"), self._ceiling.mark
        unknown_below = mark.ceiling if known is None or mark.loose else 0
        self.next = max(self.next, int(known or 1), highest + 1, unknown_below)

    @_alone
    def close(self) -> None:
        self._disk.db.close()

    # -- adding ---------------------------------------------------------------------------------------------------

    @_alone
    def append(self, body: bytes, *, boot: str, since_boot_ms: int, stamp_ms: int, change: bool) -> Entry:
        """Keep a report; it is on the disk when this returns, unless `trouble` says otherwise: then it is in memory."""
        kept = Entry(self.next, boot, since_boot_ms, stamp_ms, change, body)
        self._held[kept.number] = kept
        self.next += 1
        try:
            self._ceiling.cover(kept.number)
            if not self._disk.opened:
                self._disk.open()
                self._count_anew()
            self._disk.attempt(self._store_held)
        except (sqlite3.DatabaseError, OSError) as error:
            self._hold(error)
            return kept
        self._count += len(self._held)
        self._bytes += sum(len(held.body) for held in self._held.values())
        self._held.clear()
        if self.trouble:
            log.warning("the disk takes reports again")
            self.trouble = ""
        if self._ceiling.mark.loose:
            self._ceiling.cover(self.next, loose=False)
        if self._count > self._max_reports or self._bytes > self._max_bytes:
            self._thin()
        return kept

    def _store_held(self) -> None:
        for kept in self._held.values():
            self._disk.insert(kept)
        self._disk.remember("next", self.next)

    def _hold(self, error: Exception) -> None:
        if not self.trouble:
            log.error("the disk takes no reports (%s); the newest %d are kept in memory", error, HELD_MOST)
        self.trouble = f"the disk takes no reports ({error}); the newest are kept in memory"
        if len(self._held) > HELD_MOST:
            details = [number for number, kept in self._held.items() if not kept.change]
            del self._held[min(details or self._held)]
        try:
            self._ceiling.cover(self.next, loose=True)
        except OSError as trouble:
            log.error("the numbers file cannot be written (%s)", trouble)

    def _thin(self) -> None:
        """Make old detail sparser; where nothing but state changes is left, the oldest of them must go."""
        newest = self.next - 1

        def work() -> tuple[str, list[int]]:
            (details,) = self._disk.db.execute("SELECT count(*) FROM reports WHERE change = 0").fetchone()
            gone = self._disk.db.execute(_THIN, {"newest": newest, "half": max(details // 2, 2)}).fetchall()
            name = "thinned_total"
            if not gone:
                oldest = {"newest": newest, "most": max(self._count // 20, 1)}
                gone, name = self._disk.db.execute(_DROP_OLDEST, oldest).fetchall(), "changes_dropped_total"
            self._disk.add(name, len(gone))
            return name, [size for (size,) in gone]

        try:
            name, sizes = self._disk.attempt(work)
        except sqlite3.DatabaseError as error:
            log.warning("the spool is full and cannot be thinned (%s)", error)
            return
        self._count, self._bytes = self._count - len(sizes), self._bytes - sum(sizes)
        log.warning("the spool is full: %d old reports dropped (%s)", len(sizes), name)

    # -- asking ---------------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        return max(self._count + len(self._held) - len(self._done), 0)

    @_alone
    def newest(self) -> Entry | None:
        if self._held:
            return self._held[max(self._held)]
        found = self._read(f"SELECT {COLUMNS} FROM reports ORDER BY number DESC LIMIT 1", ())
        return found[0] if found else None

    @_alone
    def oldest(self, limit: int, below: int) -> list[Entry]:
        """Up to `limit` waiting reports with numbers under `below`, oldest first."""
        query = f"SELECT {COLUMNS} FROM reports WHERE number < ? ORDER BY number LIMIT ?"
        found = self._read(query, (below, limit + len(self._done)))
        found += [kept for number, kept in sorted(self._held.items()) if number < below]
        return [kept for kept in found if kept.number not in self._done][:limit]

    def _read(self, query: str, values: tuple[int, ...]) -> list[Entry]:
        return [entry(row) for row in self._disk.attempt(lambda: self._disk.db.execute(query, values).fetchall())]

    @_alone
    def offsets(self) -> dict[str, int]:
        """Server Unix ms minus milliseconds since boot, of each boot in which the server was heard."""
        return dict(self._disk.attempt(lambda: self._disk.db.execute("SELECT boot, offset_ms FROM boots").fetchall()))

    # -- what the server said -------------------------------------------------------------------------------------

    @_alone
    def acknowledge(self, numbers: Collection[int], *, at_ms: int) -> None:
        """Forget reports that lie on the server's disk; it said so at `at_ms`, true time as far as known."""

        def note() -> None:
            self._disk.remember("heard", self.next)
            if numbers:
                highest = max(max(numbers), int(self._disk.recall("last_acknowledged") or 0))
                self._disk.remember("last_acknowledged", highest)
                self._disk.remember("last_acknowledged_ms", at_ms)

        self._forget(numbers, note)

    @_alone
    def drop(self, numbers: Collection[int]) -> None:
        """Forget reports that no server will ever take, and count them."""
        if numbers:
            self._forget(numbers, lambda: self._disk.add("refused_total", len(numbers)))

    def _forget(self, numbers: Collection[int], note: Callable[[], None]) -> None:
        self._done.update(number for number in numbers if self._held.pop(number, None) is None)
        done = list(self._done)

        def work() -> list[int]:
            sizes = []
            for number in done:
                gone = self._disk.db.execute("DELETE FROM reports WHERE number = ? RETURNING length(body)", (number,))
                sizes += [size for (size,) in gone.fetchall()]
            note()
            return sizes

        try:
            sizes = self._disk.attempt(work)
        except sqlite3.DatabaseError as error:
            log.warning("reports that are done with cannot be deleted yet (%s)", error)
            return
        self._done.clear()
        self._count, self._bytes = self._count - len(sizes), self._bytes - sum(sizes)
        if len(sizes) > 1:
            self._disk.db.execute("PRAGMA incremental_vacuum(200)").fetchall()

    @_alone
    def jump(self, onward: int) -> int:
        """Go on from number `onward`: this disk is an old copy, and the server has other reports under our numbers.

        Reports made since this copy last heard the server are new to it and get new numbers; answers the lowest of
        their old numbers. From there on the server's acknowledgements meant reports of the same name, not these.
        """
        heard = int(self._disk.recall("heard") or 0)
        self._ceiling.cover(onward + self.count)

        def work() -> int:
            query = "SELECT number FROM reports WHERE number >= ? ORDER BY number"
            rows = self._disk.db.execute(query, (heard,)).fetchall()
            # From the top down, so that a new number never meets an old one on its way.
            for place, (number,) in reversed(list(enumerate(rows))):
                self._disk.db.execute("UPDATE reports SET number = ? WHERE number = ?", (onward + place, number))
            self._disk.remember("next", onward + len(rows))
            return len(rows)

        moved = self._disk.attempt(work)
        waiting, self._held = sorted(self._held.items()), {}
        for number, kept in waiting:
            fresh = number
            if number >= heard:
                fresh, moved = onward + moved, moved + 1
            self._held[fresh] = replace(kept, number=fresh)
        log.warning("this disk is an old copy: going on from number %d, %d reports renumbered", onward, moved)
        self.next = onward + moved
        return heard

    @_alone
    def heard(self, boot: str, offset_ms: int) -> None:
        """The true time of a boot is known: its reports get it whatever the wall clock said when they were made.

        A report of an earlier boot cannot be younger than this boot. Where a wall clock ran ahead, that boot's reports
        are moved back together, so that their distances stay.
        """

        def work() -> None:
            self._disk.db.execute("INSERT OR REPLACE INTO boots VALUES (?, ?)", (boot, offset_ms))
            self._disk.db.execute(_MOVE_BACK, {"offset": offset_ms})
            unused = "DELETE FROM boots WHERE boot <> ? AND boot NOT IN (SELECT boot FROM reports)"
            self._disk.db.execute(unused, (boot,))

        try:
            self._disk.attempt(work)
        except sqlite3.DatabaseError as error:
            log.warning("the server's time cannot be kept (%s)", error)

    # -- small facts ----------------------------------------------------------------------------------------------

    @_alone
    def recall(self, name: str) -> int | str | None:
        return self._disk.recall(name)

    @_alone
    def remember(self, values: dict[str, int | str]) -> bool:
        """Keep small facts for `show`; a full disk loses them, and only them. Answers whether they are on the disk."""

        def work() -> None:
            for name, value in values.items():
                self._disk.remember(name, value)

        try:
            self._disk.attempt(work)
        except sqlite3.DatabaseError as error:
            log.debug("not remembered: %s (%s)", ", ".join(values), error)
            return False
        return self._disk.opened
