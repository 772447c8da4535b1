"""Every change leaves a row that nobody can alter: who, when, through which request, before and after, why.

The rows form a chain of hashes. Writers append one after the other: whoever appends holds the chain until the
transaction ends, so numbers have no gap and the order of numbers is the order of the changes.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import insert, text
from sqlmodel import Session, col, select

from inventory.roles import Who
from inventory.tables import Trace

GENESIS: Final = hashlib.sha256(b"zeng-trace").digest()
LOCK: Final = 147  # advisory lock of PostgreSQL; SQLite has one writer anyway
HASHED: Final = (
    "number", "at", "by", "person_id", "request", "verb", "noun", "key", "school_id", "before", "after", "reason",
)  # fmt: skip
_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Changed:
    """One change. `verb` is what happened ("opened", "renamed", "installed"); `before`/`after` only changed cells."""

    verb: str
    noun: str
    key: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    school_id: int | None = None
    reason: str = ""


def changed(
    session: Session, verb: str, noun: str, key: str | int, *, by: Who, at: datetime,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, school_id: int | None = None,
    reason: str = "",
) -> None:  # fmt: skip
    """One change, in the transaction that made it."""
    all_changed(session, [Changed(verb, noun, str(key), before, after, school_id, reason)], by=by, at=at)


def all_changed(session: Session, changes: Iterable[Changed], *, by: Who, at: datetime) -> None:
    """Many changes at once, in their order."""
    held(session)
    last = session.exec(select(Trace.number, Trace.hash).order_by(col(Trace.number).desc()).limit(1)).first()
    number, link = last or (0, GENESIS)
    rows = []
    for change in changes:
        number += 1
        row: dict[str, Any] = {
            "number": number, "at": at.astimezone(UTC), "by": by.name, "person_id": by.person_id, "request": by.request,
            "verb": change.verb, "noun": change.noun, "key": change.key, "school_id": change.school_id,
            "before": _plain(change.before), "after": _plain(change.after),
            "reason": change.reason or by.reason,
        }  # fmt: skip
        link = row["hash"] = hash_of(link, row)
        rows.append(row)
    if rows:
        session.execute(insert(Trace.__table__), rows)  # type: ignore[attr-defined]  # not one object each


def held(session: Session) -> None:
    """Take the chain now. A service that locks other rows too takes this first, so that no two wait for each other."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def hash_of(before: bytes, row: Mapping[str, Any]) -> bytes:
    """SHA-256 of the hash before and of the row as canonical JSON (sorted keys, times as RFC 3339 in UTC)."""
    return hashlib.sha256(before + _encoder.encode({name: row[name] for name in HASHED})).digest()


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The cells that differ, as they were and as they are."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def _plain(cells: Mapping[str, Any] | None) -> Any:
    """What JSON has a word for: dates and enums become text once, so that the hash can be made again from the row."""
    return None if cells is None else msgspec.to_builtins(dict(cells), str_keys=True)


@dataclass(frozen=True, slots=True)
class Chain:
    """What a walk over the whole chain found: its end, and a sentence for every row that is not as it was written."""

    number: int
    hash: bytes
    faults: Sequence[str]

    @property
    def anchor(self) -> str:
        """To be kept elsewhere: whoever cuts the chain off, or writes it anew, cannot make this true again."""
        return f"{self.number}:{self.hash.hex()}"


def verified(session: Session, *, expect: tuple[int, bytes] | None = None, most: int = 5000) -> Chain:
    """Walk the chain from its beginning; `expect` is an anchor that was told before."""
    number, link = 0, GENESIS
    faults: list[str] = []
    if expect is not None and expect[0] == 0 and expect[1] != GENESIS:
        faults.append("The chain does not begin with the expected hash.")
    while True:
        after = select(Trace).where(col(Trace.number) > number).order_by(col(Trace.number))
        rows = session.exec(after.limit(most)).all()
        for row in rows:
            if row.number != number + 1:
                faults.append(f"Rows {number + 1} to {row.number - 1} are missing, so row {row.number} has no link.")
            elif hash_of(link, {name: getattr(row, name) for name in HASHED}) != row.hash:
                faults.append(f"Row {row.number} ({row.verb} {row.noun} {row.key}) is not what was written.")
            number, link = row.number, row.hash
            if expect is not None and row.number == expect[0] and row.hash != expect[1]:
                faults.append(f"Row {row.number} has not the expected hash: the chain was written anew.")
        session.expunge_all()
        if not rows:
            if expect is not None and number < expect[0]:
                faults.append(f"The chain ends at row {number}, before the expected row {expect[0]}.")
            return Chain(number, link, faults)


def standing(session: Session) -> Chain:
    """The end of the chain, unverified: for the anchor that is told every day."""
    last = session.exec(select(Trace.number, Trace.hash).order_by(col(Trace.number).desc()).limit(1)).first()
    return Chain(*(last or (0, GENESIS)), faults=())
