"""/api/v1/trace: every change, in its order. /api/v1/personal-reads: who saw personal data."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import col
from starlette.responses import Response

from inventory.roles import Permission
from inventory.tables import PersonalRead, Trace
from server import db, traces
from server.api.core import AskedDep, Plain, WhoDep, page_of
from server.deps import EngineDep
from server.traces import Wanted

router = APIRouter(prefix="/api/v1", tags=["trace"])
Word = Annotated[str, Query(max_length=120), Plain]


def wanted(
    noun: Word = "", key: Word = "", by: Word = "", verb: Word = "", school: Word = "",
    since: datetime | None = None, until: datetime | None = None,
) -> Wanted:  # fmt: skip
    """Times without a zone are read as UTC."""
    return Wanted(noun, key, by, verb, school, _aware(since), _aware(until))


WantedDep = Annotated[Wanted, Depends(wanted)]


@router.get("/trace")
def changes(request: Request, who: WhoDep, asked: AskedDep, wanted: WantedDep, engine: EngineDep) -> Response:
    """`hash` (hex) is SHA-256 of the hash before it and of the row; see docs/rights.md."""
    who.must(Permission.SEE_TRACE)
    with db.reading(engine) as session:
        return page_of(
            request, session, traces.changes(who.scope, wanted), (col(Trace.number),), asked, _change,
            key_of=lambda row: (row[0].number,),
        )  # fmt: skip


@router.get("/personal-reads")
def reads(request: Request, who: WhoDep, asked: AskedDep, wanted: WantedDep, engine: EngineDep) -> Response:
    who.must(Permission.SEE_TRACE)
    with db.reading(engine) as session:
        return page_of(
            request, session, traces.reads(who.scope, wanted), (col(PersonalRead.id),), asked, _read,
            key_of=lambda row: (row[0].id,),
        )  # fmt: skip


def _aware(when: datetime | None) -> datetime | None:
    return when.replace(tzinfo=UTC) if when is not None and when.tzinfo is None else when


def _change(row: Any) -> dict[str, Any]:
    trace, emis = row
    names = ("number", "at", "by", "request", "verb", "noun", "key", "before", "after", "reason")
    return {name: getattr(trace, name) for name in names} | {"school": emis, "hash": trace.hash.hex()}


def _read(row: Any) -> dict[str, Any]:
    read, emis = row
    names = ("id", "at", "by", "request", "noun", "key")
    return {name: getattr(read, name) for name in names} | {"school": emis}
