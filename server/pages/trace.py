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
    wanted = Wanted(noun=line(noun), key=line(key), by=line(by), emis=line(school))
    statement = traces.changes(visitor.scope, wanted)
    return _newest(view, visitor, engine, statement, col(Trace.number), wanted, before, reads=False)


@router.get("/trace/reads")
def reads(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, noun: Word = "", key: Word = "", by: Word = "",
    school: Word = "", before: Before = None,
) -> Response:  # fmt: skip
    """Who saw personal data."""
    wanted = Wanted(noun=line(noun), key=line(key), by=line(by), emis=line(school))
    statement = traces.reads(visitor.scope, wanted)
    return _newest(view, visitor, engine, statement, col(PersonalRead.id), wanted, before, reads=True)


def _newest(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, statement: Any, number: Any, wanted: Wanted,
    before: int | None, *, reads: bool,
) -> Response:  # fmt: skip
    """A page of rows, the newest first, from below the number `before`."""
    visitor.who.must(Permission.SEE_TRACE)
    if before is not None:
        statement = statement.where(number < before)
    with db.reading(engine) as session:
        rows: list[Any] = list(session.execute(statement.order_by(number.desc()).limit(PAGE + 1)).all())
        older = getattr(rows[PAGE - 1][0], number.key) if len(rows) > PAGE else None
        shown = [(row, emis, [] if reads else _cells(row)) for row, emis in rows[:PAGE]]
        return view.page("trace.html", rows=shown, wanted=wanted, older=older, nouns=NOUNS, verbs=VERBS, reads=reads)


def _cells(row: Trace) -> list[tuple[str, str, str]]:
    """Name, before and after of each cell that changed; empty where there was nothing."""
    before, after = row.before or {}, row.after or {}
    return [(name, _said(before.get(name)), _said(after.get(name))) for name in {**before, **after}]


def _said(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
