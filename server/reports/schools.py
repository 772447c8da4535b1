"""Reports on institutions: by type and district, by school year."""

from collections import Counter

from sqlalchemy import func
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from inventory.indicators import INDICATORS, Unit
from inventory.places import SchoolType
from inventory.tables import School, SchoolYear
from server.reports.values import Asked, Chart, Column, Figure, Note, Report, Row, here, known, listed, open_on


def institutions(session: Session, asked: Asked) -> Report:
    counted = (
        select(col(School.district_code), col(School.type), func.count(), func.count(col(School.opened_on)))
        .where(here(asked), open_on(asked.on))
        .group_by(col(School.district_code), col(School.type))
    )
    cells: dict[str, Counter[SchoolType]] = {}
    totals: Counter[SchoolType] = Counter()
    dated = 0
    for district, kind, number, with_day in session.exec(counted):
        cells.setdefault(district, Counter())[kind] += number
        totals[kind] += number
        dated += with_day
    types = [kind for kind in SchoolType if totals[kind]]
    columns = [Column("district", "district"), *(Column(kind.value) for kind in types), Column("total")]
    rows = [
        Row((code, *(here_[kind] for kind in types), here_.total()), listed("/schools", district=code))
        for code, here_ in sorted(cells.items())
    ]
    figures = [Figure("total", totals.total(), Unit.COUNT, rows=listed("/schools", district=asked.district))]
    figures += [
        Figure(kind.value, totals[kind], Unit.COUNT,
               rows=listed("/schools", district=asked.district, type=kind.value))
        for kind in types
    ]  # fmt: skip
    notes = known([Note("opening_unknown", {"number": totals.total() - dated})])
    chart = Chart("bars", "district", ("total",)) if len(rows) > 1 else None
    return Report(INDICATORS["institutions"], asked.on, figures, columns, rows, notes, chart)


def school_years(session: Session, asked: Asked) -> Report:
    Y = SchoolYear
    counted = (
        select_rows(
            col(Y.year), func.count(), func.sum(Y.learners), func.sum(Y.teachers), func.count(col(Y.learners)),
            func.max(Y.as_of),
        )
        .join(School, col(School.id) == col(Y.school_id))
        .where(here(asked), col(Y.as_of) <= asked.on)
        .group_by(col(Y.year))
        .order_by(col(Y.year))
    )  # fmt: skip
    columns = [
        Column("year", "year"), Column("schools"), Column("learners"), Column("teachers"), Column("no_learners"),
        Column("on", "day"),
    ]  # fmt: skip
    rows = []
    figures: list[Figure] = []
    for year, schools, learners, teachers, reported, last in session.execute(counted):
        rows.append(Row((year, schools, learners, teachers, schools - reported, last)))
        figures = [
            Figure("schools", schools, Unit.COUNT, rows=listed("/schools", district=asked.district)),
            Figure("learners", learners, Unit.COUNT),
            Figure("teachers", teachers, Unit.COUNT),
        ]
    notes = [] if rows else [Note("no_year", {})]
    chart = Chart("columns", "year", ("schools",)) if len(rows) > 1 else None
    return Report(INDICATORS["school_years"], asked.on, figures, columns, rows, notes, chart)
