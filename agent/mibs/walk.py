"""Rows of an SNMP walk, asked by column: the one way in which a translate function looks at what a device said."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from agent.report import Reading, Value
from agent.sentinels import checked
from agent.snmp.values import Oid, Rows, SnmpValue

Reader = Callable[[SnmpValue], Value]


def oid(text: str) -> Oid:
    return tuple(map(int, text.split(".")))


ENTERPRISES: Final = oid("1.3.6.1.4.1")


class Column(NamedTuple):
    """A column of a table, or a scalar: OID without index, what it says, its unit, and how a raw value is read."""

    oid: Oid
    quantity: str
    unit: str
    read: Reader


def columns(root: Oid, *rows: tuple[str, str, str, Reader]) -> tuple[Column, ...]:
    """Columns below one root: `("2.3.1", "ups.battery.charge", "%", read)`."""
    return tuple(Column((*root, *oid(tail)), quantity, unit, read) for tail, quantity, unit, read in rows)


def listed(table: str, readers: Mapping[str, Reader]) -> dict[int, tuple[Column, ...]]:
    """Columns by enterprise number; a line is: OID below 1.3.6.1.4.1, quantity, unit (- = none), name of the reader."""
    found: dict[int, list[Column]] = {}
    for line in table.strip().splitlines():
        tail, quantity, unit, reader = line.split()
        below = oid(tail)
        column = Column((*ENTERPRISES, *below), quantity, "" if unit == "-" else unit, readers[reader])
        found.setdefault(below[0], []).append(column)
    return {number: tuple(rows) for number, rows in found.items()}


class Walk:
    """What a device answered; a row that is absent was not asked or does not exist."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._names = sorted(rows)

    def under(self, prefix: Oid) -> Iterator[tuple[Oid, SnmpValue]]:
        """(index, value) of every row under a column, in the order of the indexes."""
        for at in range(bisect_left(self._names, prefix), len(self._names)):
            name = self._names[at]
            if name[: len(prefix)] != prefix:
                return
            if name != prefix:
                yield name[len(prefix) :], self.rows[name]

    def has(self, prefix: Oid) -> bool:
        return next(self.under(prefix), None) is not None

    def column(self, prefix: Oid) -> dict[Oid, SnmpValue]:
        return dict(self.under(prefix))

    def numbers(self, prefix: Oid) -> dict[Oid, int | float]:
        """The column's readable numbers; rows that are no number are left out."""
        return {index: value for index, raw in self.under(prefix) if (value := number(raw)) is not None}

    def number(self, scalar: Oid) -> int | float | None:
        """A scalar, or the only row of a table that a card answers for it, as a number."""
        return next((value for _, raw in self.under(scalar) if (value := number(raw)) is not None), None)

    def text(self, scalar: Oid) -> str:
        return next((found for _, raw in self.under(scalar) if (found := text(raw))), "")


CUT_AT: Final = 64


def number(raw: SnmpValue) -> int | float | None:
    """An integer, or digits in an OctetString ("23.5", " 41 %", "- 4.3"): many probes send text for numbers."""
    if isinstance(raw, int):
        return raw
    if isinstance(raw, bytes):
        word = raw.decode("latin-1").strip("\0 \t\r\n").replace("- ", "-")
        digits = word.rstrip("%°CFVAWHzdBm ").rstrip()
        try:
            value = float(digits)
        except ValueError:
            return None
        if value != value or abs(value) == float("inf"):
            return None
        return int(value) if value.is_integer() else value
    return None


def text(raw: SnmpValue) -> str:
    """An OctetString as words: UTF-8, else GBK where all of it is, else Western Windows; never an exception."""
    if isinstance(raw, int):
        return str(raw)
    if not isinstance(raw, bytes):
        return ".".join(map(str, raw)) if raw else ""
    data = raw.rstrip(b"\0").split(b"\0")[0] if b"\0" in raw else raw
    # Names are cut at 64 octets (hrSWInstalledName), in the middle of a character where it falls so.
    cut = [("utf-8", data[:-1]), ("gbk", data[:-1])] if len(data) >= CUT_AT - 1 else []
    for encoding, whole in [("utf-8", data), ("gbk", data), *cut]:
        try:
            return " ".join(whole.decode(encoding).split())
        except UnicodeDecodeError:
            continue
    return " ".join(data.decode("cp1252", "replace").split())


def index_text(index: Oid) -> str:
    """The index as it travels: a scalar's .0 is empty."""
    return "" if index == (0,) else ".".join(map(str, index))


def measure(scale: float = 1.0, low: float | None = None, high: float | None = None, minus: bool = False) -> Reader:
    """A number in units of `scale`, within low..high."""
    return lambda raw: checked(number(raw), scale, low, high, minus).value


def named(names: dict[int, str]) -> Reader:
    """An enumerated INTEGER by its name in the MIB; a number that the MIB does not define is "invalid"."""

    def read(raw: SnmpValue) -> Value:
        value = number(raw)
        return None if value is None else names.get(int(value), "invalid")

    return read


def numbered(names: str, start: int = 1) -> dict[int, str]:
    """`"other none normal"` -> {1: "other", 2: "none", 3: "normal"}, for enumerations without gaps."""
    return dict(enumerate(names.split(), start))


def words(raw: SnmpValue) -> Value:
    return text(raw) or None


def one_if(*numbers: int) -> Reader:
    """1 where the enumerated value is one of these, 0 where it is another, None where it is none."""
    return lambda raw: None if number(raw) is None else int(number(raw) in numbers)


count = measure()
percent = measure(low=0, high=200)
celsius = measure(low=-55, high=150, minus=True)
tenths = measure(0.1)
signed_tenths = measure(0.1, minus=True)
hundredths_second = measure(0.01)


def readings(walk: Walk, wanted: Iterable[Column]) -> list[Reading]:
    """Every row of every column as a reading."""
    return [
        Reading(column.quantity, index_text(index), column.unit, column.read(raw))
        for column in wanted
        for index, raw in walk.under(column.oid)
    ]


def distinct(found: Iterable[Reading]) -> list[Reading]:
    """No two with one quantity and index: a further object for the same thing is told apart as 1.b, 1.c, ..."""
    seen: dict[tuple[str, str], int] = {}
    out = []
    for reading in found:
        key = (reading.quantity, reading.index)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            letter = f"{reading.index}.{_letter(seen[key])}".lstrip(".")
            reading = Reading(reading.quantity, letter, reading.unit, reading.value)
        out.append(reading)
    return out


def _letter(place: int) -> str:
    return chr(ord("a") + place - 1) if place <= 26 else str(place)


def first_known(*groups: Sequence[Reading]) -> list[Reading]:
    """One source per quantity: the first group in which it has a value, else the first in which it stands at all."""
    best: dict[str, list[Reading]] = {}
    for group in groups:
        mine: dict[str, list[Reading]] = {}
        for reading in group:
            mine.setdefault(reading.quantity, []).append(reading)
        for quantity, rows in mine.items():
            known = any(row.value is not None for row in best.get(quantity, ()))
            if not known and (quantity not in best or any(row.value is not None for row in rows)):
                best[quantity] = rows
    return [reading for rows in best.values() for reading in rows]
