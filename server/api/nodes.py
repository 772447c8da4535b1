"""/api/v1/nodes: what links hang on: providers, exchanges, OLTs, base stations, cables, power feeders, as a tree."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import connections
from inventory.network import NodeKind
from inventory.tables import Node
from server import db
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, matched, page_of
from server.api.districts import Latitude, Longitude
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["nodes"])
Code = Annotated[str, Path(max_length=40)]
NodeCode = Annotated[str, Field(min_length=1, max_length=40), Plain]
Name = Annotated[str, Field(min_length=1, max_length=120), Plain]
Unit = Annotated[str, Field(min_length=1, max_length=12), Plain]
Parent = aliased(Node)


class NodeIn(BaseModel):
    """`parent`: the code of the node that feeds this one. `district`: where it stands, if in one place."""

    code: NodeCode
    name: Name
    kind: NodeKind
    parent: NodeCode | None = None
    district: Unit | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class NodeEdit(BaseModel):
    """What is left out stays as it is; null takes a node off its parent, its district, its point, or opens it again."""

    name: Name | None = None
    kind: NodeKind | None = None
    parent: NodeCode | None = None
    district: Unit | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    closed_on: date | None = None


@router.get("/nodes")
def nodes(
    request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep, kind: NodeKind | None = None,
    under: Annotated[str, Query(max_length=40), Plain] = "",
) -> Response:  # fmt: skip
    """By code. `under`: a node and all that it feeds."""
    statement = select(Node, col(Parent.code)).join(Parent, col(Parent.id) == col(Node.parent_id), isouter=True)
    if kind is not None:
        statement = statement.where(Node.kind == kind)
    with db.reading(engine) as session:
        if under:
            root = connections.node_with_code(session, under)
            statement = statement.where(col(Node.id).in_(connections.subtree(session, root)))
        return page_of(
            request, session, statement, (col(Node.code),), asked, lambda row: as_json(*row),
            key_of=lambda row: (row[0].code,),
        )  # fmt: skip


@router.post("/nodes", status_code=201)
def opened(request: Request, form: NodeIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        facts = _columns(session, form)
        code, name, kind = facts.pop("code"), facts.pop("name"), facts.pop("kind")
        node = connections.node_opened(session, code, name, kind, by=who, at=datetime.now(UTC), **facts)
        return Answer(201, as_json(node, form.parent), node.version, f"/api/v1/nodes/{node.code}")

    return changing(request, who, body, act)


@router.get("/nodes/{code}")
def node(code: Code, who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        row = connections.node_with_code(session, code)
        return answered(Answer(200, as_json(row, _parent(session, row)), row.version))


@router.patch("/nodes/{code}")
def changed(request: Request, code: Code, form: NodeEdit, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        row = connections.node_with_code(session, code)
        matched(request, row.version)
        facts = {
            name: value for name, value in _columns(session, form).items()
            if value is not None or name not in ("name", "kind")
        }  # fmt: skip
        connections.node_changed(session, row, facts, by=who, at=datetime.now(UTC))
        return Answer(200, as_json(row, _parent(session, row)), row.version)

    return changing(request, who, body, act)


def as_json(node: Node, parent: str | None) -> dict[str, Any]:
    return {
        "code": node.code, "name": node.name, "kind": node.kind, "parent": parent, "district": node.district_code,
        "latitude": node.latitude, "longitude": node.longitude, "closed_on": node.closed_on, "version": node.version,
    }  # fmt: skip


def _columns(session: Session, form: BaseModel) -> dict[str, Any]:
    facts = form.model_dump(exclude_unset=True)
    if "district" in facts:
        facts["district_code"] = facts.pop("district")
    if "parent" in facts:
        code = facts.pop("parent")
        facts["parent_id"] = None if code is None else connections.node_with_code(session, code).id
    return facts


def _parent(session: Session, node: Node) -> str | None:
    return session.get_one(Node, node.parent_id).code if node.parent_id is not None else None
