"""The start page: all links that the reader may see, the worst first."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from alerts.state import State
from server import db, queries
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages import rows
from server.pages.view import SignedView

ROWS_ON_A_PAGE = 100

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter of the board, and its address with one part changed."""

    district: str
    state: str
    q: str
    page: int

    def url(self, **other: str | int) -> str:
        parts = {"district": self.district, "state": self.state, "q": self.q, **other}
        kept = {name: value for name, value in parts.items() if value}
        return "/?" + urlencode(kept) if kept else "/"


@router.get("/")
def board(
    request: Request,
    view: SignedView,
    visitor: VisitorDep,
    engine: EngineDep,
    district: Annotated[str, Query(max_length=12)] = "",
    state: Annotated[str, Query(max_length=24)] = "",
    q: Annotated[str, Query(max_length=80)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    with db.reading(engine) as session:
        after = queries.newest_change(session)  # before the rest: a change that comes meanwhile is sent once more
        names = queries.districts(session, visitor.scope, view.language)
        everything = queries.lines(session, visitor.scope, view.now)
        chosen = State(state) if state in {s.value for s in State} else None
        asked = Asked(district if district in names else "", chosen or "", q.strip(), page)
        here = [line for line in everything if not asked.district or line.district == asked.district]
        wanted = queries.filtered(here, names, queries.Filter(asked.district, chosen, asked.q))
        pages = max(1, -(-len(wanted) // ROWS_ON_A_PAGE))
        first = (min(page, pages) - 1) * ROWS_ON_A_PAGE
        shown = rows.rows(session, request.app.state.current, wanted[first : first + ROWS_ON_A_PAGE])
    template = "_links.html" if request.headers.get("hx-request") else "board.html"
    response = view.page(
        template,
        after=after,
        asked=asked,
        names=names,
        counts=rows.counted(here),
        districts=rows.by_district(everything, names),
        groups=grouped(shown),
        matches=len(wanted),
        pages=pages,
        page=min(page, pages),
        demo=any(line.demo for line in here),
        rows=rows,
    )
    response.headers["vary"] = "hx-request, cookie, accept-language"
    return response


def grouped(shown: list[rows.Row]) -> list[list[rows.Row]]:
    """Neighbouring rows of one school stand together: a live change replaces them together."""
    groups: list[list[rows.Row]] = []
    places: dict[int, int] = {}
    for row in shown:
        place = places.setdefault(row.line.school_id, len(groups))
        if place == len(groups):
            groups.append([])
        groups[place].append(row)
    return groups
