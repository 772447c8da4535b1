"""Columns of a kind: their names in three languages, how a cell is read, and which header of a file means which."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from inventory.errors import Invalid
from inventory.exchange.cells import CLEAR, Read, Value, unguarded, written
from inventory.folding import folded

STAYS: Final = object()  # a column that CLEAR cannot empty
LANGUAGES: Final = ("az", "en", "ru")
Cells: TypeAlias = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Column:
    """`needed`: a new row must say it. `empty`: what CLEAR makes of it. `also`: other headers that mean it.

    `number`: a spreadsheet may keep it as a number.
    """

    key: str
    az: str
    en: str
    ru: str
    read: Read
    needed: bool = False
    empty: Any = STAYS
    also: tuple[str, ...] = ()
    write: Callable[[Value], str] = written
    number: bool = False

    def name(self, language: str) -> str:
        return {"en": self.en, "ru": self.ru, "key": self.key}.get(language, self.az)


def mapped(columns: Sequence[Column], headers: Sequence[str]) -> list[str | None]:
    """For each header the key of the column that it means, or None. Two headers never mean one column."""
    known: dict[str, str] = {}
    for column in columns:
        for name in (column.key, column.key.replace("_", " "), column.az, column.en, column.ru, *column.also):
            known.setdefault(folded(name), column.key)
    out: list[str | None] = []
    for header in headers:
        key = known.get(folded(unguarded(header)))
        out.append(None if key in out else key)
    return out


def mapping_checked(
    columns: Sequence[Column], key: Sequence[str], mapping: Sequence[str | None], width: int
) -> list[str | None]:
    """A mapping as somebody corrected it; Invalid where it cannot be."""
    known = {column.key for column in columns}
    out = [each or None for each in mapping]
    if len(out) != width:
        raise Invalid("mapping", "The file has %(width)s columns; say of each what it means.", width=width)
    for each in out:
        if each is not None and each not in known:
            raise Invalid("mapping", "There is no column “%(name)s”.", name=each[:40])
        if each is not None and out.count(each) > 1:
            raise Invalid("mapping", "Two columns of the file mean “%(name)s”; one can.", name=each)
    for each in key:
        if each not in out:
            raise Invalid("mapping", "No column of the file means “%(name)s”, by which rows are found.", name=each)
    return out


def row_read(columns: Mapping[str, Column], mapping: Sequence[str | None], raw: Sequence[str]) -> Cells:
    """What a row says: blank cells say nothing. Invalid for the first cell that cannot be read."""
    cells: Cells = {}
    for key, text in zip(mapping, raw, strict=False):
        if key is None or not text or text.isspace():
            continue
        column = columns[key]
        if "\x00" in text:
            raise Invalid(key, "The character NUL cannot be stored.")
        if text.strip() == CLEAR:
            if column.empty is STAYS:
                raise Invalid(key, "This cannot be empty; leave the cell blank, or say something else.")
            cells[key] = column.empty
            continue
        cells[key] = column.read(key, unguarded(text))
    return cells
