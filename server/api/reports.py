"""The reports of the ministry's portal for programs: the registry, and each report with value, day, source and rows."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from inventory.indicators import INDICATORS, NOTES, Indicator
from server import db, reports
from server.api.core import Answer, Plain, WhoDep, answered
from server.deps import EngineDep, SettingsDep
from server.reports.values import Figure, Report

router = APIRouter(prefix="/api/v1", tags=["reports"])
Code = Annotated[str, Path(max_length=40), Plain]


@router.get("/indicators")
def registry(who: WhoDep) -> Response:
    """What is counted, by which formula, from which source."""
    return answered(Answer(200, {"items": [_about(one) for one in INDICATORS.values()], "next": None}))


@router.get("/reports/{code}")
def one(
    who: WhoDep, engine: EngineDep, settings: SettingsDep, code: Code,
    district: Annotated[str, Query(max_length=12), Plain] = "", on: date | None = None,
    step: Literal["year", "month"] = "year", by: Literal["kind", "district"] = "kind",
) -> Response:  # fmt: skip
    """A report within the scope of the caller. `value` null: not known. `of`: numerator and denominator of a ratio of
    sums. `rows`: the page with the rows behind a figure. Cells of enums are their keys; days are ISO 8601.
    """
    today = datetime.now(UTC).astimezone(ZoneInfo(settings.timezone)).date()
    with db.reading(engine) as session:
        asked = reports.asked(session, code, who.scope, district=district, on=on, step=step, by=by, today=today)
        report = reports.made(session, code, asked)
    return answered(Answer(200, _json(report, district)))


def _about(one: Indicator) -> dict[str, Any]:
    return {
        "code": one.code, "uis": one.uis or None, "title": one.title, "formula": one.formula, "source": one.source,
        "unit": one.unit.value,
    }  # fmt: skip


def _json(report: Report, district: str) -> dict[str, Any]:
    keys = [column.key for column in report.columns]
    return {
        **_about(report.indicator),
        "as_of": report.as_of,
        "district": district or None,
        "figures": [_figure(report, figure) for figure in report.figures],
        "columns": [{"key": column.key, "kind": column.kind} for column in report.columns],
        "items": [
            {"rows": row.rows or None, "cells": dict(zip(keys, row.cells, strict=True))} for row in report.rows
        ],
        "not_known": [
            {"key": note.key, "sentence": NOTES[note.key] % note.values if note.values else NOTES[note.key],
             **note.values}
            for note in report.notes
        ],
    }  # fmt: skip


def _figure(report: Report, figure: Figure) -> dict[str, Any]:
    return {
        "key": figure.key, "value": figure.value, "unit": figure.unit.value, "of": figure.of, "as_of": report.as_of,
        "source": report.indicator.source, "rows": figure.rows or None,
    }  # fmt: skip
