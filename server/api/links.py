"""/api/v1/links: lines of schools, what they hang on, and how many were connected on a day."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col
from starlette.responses import Response

from inventory import connections, scoping
from inventory.errors import NotFound
from inventory.network import LinkKind
from inventory.roles import Scope
from inventory.scoping import NO_SUCH_PAGE
from inventory.tables import Link, School
from server import db, network
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, matched, page_of
from server.api.nodes import NodeCode
from server.deps import EngineDep
from server.network import Wired

router = APIRouter(prefix="/api/v1", tags=["links"])
Code = Annotated[str, Path(max_length=60)]
Kbits = Annotated[int, Field(ge=1, le=1_000_000_000)]
Short = Annotated[str, Field(max_length=60), Plain]
NODES = {"provider": "provider_id", "node": "node_id", "feeder": "feeder_id"}


class LinkFacts(BaseModel):
    """`provider`, `node`, `feeder`: codes of nodes. Speeds: contracted, kbit/s. `until_on`: first day without it."""

    provider: NodeCode | None = None
    node: NodeCode | None = None
    feeder: NodeCode | None = None
    contract_no: Short = ""
    down_kbits: Kbits | None = None
    up_kbits: Kbits | None = None
    intranet: bool = True
    internet: bool = True
    teaching: bool = True
    fibres: Annotated[int, Field(ge=1, le=1000)] | None = None
    programme: Short = ""
    from_on: date | None = None
    until_on: date | None = None


class LinkIn(LinkFacts):
    school: Annotated[str, Field(min_length=1, max_length=32), Plain]
    code: Annotated[str, Field(min_length=1, max_length=60), Plain]
    kind: LinkKind


class LinkEdit(LinkFacts):
    """What is left out stays as it is; null empties what may be empty."""

    kind: LinkKind | None = None


@router.get("/links")
def links(
    request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep, on: date | None = None,
    kind: LinkKind | None = None, school: Annotated[str, Query(max_length=32), Plain] = "",
    district: Annotated[str, Query(max_length=12), Plain] = "",
    under: Annotated[str, Query(max_length=40), Plain] = "",
) -> Response:  # fmt: skip
    """By code. `on`: connected on this day; `under`: hanging on this node or on what it feeds."""
    statement = scoping.within(network.wired(), who.scope)
    if on is not None:
        statement = statement.where(connections.live_on(on))
    if kind is not None:
        statement = statement.where(col(Link.kind) == kind)
    if school:
        statement = statement.where(col(School.emis) == school)
    if district:
        statement = statement.where(col(School.district_code) == district)
    with db.reading(engine) as session:
        if under:
            ids = connections.subtree(session, connections.node_with_code(session, under))
            statement = statement.where(connections.hanging_on(ids))
        return page_of(
            request, session, statement, (col(Link.code),), asked, lambda row: as_json(Wired(*row)),
            key_of=lambda row: (row[0].code,),
        )  # fmt: skip


@router.get("/links/connected")
def connected(
    who: WhoDep, engine: EngineDep, on: date, district: Annotated[str, Query(max_length=12), Plain] = ""
) -> Response:
    """How many links and schools were connected on a day, by kind. `undated`: links without a known beginning."""
    with db.reading(engine) as session:
        told = network.connected(session, who.scope, on, district)
    by_kind = {kind: {"links": links, "schools": at} for kind, (links, at) in told.by_kind.items()}
    return answered(Answer(200, {
        "on": told.on, "links": told.links, "schools": told.schools, "by_kind": by_kind, "undated": told.undated,
    }))  # fmt: skip


@router.post("/links", status_code=201)
def opened(request: Request, form: LinkIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        school = scoping.school_seen(session, form.school, who.scope)
        facts = _columns(session, form)
        for name in ("school", "code", "kind"):
            facts.pop(name)
        link = connections.link_opened(
            session, school, form.code, form.kind, by=who, at=datetime.now(UTC), **facts
        )  # fmt: skip
        return _answer(session, link.code, who.scope, 201)

    return changing(request, who, body, act)


@router.get("/links/{code}")
def link(code: Code, who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        return answered(_answer(session, code, who.scope, 200))


@router.patch("/links/{code}")
def changed(request: Request, code: Code, form: LinkEdit, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        row = _there(session, code, who.scope).link
        matched(request, row.version)
        facts = _columns(session, form)
        if facts.get("kind", row) is None:
            facts.pop("kind")
        connections.link_changed(session, row, facts, by=who, at=datetime.now(UTC))
        return _answer(session, code, who.scope, 200)

    return changing(request, who, body, act)


def as_json(row: Wired) -> dict[str, Any]:
    names = (
        "contract_no", "down_kbits", "up_kbits", "intranet", "internet", "teaching", "fibres", "programme", "from_on",
        "until_on", "version",
    )  # fmt: skip
    hangs = {"provider": row.provider, "node": row.node, "feeder": row.feeder}
    return {
        "code": row.link.code, "school": row.school.emis, "kind": row.link.kind,
        **{name: node and node.code for name, node in hangs.items()},
        **{name: getattr(row.link, name) for name in names},
    }  # fmt: skip


def _answer(session: Session, code: str, scope: Scope, status: int) -> Answer:
    row = _there(session, code, scope)
    return Answer(status, as_json(row), row.link.version, f"/api/v1/links/{code}" if status == 201 else "")


def _there(session: Session, code: str, scope: Scope) -> Wired:
    row = network.link_with_code(session, code, scope)
    if row is None:
        raise NotFound(NO_SUCH_PAGE)
    return row


def _columns(session: Session, form: BaseModel) -> dict[str, Any]:
    """Codes of nodes become their ids."""
    facts = form.model_dump(exclude_unset=True)
    for name, column in NODES.items():
        if name in facts:
            code = facts.pop(name)
            facts[column] = None if code is None else connections.node_with_code(session, code).id
    return facts
