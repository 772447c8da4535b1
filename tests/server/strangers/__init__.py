'''Who may not see what: one line for every route, one module for every room.

A new route gets its line in the module of its room (`strangers/<room>.py`, a new file is found by itself); without one
`test_every_route_has_a_line` fails. School 190 lies in Sabirabad; the stranger, unless the line says otherwise, is
Kamran, technician of Şəmkir; the line is shown true by Aynur, technician of Sabirabad, who does see it.

    """The stranger and the rooms of schools."""

    def prepare(session: Session, who: Cast, at: datetime) -> Values:     # may be left out
        room = ...                                                        # things of school 190, and how to name them
        return {"room": room.id, "inventory_no": "INV-000190"}

    LINES: Lines = {
        ("GET", "/schools/{emis}/rooms"): "/schools/190/rooms",                       # the stranger gets 404
        ("POST", "/schools/{emis}/rooms"): hidden("/schools/190/rooms", form={"name": "Otaq 5"}),
        ("PATCH", "/api/v1/rooms/{id}"): hidden("/api/v1/rooms/{room}", json={"name": "Otaq 6"}),
        ("POST", "/api/v1/moves"): hidden("/api/v1/moves", json=lambda v: {"room": v["room"]}),
        ("GET", "/equipment"): listed("/equipment?q=190", "{inventory_no}"),          # he sees the list, not the thing
        ("GET", "/api/v1/equipment.xlsx"): listed("/api/v1/equipment.xlsx", "{inventory_no}"),
        ("GET", "/live"): streamed("/live", "190 nömrəli", then=a_report_arrives),    # nor in a stream
        ("GET", "/people"): closed("/people", known="zaur"),                          # his role gets 403
        ("GET", "/me"): own("/me"),                                                   # shows nothing but himself
    }

`{names}` in addresses, marks, forms and JSON come from `prepare`. Pages get the token of their form, the API gets
`If-Match: *`; `file=` uploads. Strangers and knowers are the names of the cast (`rauf`, `leyla`, `elchin`, `zaur`...)
or one of `keeper_elsewhere`, `director_elsewhere`, `mentor_elsewhere`: who has the role, but not for school 190 (take
one of these where Kamran's role would be refused before the scope is asked). A route that shows nothing of any school
stands in `OPEN` with its reason.
'''

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import Engine
from sqlmodel import Session

from tests.cast import Cast

Values: TypeAlias = dict[str, Any]
Said: TypeAlias = Mapping[str, Any] | Callable[[Values], Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One request; `sees` is what the stranger gets. `known`: for whom the same request works."""

    url: str
    sees: Literal["404", "nothing", "403", "himself"] = "404"
    mark: str = ""
    stranger: str = "kamran"
    known: str = "aynur"
    form: Said = field(default_factory=dict)
    json: Said | None = None
    file: tuple[str, bytes] | None = None
    then: Callable[[Engine, str], None] | None = None


Lines: TypeAlias = Mapping[tuple[str, str], str | Line]


def hidden(url: str, **more: Any) -> Line:
    """A thing of school 190: 404 for the stranger."""
    return Line(url, **more)


def listed(url: str, mark: str, **more: Any) -> Line:
    """A list, a search, an export: the stranger's holds no `mark`, the knower's does."""
    return Line(url, "nothing", mark, **more)


def streamed(url: str, mark: str, *, then: Callable[[Engine, str], None], **more: Any) -> Line:
    """A stream: `then(engine, emis)` makes news of a school; the stranger hears those of 21 and not of 190."""
    return Line(url, "nothing", mark, then=then, **more)


def closed(url: str, *, known: str, **more: Any) -> Line:
    """A door for certain roles: 403 for others, whatever lies behind."""
    return Line(url, "403", known=known, **more)


def own(url: str, mark: str = "190 nömrəli", **more: Any) -> Line:
    """Shows or changes what belongs to the asker alone."""
    return Line(url, "himself", mark, **more)


OPEN: Mapping[tuple[str, str], str] = {
    ("GET", "/healthz"): "says that the process answers",
    ("GET", "/readyz"): "says whether the database answers",
    ("GET", "/metrics"): "is for Prometheus, by its token; tests/server/test_scrape.py",
    ("GET", "/openapi.json"): "describes the doors, not what is behind them",
    ("GET", "/static/dist/{name}"): "the built style sheets and scripts",
    ("GET", "/check/{code}"): "tells anybody whether a printed act is genuine, nothing of people",
    ("GET", "/acts/paper.css"): "the style sheet of printed acts",
    ("GET", "/phone"): "leads to the page of the telephone",
    ("GET", "/phone/"): "is the same for everybody; what it shows comes by the API",
    ("GET", "/phone/sw.js"): "keeps that page for a time without a line",
    ("GET", "/sign-in"): "is where one says who one is",
    ("POST", "/sign-in"): "is where one says who one is",
    ("GET", "/sign-in/code"): "is where one proves it a second time",
    ("POST", "/sign-in/code"): "is where one proves it a second time",
    ("GET", "/sign-in/provider"): "leads to the identity provider",
    ("GET", "/sign-in/provider/back"): "is where the identity provider's answer is proved; tests/server/test_oidc.py",
    ("POST", "/sign-out"): "ends the asker's own session",
    ("POST", "/language"): "keeps the asker's own choice",
    ("POST", "/theme"): "keeps the asker's own choice",
    ("POST", "/keys"): "keeps the asker's own choice",
    ("POST", "/api/v1/enrol"): "lets an agent in by its one-time code; tests/server/test_ingest.py",
}


@dataclass(frozen=True, slots=True)
class Room:
    """The lines of one module."""

    name: str
    lines: Mapping[tuple[str, str], Line]
    prepare: Callable[[Session, Cast, datetime], Values]


def rooms() -> list[Room]:
    """Every module of this package."""
    found = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        lines = {key: Line(said) if isinstance(said, str) else said for key, said in loaded.LINES.items()}
        found.append(Room(module.name, lines, getattr(loaded, "prepare", _nothing)))
    return found


def _nothing(session: Session, who: Cast, at: datetime) -> Values:
    return {}
