"""The reports of the ministry's portal: what there is, and one page for each, with its rows behind every figure."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory.errors import NotFound
from inventory.indicators import INDICATORS
from inventory.roles import Permission
from inventory.tables import School
from server import db, reports
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages import report_files
from server.pages.reports_shown import Shown, drawn
from server.pages.typed import day
from server.pages.view import SignedView, View
from server.reports import links
from server.reports.values import Asked, Report, district_names, districts_of, here

router = APIRouter(include_in_schema=False)
ROWS_ON_A_PAGE = 200
Word = Annotated[str, Query(max_length=12)]


@dataclass(frozen=True, slots=True)
class Made:
    report: Report
    asked: Asked
    shown: Shown
    names: dict[str, str]


@router.get("/reports")
def everything(view: SignedView) -> Response:
    return view.page("reports.html", indicators=INDICATORS.values())


@router.get("/reports/{code}.csv")
def as_csv(
    code: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, district: Word = "", on: Word = "",
    step: Word = "year", by: Word = "kind",
) -> Response:  # fmt: skip
    visitor.who.must(Permission.EXPORT)
    with db.reading(engine) as session:
        made = _made(session, view, visitor, code, district, on, step, by)
    return report_files.csv_of(made.report, made.shown)


@router.get("/reports/{code}.xlsx")
def as_xlsx(
    code: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, district: Word = "", on: Word = "",
    step: Word = "year", by: Word = "kind",
) -> Response:  # fmt: skip
    visitor.who.must(Permission.EXPORT)
    with db.reading(engine) as session:
        made = _made(session, view, visitor, code, district, on, step, by)
    return report_files.xlsx_of(made.report, made.shown)


@router.get("/reports/{code}/rows")
def rows(
    code: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, district: Word = "", on: Word = "",
    only: Annotated[str, Query(max_length=24)] = "", page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:  # fmt: skip
    """The links, or the schools without one, behind a figure."""
    if code not in reports.ROWS:
        raise NotFound(reports.NO_SUCH_REPORT)
    with db.reading(engine) as session:
        made = _made(session, view, visitor, code, district, on, "year", "kind", count=False)
        found, total = links.behind(session, code, made.asked, only, page, ROWS_ON_A_PAGE)
    return view.page(
        "report_rows.html", indicator=INDICATORS[code], asked=made.asked, shown=made.shown, found=found, total=total,
        only=only, page=page, pages=max(1, -(-total // ROWS_ON_A_PAGE)), address=_address(made.asked, code, only=only),
    )  # fmt: skip


@router.get("/reports/{code}")
def one(
    code: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, district: Word = "", on: Word = "",
    step: Word = "year", by: Word = "kind",
) -> Response:  # fmt: skip
    with db.reading(engine) as session:
        made = _made(session, view, visitor, code, district, on, step, by)
    return view.page(
        "report.html",
        report=made.report,
        asked=made.asked,
        shown=made.shown,
        names=made.names,
        chart=drawn(made.report, made.shown),
        takes_day=code not in reports.NOW_ONLY,
        takes_step=code in reports.OVER_TIME,
        takes_by=code in reports.BY_PLACE,
        may_export=visitor.who.may(Permission.EXPORT),
        address=_address(made.asked, code),
    )


def _made(
    session: Session, view: View, visitor: VisitorDep, code: str, district: str, on: str, step: str, by: str, *,
    count: bool = True,
) -> Made:  # fmt: skip
    today = view.formats.local(view.now).date()
    asked = reports.asked(
        session, code, visitor.scope, district=district, on=day(on, "on") if on else None, step=step, by=by, today=today
    )
    report = reports.made(session, code, asked) if count else Report(INDICATORS[code], asked.on, [], [], [])
    names = district_names(session, view.language)
    schools: dict[str, str] = {}
    if any(column.kind == "school" for column in report.columns):
        schools = dict(session.exec(select(col(School.emis), col(School.name)).where(here(asked))).all())
    mine = Asked(asked.scope, asked.on)
    there = {code: names.get(code, code) for code in districts_of(session, mine)}
    return Made(report, asked, Shown(view, names, schools), dict(sorted(there.items(), key=lambda pair: pair[1])))


def _address(asked: Asked, code: str, **more: str) -> str:
    """The filter of this page, for its files: `?district=...`, or ""."""
    parts = {"district": asked.district, **more}
    if code not in reports.NOW_ONLY:
        parts["on"] = asked.on.isoformat()
    if code in reports.OVER_TIME:
        parts["step"] = asked.step
    if code in reports.BY_PLACE:
        parts["by"] = asked.by
    kept = {name: value for name, value in parts.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
