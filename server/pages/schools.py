"""The schools of the reader's scope: search, filters, pages; and the form that opens a school."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from alerts.state import State
from inventory import register
from inventory.errors import Conflict, Invalid
from inventory.places import SchoolType
from inventory.roles import Permission
from server import auth, db, queries, schools
from server.auth import Visitor, VisitorDep
from server.deps import EngineDep
from server.pages import words_register
from server.pages.typed import line
from server.pages.view import SignedView, View
from server.queries import RANK

ON_A_PAGE: Final = 100
Word = Annotated[str, Query(max_length=24)]
Cell = Annotated[str, Form(max_length=400)]

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter of the list, and its address with one part changed."""

    q: str
    district: str
    type: str
    pilot: str
    closed: str
    page: int

    @property
    def query(self) -> str:
        parts = {"q": self.q, "district": self.district, "type": self.type, "pilot": self.pilot, "closed": self.closed}
        return urlencode({name: value for name, value in parts.items() if value})

    def url(self, page: int) -> str:
        query = "&".join(part for part in (self.query, f"page={page}" if page > 1 else "") if part)
        return "/schools" + (f"?{query}" if query else "")

    @property
    def filter(self) -> schools.Filter:
        return schools.Filter(
            q=self.q, district=self.district, type=SchoolType(self.type) if self.type else None,
            pilot=True if self.pilot else None, closed=bool(self.closed),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typed:
    """The form that opens a school."""

    emis: str = ""
    name: str = ""
    district: str = ""
    type: str = SchoolType.GENERAL


@router.get("/schools")
def listed(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, q: Annotated[str, Query(max_length=80)] = "",
    district: Word = "", type: Word = "", pilot: Word = "", closed: Word = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:  # fmt: skip
    asked = Asked(q.strip(), district, type if type in set(SchoolType) else "", pilot and "1", closed and "1", page)
    with db.reading(engine) as session:
        return view.page("schools.html", fault="", typed=Typed(), **_parts(session, view, visitor, asked))


@router.post("/schools", dependencies=[auth.OwnForm])
def opened(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, emis: Cell = "", name: Cell = "", district: Cell = "",
    type: Cell = "",
) -> Response:  # fmt: skip
    typed = Typed(line(emis), line(name), line(district), line(type))
    try:
        with db.writing(engine) as session:
            school = register.school_opened(
                session, typed.emis, typed.name, typed.district, by=visitor.who, at=view.now, type=typed.type
            )
            here = f"/schools/{school.emis}/register"
    except (Invalid, Conflict) as error:
        with db.reading(engine) as session:
            parts = _parts(session, view, visitor, Asked("", "", "", "", "", 1))
        return view.page("schools.html", 422, fault=view.told(error), typed=typed, **parts)
    return RedirectResponse(here, 303)


def _parts(session: Session, view: View, visitor: Visitor, asked: Asked) -> dict[str, Any]:
    names = schools.names_of_districts(session, view.language)
    mine = queries.districts(session, visitor.scope, view.language)
    asked = replace(asked, district=asked.district if asked.district in names else "")
    found = schools.found(session, visitor.scope, asked.filter)
    pages = max(1, -(-len(found) // ON_A_PAGE))
    page = min(asked.page, pages)
    shown = schools.filled(session, found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE])
    states: dict[int, State] = {}
    for one in queries.lines(session, visitor.scope, view.now, [school.id for school in shown]) if shown else ():
        worst = states.get(one.school_id, State.UP)
        states[one.school_id] = min(worst, one.shown.state, key=lambda state: RANK[state])
    return {
        "asked": asked,
        "names": names,
        "mine": mine,
        "kept": {code: name for code, name in names.items() if visitor.scope.covers(code)},
        "found": shown,
        "states": states,
        "matches": len(found),
        "page": page,
        "pages": pages,
        "types": words_register.TYPES,
        "may_keep": visitor.who.may(Permission.KEEP_PLACES),
        "may_export": visitor.who.may(Permission.EXPORT),
        "demo": any(school.demo for school in shown),
    }
