"""A link over the last hours: as numbers for the chart, and as a table for readers without scripts."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from inventory import scoping
from inventory.tables import School
from server import db, queries
from server.auth import VisitorDep
from server.deps import EngineDep
from server.history import Minute, hourly, minutes, with_gaps
from server.pages.view import SignedView

router = APIRouter(include_in_schema=False)
Hours = Annotated[int, Query(ge=1, le=24)]
_encoder = msgspec.json.Encoder()


@router.get("/schools/{emis}/chart.json")
def chart_json(
    request: Request, emis: str, visitor: VisitorDep, engine: EngineDep, hours: Hours = 24, link: str = ""
) -> Response:
    """Columns of equal length: `t` Unix s, `rtt` ms, `loss` %, `margin` dB; a null after a gap keeps lines apart."""
    now = datetime.now(UTC)
    with db.reading(engine) as session:
        school = scoping.school_seen(session, emis, visitor.scope)
        versions = [hearing.version for _, hearing in queries.agents_of(session, school)]
        etag = f'W/"{school.id}-{".".join(map(str, versions))}-{hours}-{int(now.timestamp() // 600)}"'
        headers = {"etag": etag, "cache-control": "no-cache, private"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        found = with_gaps(_minutes(session, school, now, hours, link))
    columns: dict[str, Any] = {
        "t": [round(p.at_ms / 1000) for p in found],
        "rtt": [None if p.rtt is None else round(p.rtt * 1000, 1) for p in found],
        "loss": [p.loss for p in found],
        "margin": [p.margin for p in found],
        "from": round((now - timedelta(hours=hours)).timestamp()),
        "to": round(now.timestamp()),
    }
    return Response(_encoder.encode(columns), headers=headers, media_type="application/json")


@router.get("/schools/{emis}/chart")
def chart_table(emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, link: str = "") -> Response:
    with db.reading(engine) as session:
        school = scoping.school_seen(session, emis, visitor.scope)
        found = _minutes(session, school, view.now, 24, link)
    hours = hourly(found, _ms(view.now - timedelta(hours=24)), _ms(view.now))
    return view.page("chart_table.html", school=school, hours=hours, instant=_instant)


def _minutes(session: Session, school: School, now: datetime, hours: int, link: str) -> list[Minute]:
    """Of one link of the school: the one with this device key, else the first that there is."""
    since_ms = _ms(now - timedelta(hours=hours))
    for _, hearing in queries.agents_of(session, school):
        found = minutes(session, hearing.agent_id, hearing.head_number, since_ms, _ms(now), link)
        if found:
            return found
    return []


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
