"""Reports on equipment: by state and by age, in the country's kinds or in its districts."""

from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from inventory.equipment import Kind
from inventory.indicators import AGES, INDICATORS, NOT_OWNED, Unit
from inventory.lifecycle import AssetState
from inventory.tables import Asset, School
from server.reports.values import Asked, Chart, Column, Figure, Note, Report, Row, here, known, listed

BANDS = (*(f"{low}-{high}" for low, high in zip((0, *AGES), AGES, strict=False)), f"{AGES[-1]}+")
UNKNOWN = "unknown_age"


def states(session: Session, asked: Asked) -> Report:
    group = _group(asked)
    counted = select(group, col(Asset.state), func.count()).group_by(group, col(Asset.state))
    cells = _cells(session, asked, counted)
    total = sum(cells.values(), Counter[Any]())
    there = [state for state in AssetState if total[state]]
    columns = [Column(asked.by, asked.by), *(Column(state.value) for state in there), Column("total")]
    rows = [
        Row((place, *(cells[place][state] for state in there), cells[place].total()), _behind(asked, place))
        for place in _order(asked, cells)
    ]
    figures = [Figure("total", total.total(), Unit.COUNT, rows=listed("/equipment", district=asked.district))]
    figures += [
        Figure(state.value, total[state], Unit.COUNT,
               rows=listed("/equipment", district=asked.district, state=state.value))
        for state in there
    ]  # fmt: skip
    chart = Chart("bars", asked.by, tuple(state.value for state in there)) if len(rows) > 1 else None
    return Report(INDICATORS["equipment_states"], asked.on, figures, columns, rows, [], chart)


def ages(session: Session, asked: Asked) -> Report:
    group = _group(asked)
    since = col(Asset.in_service_on)
    edges = [years_before(asked.on, years) for years in AGES]
    band = case(
        (since.is_(None), UNKNOWN),
        *((since > edge, name) for edge, name in zip(edges, BANDS, strict=False)),
        else_=BANDS[-1],
    )
    counted = select(group, band, func.count()).where(col(Asset.state).not_in(sorted(NOT_OWNED))).group_by(group, band)
    cells = _cells(session, asked, counted)
    total = sum(cells.values(), Counter[Any]())
    there = [name for name in (*BANDS, UNKNOWN) if total[name]]
    columns = [Column(asked.by, asked.by), *(Column(name) for name in there), Column("total")]
    rows = [
        Row((place, *(cells[place][name] for name in there), cells[place].total()), _behind(asked, place))
        for place in _order(asked, cells)
    ]
    figures = [Figure("total", total.total(), Unit.COUNT, rows=listed("/equipment", district=asked.district))]
    figures += [Figure(name, total[name], Unit.COUNT) for name in there]
    chart = Chart("bars", asked.by, tuple(there)) if len(rows) > 1 else None
    notes = known([Note("no_service_day", {"number": total[UNKNOWN]})])
    return Report(INDICATORS["equipment_ages"], asked.on, figures, columns, rows, notes, chart)


def years_before(day: date, years: int) -> date:
    """The same day so many years ago; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _group(asked: Asked) -> Any:
    return col(School.district_code) if asked.by == "district" else col(Asset.kind)


def _cells(session: Session, asked: Asked, counted: Any) -> dict[str, Counter[Any]]:
    counted = counted.where(col(Asset.same_as_id).is_(None))  # found to be another row's piece
    if asked.by == "district" or not asked.country:
        counted = counted.join(School, col(School.id) == col(Asset.school_id)).where(here(asked))
    cells: dict[str, Counter[Any]] = {}
    for place, column, number in session.execute(counted):
        cells.setdefault(place, Counter())[column] += number
    return cells


def _order(asked: Asked, cells: dict[str, Counter[Any]]) -> list[str]:
    if asked.by == "district":
        return sorted(cells)
    return [kind for kind in Kind if kind in cells]


def _behind(asked: Asked, place: str) -> str:
    if asked.by == "district":
        return listed("/equipment", district=place)
    return listed("/equipment", district=asked.district, kind=Kind(place).value)
