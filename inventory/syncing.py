"""Operations that were made without a line arrive: each is applied once, repeated harmlessly, or refused in words.

Add a kind of operation: a function in KINDS; where two versions of its thing can stand against one another, another
one in TAKES.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlmodel import Session

from inventory import conflicts, findings, trace
from inventory.counting import Method
from inventory.errors import HouseError, Invalid
from inventory.roles import Who
from inventory.tables import Room, StocktakeLine, SyncOperation

_encoder = msgspec.json.Encoder(order="deterministic")
UNKNOWN_KIND: Final = "This server does not know operations of the kind %(kind)s; it may be older than the page."
OTHER_BODY: Final = "An operation with this id came before and said something else; it was not taken again."


class Outcome(StrEnum):
    APPLIED = "applied"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Operation:
    """`uuid`: 32 hex, made on the telephone; `base`: what was known there of the thing (its versions)."""

    uuid: str
    kind: str
    made_at: datetime
    base: list[str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What applying came to. `now`: the thing as it is, for the telephone to know from then on."""

    now: dict[str, Any]
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to one operation. `repeated`: it came before, and this is what was answered then."""

    uuid: str
    outcome: Outcome
    repeated: bool = False
    sentence: str = ""
    words: dict[str, Any] = field(default_factory=dict)
    now: dict[str, Any] = field(default_factory=dict)


class Count(msgspec.Struct, forbid_unknown_fields=False):
    """The body of "count": one finding of a stock-take (inventory.findings.Said)."""

    stocktake: str
    line: str = ""
    code: str = ""
    found: bool = True
    room: str = ""
    method: Method = Method.SCAN
    name: str = ""
    note: str = ""


def _count(session: Session, operation: Operation, *, by: Who, at: datetime) -> Done:
    try:
        body = msgspec.convert(operation.body, Count)
    except msgspec.ValidationError as error:
        raise Invalid("body", "This is no finding: %(why)s", why=str(error)) from error
    said = findings.Said(
        operation.uuid, operation.made_at, body.line, body.code, body.found, body.room, body.method, body.name,
        body.note, operation.base,
    )  # fmt: skip
    line = findings.finding_made(session, body.stocktake, said, by=by, at=at)
    return Done(line_now(session, line), line.disputed and operation.uuid in line.heads)


def line_now(session: Session, line: StocktakeLine) -> dict[str, Any]:
    room = session.get(Room, line.room_id) if line.room_id else None
    return {
        "line": line.key, "title": findings.title(session, line), "found": line.found, "room": room.uid if room else "",
        "result": line.result.value if line.result else None, "disputed": line.disputed, "base": list(line.heads),
    }  # fmt: skip


Applied = Callable[..., Done]
KINDS: tuple[tuple[str, Applied], ...] = (
    ("count", _count),
)  # fmt: skip
TAKES: tuple[tuple[str, Callable[..., None]], ...] = (
    (findings.NOUN, findings.version_taken),
)  # fmt: skip


def operation_came(session: Session, operation: Operation, *, by: Who, at: datetime) -> Told:
    """Apply the operation, or say what became of it when it came before. Never raises for what it says."""
    trace.held(session)
    asked = _asked(operation)
    known = session.get(SyncOperation, (by.name, operation.uuid))
    if known is not None:
        if not hmac.compare_digest(known.asked, asked):
            return Told(operation.uuid, Outcome.REFUSED, sentence=OTHER_BODY)
        return Told(operation.uuid, Outcome(known.outcome), True, known.sentence, known.words, known.now)
    told = _applied(session, operation, by=by, at=at)
    row = SyncOperation(caller=by.name, uuid=operation.uuid, kind=operation.kind, asked=asked, outcome=told.outcome)
    row.sentence, row.words, row.now = told.sentence, told.words, told.now
    row.made_at, row.at = operation.made_at, at
    session.add(row)
    session.flush()
    return told


def _applied(session: Session, operation: Operation, *, by: Who, at: datetime) -> Told:
    apply = dict(KINDS).get(operation.kind)
    if apply is None:
        return Told(operation.uuid, Outcome.REFUSED, sentence=UNKNOWN_KIND, words={"kind": operation.kind})
    try:
        with session.begin_nested():  # what a refused one had begun is taken back, its answer is kept
            done = apply(session, operation, by=by, at=at)
    except HouseError as error:
        words = {name: str(value) for name, value in error.values.items()}
        return Told(operation.uuid, Outcome.REFUSED, sentence=error.sentence, words=words)
    return Told(operation.uuid, Outcome.CONFLICT if done.conflict else Outcome.APPLIED, now=done.now)


def version_taken(session: Session, conflict_id: int, uid: str, *, by: Who, at: datetime) -> None:
    """A person settles a conflict by one of its versions."""
    trace.held(session)
    row = conflicts.waiting(session, conflict_id, by=by)
    conflicts.told(session, row, uid, by=by, at=at)
    dict(TAKES)[row.noun](session, row.key, uid, by=by, at=at)
    row.open, row.closed_at, row.taken, row.taken_by = False, at, uid, by.name
    session.add(row)
    session.flush()


def _asked(operation: Operation) -> bytes:
    said = (operation.kind, operation.made_at.isoformat(), operation.base, operation.body)
    return hashlib.sha256(_encoder.encode(said)).digest()
