"""A report as CSV and as XLSX: the table with the day and the source of its figures, formulas defused.

What is not known reads "m", as the UNESCO Institute for Statistics writes missing data; an empty cell never means 0.
"""

import csv
import io
from datetime import date
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]
from starlette.responses import Response

from inventory.exchange.cells import guarded
from server.pages.reports_shown import NUMBERS, Shown
from server.reports.values import Cell, Report

MISSING: Final = "m"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_of(report: Report, shown: Shown) -> Response:
    """UTF-8 with a mark, semicolons: as spreadsheets in az and ru open it; numbers with a point, days as ISO 8601."""
    out = io.StringIO()
    write = csv.writer(out, delimiter=";", lineterminator="\r\n").writerow
    about = [report.as_of.isoformat(), shown.view._(report.indicator.source), report.indicator.code]
    write([*(shown.heading(column.key) for column in report.columns), shown.view._("As of"), shown.view._("Source"),
           shown.view._("Indicator")])  # fmt: skip
    for row in report.rows:
        cells = [_value(shown, column.kind, cell) for column, cell in zip(report.columns, row.cells, strict=True)]
        write([*(_text(cell) for cell in cells), *map(guarded, about)])
    return _file(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", report, "csv")


def xlsx_of(report: Report, shown: Shown) -> Response:
    """Two sheets: the table, and what it counts."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }
    book = xlsxwriter.Workbook(out, options)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(report.indicator.code[:31])
    for place, column in enumerate(report.columns):
        sheet.write_string(0, place, shown.heading(column.key), bold)
        sheet.set_column(place, place, 14 if column.kind in NUMBERS else 28)
    sheet.freeze_panes(1, 1)
    for number, row in enumerate(report.rows, start=1):
        for place, (column, cell) in enumerate(zip(report.columns, row.cells, strict=True)):
            value = _value(shown, column.kind, cell)
            if isinstance(value, date):
                sheet.write_datetime(number, place, value)
            elif isinstance(value, int | float):
                sheet.write_number(number, place, value)
            else:
                sheet.write_string(number, place, guarded(str(value)))
    _about(book.add_worksheet(shown.view._("About")), report, shown, bold, wrapped)
    book.close()
    return _file(out.getvalue(), XLSX, report, "xlsx")


def _about(sheet: Any, report: Report, shown: Shown, bold: object, wrapped: object) -> None:
    view, one = shown.view, report.indicator
    lines = [
        (view._("Indicator"), f"{view._(one.title)} ({one.uis or one.code})"),
        (view._("As of"), report.as_of.isoformat()),
        (view._("Source"), view._(one.source)),
        (view._("Formula"), view._(one.formula)),
        *(
            (shown.heading(f.key), f"{shown.figure(f)} {f'({shown.of(f)})' if f.of else ''}".strip())
            for f in report.figures
        ),
        *((view._("Not known"), shown.note(note)) for note in report.notes),
        (MISSING, view._("not known")),
    ]
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    for number, (name, text) in enumerate(lines):
        sheet.write_string(number, 0, guarded(name), bold)
        sheet.write_string(number, 1, guarded(text), wrapped)


def _value(shown: Shown, kind: str, cell: Cell) -> Cell:
    """Numbers and days stay what they are; codes become the words of the page."""
    if cell is None:
        return MISSING
    return cell if kind in NUMBERS or kind == "day" else shown.cell(kind, cell)


def _text(cell: Cell) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return guarded(cell) if isinstance(cell, str) else str(cell)


def _file(body: bytes, kind: str, report: Report, suffix: str) -> Response:
    name = f"{report.indicator.code}-{report.as_of.isoformat()}.{suffix}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-cache, private"}
    return Response(body, media_type=kind, headers=headers)
