"""The stream of live rows that an open page listens to, as fragments of HTML in the reader's language."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from inventory.roles import Scope
from server import auth, db, queries
from server.auth import Visitor, VisitorDep
from server.live import News, Watch
from server.pages import rows
from server.pages.board import Asked, grouped
from server.pages.typed import LARGEST_ID, row_id
from server.pages.view import SignedView, View

ASK_AGAIN = timedelta(seconds=60)  # whether the reader is still signed in, and what he may see
RETRY_MS = 3_000

router = APIRouter(include_in_schema=False)


@router.get("/live", response_class=EventSourceResponse)
async def live(
    request: Request, view: SignedView, visitor: VisitorDep,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    district: Annotated[str, Query(max_length=12)] = "",
    state: Annotated[str, Query(max_length=24)] = "",
    q: Annotated[str, Query(max_length=80)] = "",
    last_event_id: Annotated[str, Header()] = "",
) -> AsyncIterator[ServerSentEvent]:  # fmt: skip
    """Events `row` (the rows of one school), `counts`, `reload` (load the page anew) and `leave` (sign in again)."""
    watch: Watch = request.app.state.watch
    resumed = row_id(last_event_id)
    start = after if resumed is None else resumed
    asked = Asked(district, state, q, 1)
    yield ServerSentEvent(comment="open", retry=RETRY_MS)
    known, asked_at = visitor, datetime.now(UTC)
    names = await asyncio.to_thread(_names, request, view)
    async with aclosing(watch.listen(start)) as news_of:
        async for news in news_of:
            now = datetime.now(UTC)
            if now - asked_at > ASK_AGAIN:
                again = await asyncio.to_thread(auth.visitor_or_nobody, request)
                if again is None:
                    yield ServerSentEvent(event="leave", raw_data="/sign-in")
                    return
                known, asked_at = again, now
            for event in events(replace(view, now=now), known, asked, names, news):
                yield event


def events(view: View, visitor: Visitor, asked: Asked, names: dict[str, str], news: News) -> list[ServerSentEvent]:
    """What this reader is told of the news: only schools of his scope."""
    number = str(news.last)
    if news.reload:
        return [ServerSentEvent(event="reload", raw_data="reload", id=number)]
    mine = [row for row in news.rows if visitor.scope.covers(row.line.district, row.line.school_id)]
    if not mine:
        return []
    out = []
    for group in grouped(mine):
        html = view.text("_school_rows.html", group=group, names=names, live=True, rows=rows)
        out.append(ServerSentEvent(event="row", raw_data=_one_line(html), id=number))
    here = [
        line
        for line in news.everything
        if visitor.scope.covers(line.district, line.school_id) and asked.district in ("", line.district)
    ]
    html = view.text("_counts.html", counts=rows.counted(here), asked=asked)
    out.append(ServerSentEvent(event="counts", raw_data=_one_line(html), id=number))
    return out


def _names(request: Request, view: View) -> dict[str, str]:
    with db.reading(request.app.state.engine) as session:
        return queries.districts(session, Scope(None), view.language)


def _one_line(html: str) -> str:
    return " ".join(html.split())
