"""What a kind of import is: columns, the key by which rows are found, what the register has, how it is written."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Select
from sqlmodel import Session

from inventory.errors import NotFound
from inventory.exchange.columns import Cells, Column
from inventory.roles import Permission, Who


@dataclass(frozen=True, slots=True)
class Step:
    """A row that would change something. `now`: what the register has, None for a new thing."""

    cells: Cells
    now: Cells | None
    changed: Cells
    by: Who  # names the import and the row in the trace


class Look(Protocol):
    """What the register has for the rows of one chunk."""

    def now(self, cells: Cells) -> Cells | None:
        """The thing that a row means, as cells of the same columns; None where it is new. HouseError where it cannot
        be meant by this person.
        """

    def check(self, step: Step) -> None:
        """HouseError where it cannot be done. May be left to `write` where a kind is written one by one."""

    def write(self, steps: Sequence[Step]) -> None:
        """Do it. HouseError where it cannot be done."""


Looker = Callable[[Session, Sequence[Cells], Who, datetime], Look]


@dataclass(frozen=True, slots=True)
class Out:
    """One row of an export; `personal`: (noun, key, school id) where it tells something of a person."""

    cells: Cells
    personal: tuple[str, str, int | None] | None = None


# `chosen`: a statement of the ids to be written (of schools, pieces, ...), cut down to a scope already.
Writer = Callable[[Session, Select[Any]], Iterator[Out]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`wants`: what the person must be allowed to change, beside importing. `sees`: needed for an export, beside
    exporting. `look` is None for what is only exported. `at_once`: a chunk is written in one go (`check` says all that
    can go wrong); else a row at a time, tried in a savepoint.
    """

    name: str
    az: str
    en: str
    ru: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    wants: Permission
    exported: Writer
    look: Looker | None = None
    sees: Permission | None = None
    at_once: bool = False
    emis: bool = False  # may come by the nightly drop

    @property
    def by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    def named(self, language: str) -> str:
        return {"en": self.en, "ru": self.ru}.get(language, self.az)

    def key_of(self, cells: Cells) -> str:
        return " / ".join(str(cells[name]) for name in self.key if cells.get(name) not in (None, ""))[:200]


def missing_school(emis: Any) -> NotFound:
    return NotFound("There is no school %(emis)s, or it is not yours.", emis=emis)
