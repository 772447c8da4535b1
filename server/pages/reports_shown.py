"""How a report's cells read in the reader's language: enums as words, days and numbers by the rules of the language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from inventory.equipment import Kind
from inventory.indicators import ACCESSES, NOTES, WORDS, Unit
from inventory.lifecycle import AssetState
from inventory.network import LinkKind
from inventory.places import SchoolType
from server.pages import words_register as said
from server.pages.view import View
from server.reports.values import Cell, Column, Figure, Note, Report

NUMBERS: Final = frozenset({"count", "percent", "ratio"})
KINDS_OF_NUMBER: Final = {Unit.COUNT: "count", Unit.PERCENT: "percent", Unit.RATIO: "ratio"}
_ENUMS: Final[dict[str, str]] = {
    **{key.value: word for key, word in said.LINKS.items()},
    **{key.value: word for key, word in said.STATES.items()},
    **{key.value: word for key, word in said.TYPES.items()},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """One reader's way to read a report. `districts`, `schools`: names by code."""

    view: View
    districts: Mapping[str, str]
    schools: Mapping[str, str]

    def heading(self, key: str) -> str:
        """Of a column or a figure; what the registry has no word for (the code of a pool) stands as it is."""
        word = WORDS.get(key) or _ENUMS.get(key)
        return self.view._(word) if word else key

    def cell(self, kind: str, cell: Cell) -> str:
        if cell is None:
            return self.view._("not known")
        f = self.view.formats
        match kind, cell:
            case "percent", int() | float():
                return f.percent(float(cell))
            case "ratio", int() | float():
                return f.one_digit(float(cell))
            case "count", int() | float():
                return f.number(cell)
            case "day", date():
                return f.calendar_day(cell)
            case "year", int():
                return f"{cell}/{(cell + 1) % 100:02}"
            case "district", str():
                return self.districts.get(cell, cell)
            case "school", str():
                return self.schools.get(cell, cell)
            case "kind", str():
                return self.view._(said.EQUIPMENT[Kind(cell)])
            case "type", str():
                return self.view._(said.TYPES[SchoolType(cell)])
            case "state", str():
                return self.view._(said.STATES[AssetState(cell)])
            case "link", str():
                return self.view._(said.LINKS[LinkKind(cell)])
            case "access", str():
                return self.view._(ACCESSES[cell])
        return str(cell)

    def figure(self, figure: Figure) -> str:
        return self.cell(KINDS_OF_NUMBER[figure.unit], figure.value)

    def of(self, figure: Figure) -> str:
        """`1.630 / 121`: what the quotient was made of."""
        f = self.view.formats
        return "" if figure.of is None else f"{f.number(figure.of[0])} / {f.number(figure.of[1])}"

    def note(self, note: Note) -> str:
        sentence = self.view._(NOTES[note.key])
        numbers = {name: self.view.formats.number(value) for name, value in note.values.items()}
        return sentence % numbers if numbers else sentence

    def is_number(self, column: Column) -> bool:
        return column.kind in NUMBERS


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, its value in words, and its parts as (class, from, width) in a hundredth of the widest."""

    word: str
    value: str
    parts: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as plain geometry for SVG. `legend`: words of the parts in the order of their classes; `cut`: only the
    largest are drawn.
    """

    kind: str
    bars: tuple[Bar, ...]
    legend: tuple[str, ...]
    cut: bool


MOST_BARS: Final = 40


def drawn(report: Report, shown: Shown) -> Drawn | None:
    """The chart of a report; None where there is nothing to draw. Not known is not drawn, and stands in the table."""
    chart = report.chart
    if chart is None:
        return None
    at = {column.key: place for place, column in enumerate(report.columns)}
    label, places = report.columns[at[chart.label]], [at[key] for key in chart.series]
    kind = report.columns[places[0]].kind
    rows = [(row, [v for place in places if isinstance(v := row.cells[place], int | float)]) for row in report.rows]
    rows = [(row, values) for row, values in rows if values]
    cut = chart.kind == "bars" and len(rows) > MOST_BARS
    if chart.kind == "bars":
        rows = sorted(rows, key=lambda each: -sum(each[1]))[:MOST_BARS]
    widest = max((sum(values) for _, values in rows), default=0)
    if not widest:
        return None
    bars = []
    for row, values in rows:
        parts, begin = [], 0.0
        for place, value in enumerate(values):
            width = round(100 * value / widest, 3)
            if width:
                parts.append((place, round(begin, 3), width))
            begin += width
        word = shown.cell(label.kind, row.cells[at[chart.label]])
        bars.append(Bar(word, shown.cell(kind, sum(values)), tuple(parts)))
    legend = tuple(shown.heading(key) for key in chart.series) if len(places) > 1 else ()
    return Drawn(chart.kind, tuple(bars), legend, cut)
