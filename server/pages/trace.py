"""The trace as a page: what was changed, the newest first, within what the asker may see."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import col
from starlette.responses import Response

from inventory.roles import Permission
from inventory.tables import PersonalRead, Trace
from server import db, traces
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages.typed import line
from server.pages.view import SignedView
from server.pages.words_rights import NOUNS, VERBS
from server.traces import Wanted

router = APIRouter(include_in_schema=False)
PAGE = 50
Word = Annotated[str, Query(max_length=120)]
Before = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@router.get("/trace")
def changes(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, noun: Word = "", key: Word = "", by: Word = "",
    school: Word = "", before: Before = None,
) -> Response:  # fmt: skip
    visitor.who.must(Permission.SEE_TRACE)
    wanted = Wanted(noun=line(noun), key=line(key), by=line(by), emis=line(school))
    statement = traces.changes(visitor.scope, wanted).order_by(col(Trace.number).desc())
    if before is not None:
        statement = statement.where(col(Trace.number) < before)
    with db.reading(engine) as session:
        rows: list[Any] = list(session.execute(statement.limit(PAGE + 1)).all())
        older = rows[PAGE - 1][0].number if len(rows) > PAGE else None
        shown = [(row, emis, _cells(row)) for row, emis in rows[:PAGE]]
        return view.page("trace.html", rows=shown, wanted=wanted, older=older, nouns=NOUNS, verbs=VERBS, reads=False)


@router.get("/trace/reads")
def reads(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, noun: Word = "", key: Word = "", by: Word = "",
    school: Word = "", before: Before = None,
) -> Response:  # fmt: skip
    """Who saw personal data."""
    visitor.who.must(Permission.SEE_TRACE)
    wanted = Wanted(noun=line(noun), key=line(key), by=line(by), emis=line(school))
    statement = traces.reads(visitor.scope, wanted).order_by(col(PersonalRead.id).desc())
    if before is not None:
        statement = statement.where(col(PersonalRead.id) < before)
    with db.reading(engine) as session:
        rows: list[Any] = list(session.execute(statement.limit(PAGE + 1)).all())
        older = rows[PAGE - 1][0].id if len(rows) > PAGE else None
        shown: list[Any] = [(row, emis, []) for row, emis in rows[:PAGE]]
        return view.page("trace.html", rows=shown, wanted=wanted, older=older, nouns=NOUNS, verbs=VERBS, reads=True)


def _cells(row: Trace) -> list[tuple[str, str, str]]:
    """Name, before and after of each cell that changed; empty where there was nothing."""
    before, after = row.before or {}, row.after or {}
    return [(name, _said(before.get(name)), _said(after.get(name))) for name in {**before, **after}]


def _said(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
