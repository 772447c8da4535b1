"""The SQLite file under the spool: opened, found damaged, moved aside, begun anew with whatever could be saved."""

import logging
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

log = logging.getLogger("zeng.agent.disk")

T = TypeVar("T")
COLUMNS: Final = "number, boot, since_boot_ms, stamp_ms, change, body"
_CORRUPT: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS reports (
    number INTEGER PRIMARY KEY, boot TEXT NOT NULL, since_boot_ms INTEGER NOT NULL, stamp_ms INTEGER NOT NULL,
    change INTEGER NOT NULL, checksum INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS boots (boot TEXT PRIMARY KEY, offset_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS memory (name TEXT PRIMARY KEY, value ANY) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One report as it lies on the disk. `body` is the whole report, deflated; the stamp is Unix ms as known then."""

    number: int
    boot: str
    since_boot_ms: int
    stamp_ms: int
    change: bool
    body: bytes


class Damaged(sqlite3.DatabaseError):
    """The database says of itself that it is damaged."""


class Disk:
    """`opened` is False while the disk lets no database be opened; then a database in memory stands in for it."""

    def __init__(self, path: Path, replaced: Callable[[], None]) -> None:
        """`replaced` is called after a damaged database was moved aside and a new one begun."""
        self._path = path
        self._replaced = replaced
        self.opened = False
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.executescript(_SCHEMA)

    def open(self) -> None:
        """Raises sqlite3.DatabaseError where the disk is full or read-only; a damaged database is replaced."""
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            self._begin_anew(error)

    def _open(self) -> None:
        db = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
        try:
            db.execute("PRAGMA auto_vacuum=INCREMENTAL")
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA journal_size_limit=1000000")
            db.execute("PRAGMA cache_size=-512")
            db.executescript(_SCHEMA)
            (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise Damaged(str(verdict))
        except sqlite3.DatabaseError:
            db.close()
            raise
        self.db.close()
        self.db, self.opened = db, True

    def _begin_anew(self, error: Exception) -> None:
        self.db.close()
        aside = self._path.with_name("spool-broken.sqlite")
        for suffix in ("-wal", "-shm", ""):
            aside.with_name(aside.name + suffix).unlink(missing_ok=True)
            source = self._path.with_name(self._path.name + suffix)
            if source.exists():
                source.replace(aside.with_name(aside.name + suffix))
        self._open()
        saved = self._save_from(aside)
        log.error("the spool was damaged (%s) and moved to %s; %d reports were saved from it", error, aside.name, saved)
        self._replaced()

    def _save_from(self, aside: Path) -> int:
        """Read from both ends until the damage, and keep what its checksum vouches for."""
        before, _, _ = self.totals()
        with closing(sqlite3.connect(aside)) as old, self.db:
            for order in ("ASC", "DESC"):
                try:
                    for *row, checksum in old.execute(
                        f"SELECT {COLUMNS}, checksum FROM reports ORDER BY number {order}"
                    ):
                        if isinstance(row[5], bytes) and zlib.crc32(row[5]) == checksum:
                            self.insert(entry(row))
                except sqlite3.DatabaseError as error:
                    log.warning("a part of %s cannot be read (%s)", aside.name, error)
        after, _, _ = self.totals()
        return after - before

    def attempt(self, work: Callable[[], T]) -> T:
        """Run one transaction; a database found damaged is replaced, and the work done once more on the new one."""
        try:
            with self.db:
                return work()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            self._begin_anew(error)
        with self.db:
            return work()

    def insert(self, kept: Entry) -> None:
        self.db.execute(
            "INSERT OR IGNORE INTO reports VALUES (?, ?, ?, ?, ?, ?, ?)",
            (kept.number, kept.boot, kept.since_boot_ms, kept.stamp_ms, int(kept.change),
             zlib.crc32(kept.body), kept.body),
        )  # fmt: skip

    def totals(self) -> tuple[int, int, int]:
        """Reports, bytes of their bodies, highest number."""
        query = "SELECT count(*), coalesce(sum(length(body)), 0), coalesce(max(number), 0) FROM reports"
        count, size, highest = self.db.execute(query).fetchone()
        return count, size, highest

    def recall(self, name: str) -> int | str | None:
        row: tuple[int | str] | None = self.db.execute("SELECT value FROM memory WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def remember(self, name: str, value: int | str) -> None:
        self.db.execute("INSERT OR REPLACE INTO memory VALUES (?, ?)", (name, value))

    def add(self, name: str, amount: int) -> None:
        self.remember(name, int(self.recall(name) or 0) + amount)


def entry(row: list[object] | tuple[object, ...]) -> Entry:
    number, boot, since_boot_ms, stamp_ms, change, body = row
    return Entry(number, boot, since_boot_ms, stamp_ms, bool(change), body)  # type: ignore[arg-type]


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return isinstance(error, Damaged) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT
