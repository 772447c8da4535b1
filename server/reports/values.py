"""What a report is: figures, a table, a chart, and what is not known; plain values for pages, files and the API."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from inventory.indicators import Indicator, Unit
from inventory.roles import Scope
from inventory.scoping import seen
from inventory.tables import District, School

HOME: Final = ZoneInfo("Asia/Baku")
Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """`district`: "" for everything in the scope. `on`: the day; `step`: month or year, `by`: kind or district."""

    scope: Scope
    on: date
    district: str = ""
    step: str = "year"
    by: str = "kind"

    @property
    def country(self) -> bool:
        return self.scope.districts is None and not self.district


@dataclass(frozen=True, slots=True)
class Column:
    """`key`: what the API calls it and what its heading is looked up by. `kind`: how its cells are read and shown.

    text, district, school (a code), type, kind, state, link, access, year, day; count, percent, ratio for numbers.
    """

    key: str
    kind: str = "count"


@dataclass(frozen=True, slots=True)
class Row:
    """`rows`: the address of the list behind the row, "" where there is none."""

    cells: tuple[Cell, ...]
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline. `value` None: not known, never nil. `of`: numerator and denominator of a quotient."""

    key: str
    value: float | int | None
    unit: Unit
    of: tuple[int, int] | None = None
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of the registry with its numbers."""

    key: str
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Chart:
    """`label`, `series`: columns of the table; bars one under another, or stacked columns over time."""

    kind: str
    label: str
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    indicator: Indicator
    as_of: date
    figures: list[Figure]
    columns: list[Column]
    rows: list[Row]
    notes: list[Note] = field(default_factory=list)
    chart: Chart | None = None


def quotient(key: str, above: int, below: int, unit: Unit, rows: str = "") -> Figure:
    """A ratio of sums; None where the lower one is nil."""
    value = divided(above, below, 100 if unit is Unit.PERCENT else 1)
    return Figure(key, value, unit, (above, below), rows)


def divided(above: int | None, below: int, times: int = 1) -> float | None:
    """None where it cannot be known: nothing below, or the upper number missing."""
    if above is None:
        return None
    return round(times * above / below, 4) if below else None


def known(notes: Iterable[Note]) -> list[Note]:
    """Notes that have something to say."""
    return [note for note in notes if note.values.get("number", 1)]


def listed(path: str, **filters: Any) -> str:
    """The address of a list of the register, with its filter."""
    given = {name: value for name, value in filters.items() if value not in (None, "", ())}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def here(asked: Asked) -> ColumnElement[bool]:
    """A condition on School: in the scope, and in the district that was asked for."""
    mine = seen(asked.scope)
    return and_(mine, col(School.district_code) == asked.district) if asked.district else mine


def open_on(day: date) -> ColumnElement[bool]:
    """A condition on School: open on this day; without an opening day it is taken to have been open before."""
    began = or_(col(School.opened_on).is_(None), col(School.opened_on) <= day)
    return and_(began, or_(col(School.closed_on).is_(None), col(School.closed_on) > day))


def districts_of(session: Session, asked: Asked) -> list[str]:
    """Codes of the districts in which the asker sees an institution, in order."""
    codes = select(col(School.district_code)).where(here(asked)).distinct().order_by(col(School.district_code))
    return list(session.exec(codes))


def district_names(session: Session, language: str) -> dict[str, str]:
    name = {"az": District.name_az, "en": District.name_en, "ru": District.name_ru}[language]
    return dict(session.exec(select(col(District.code), col(name))).all())


def midnight(day: date) -> datetime:
    """When a day begins in Azerbaijan, in UTC."""
    return datetime.combine(day, time(), HOME).astimezone(UTC)


def days_before(day: date, number: int) -> datetime:
    return midnight(day - timedelta(days=number))
