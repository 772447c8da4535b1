"""A chunk of rows is worked through: the dry run and the application are this one function."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlmodel import Session

from inventory.errors import HouseError, Invalid
from inventory.exchange.cells import same, written
from inventory.exchange.columns import Cells, Column, row_read
from inventory.exchange.kind import Kind, Look, Step
from inventory.imports import Verdict
from inventory.roles import Who


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file. `number` as a spreadsheet counts it."""

    number: int
    raw: Sequence[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`cells`: for an update {column: [old, new]} as text. `column`, `sentence`, `words`: what is wrong."""

    verdict: Verdict
    key: str = ""
    cells: dict[str, list[str]] | None = None
    column: str = ""
    sentence: str = ""
    words: dict[str, Any] = field(default_factory=dict)


Keep = Callable[[Row, Outcome], bool]


class _Undone(Exception):
    """Takes a row back that was only tried."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for all rows of an import."""

    kind: Kind
    mapping: Sequence[str | None]
    name: str  # "import 12", for the trace


def worked(
    session: Session, job: Job, rows: Sequence[Row], seen: Mapping[str, int], keep: Keep, *, by: Who, at: datetime
) -> list[Outcome]:
    """What each row comes to. A row that changes something stays changed where `keep` says so of its outcome; the dry
    run keeps none. `seen`: keys of earlier rows of the file with their numbers.
    """
    kind, columns = job.kind, job.kind.by_key
    read: list[Cells | Outcome] = []
    taken = dict(seen)
    for row in rows:
        read.append(_read(job, columns, row, taken))
    assert kind.look is not None
    look = kind.look(session, [cells for cells in read if not isinstance(cells, Outcome)], by, at)
    outcomes, steps = [], []
    for row, cells in zip(rows, read, strict=True):
        if isinstance(cells, Outcome):
            outcomes.append(cells)
            continue
        found = _stepped(job, look, row, cells, by)
        if isinstance(found, Outcome):
            outcomes.append(found)
            continue
        step, outcome = found
        if kind.at_once:
            if keep(row, outcome):
                steps.append(step)
        else:
            outcome = _tried(session, look, row, step, outcome, keep)
        outcomes.append(outcome)
    if steps:
        look.write(steps)
    return outcomes


def _read(job: Job, columns: Mapping[str, Column], row: Row, taken: dict[str, int]) -> Cells | Outcome:
    key = ""
    try:
        if any(row.raw[len(job.mapping) :]):
            raise Invalid("", "This row has more cells than there are headers.")
        cells = row_read(columns, job.mapping, row.raw)
        key = job.kind.key_of(cells)
        if not key or any(cells.get(name) in (None, "") for name in job.kind.key[:1]):
            raise Invalid(job.kind.key[0], "This row does not say by what it is to be found; this cell is blank.")
        if key in taken:
            raise Invalid(job.kind.key[0], "Row %(row)s is about the same; one row is enough.", row=taken[key])
    except HouseError as error:
        return failed(error, key)
    taken[key] = row.number
    return cells


def _stepped(job: Job, look: Look, row: Row, cells: Cells, by: Who) -> Outcome | tuple[Step, Outcome]:
    key = job.kind.key_of(cells)
    try:
        now = look.now(cells)
        if now is None:
            for column in job.kind.columns:
                if column.needed and cells.get(column.key) in (None, ""):
                    raise Invalid(column.key, "A new row needs this cell.")
            changed, diff = cells, None
        else:
            changed = {name: new for name, new in cells.items() if name in now and not same(now[name], new)}
            diff = {name: [_shown(job, name, now[name]), _shown(job, name, new)] for name, new in changed.items()}
            if not changed:
                return Outcome(Verdict.SKIP, key)
        step = Step(cells, now, changed, replace(by, reason=f"{job.name}, row {row.number}"))
        look.check(step)
    except HouseError as error:
        return failed(error, key)
    return step, Outcome(Verdict.CREATE if now is None else Verdict.UPDATE, key, diff)


def _tried(session: Session, look: Look, row: Row, step: Step, outcome: Outcome, keep: Keep) -> Outcome:
    """The services say what is wrong with a row; what is not kept is taken back."""
    try:
        with session.begin_nested():
            look.write([step])
            session.flush()
            if not keep(row, outcome):
                raise _Undone
    except _Undone:
        return outcome
    except HouseError as error:
        return failed(error, outcome.key)
    return outcome


def _shown(job: Job, name: str, value: Any) -> str:
    column = next(column for column in job.kind.columns if column.key == name)
    return column.write(value)


def failed(error: HouseError, key: str = "") -> Outcome:
    field_name = error.field if isinstance(error, Invalid) else ""
    words = msgspec.to_builtins({name: _plain(value) for name, value in error.values.items()})
    return Outcome(Verdict.ERROR, key, None, field_name, error.sentence[:500], words)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else written(value)
