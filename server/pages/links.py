"""The links of a school with their history, and the tree of nodes that links hang on."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inventory import connections, scoping
from inventory.errors import Conflict, Invalid, NotFound
from inventory.network import LinkKind, NodeKind
from inventory.roles import Permission
from inventory.tables import Link, Node, School
from server import auth, db, network, schools
from server.auth import Visitor, VisitorDep
from server.deps import EngineDep
from server.pages.forms import day, ticked, unchanged, whole
from server.pages.typed import line
from server.pages.view import SignedView, View
from server.pages.words_places import NODES
from server.pages.words_register import LINKS

NO_SUCH_LINK: Final = "There is no such link at this school."
MOST: Final = 500
BLANK: Final = dict.fromkeys(
    ("code", "version", "provider", "node", "feeder", "contract_no", "down_kbits", "up_kbits", "fibres", "programme",
     "from_on", "until_on"), "",
) | {"kind": LinkKind.ADSL.value, "intranet": "1", "internet": "1", "teaching": "1"}  # fmt: skip
BLANK_NODE: Final = dict.fromkeys(("code", "version", "name", "parent", "district", "closed"), "") | {
    "kind": NodeKind.EXCHANGE.value
}
Cell = Annotated[str, Form(max_length=200)]

router = APIRouter(include_in_schema=False)


@router.get("/schools/{emis}/links")
def shown(emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        return view.page("school_links.html", fault="", typed=BLANK, **_parts(session, view, visitor, emis))


@router.post("/schools/{emis}/links", dependencies=[auth.OwnForm])
def changed(
    emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, code: Cell = "", version: Cell = "",
    kind: Cell = "", provider: Cell = "", node: Cell = "", feeder: Cell = "", contract_no: Cell = "",
    down_kbits: Cell = "", up_kbits: Cell = "", fibres: Cell = "", programme: Cell = "", from_on: Cell = "",
    until_on: Cell = "", intranet: Cell = "", internet: Cell = "", teaching: Cell = "",
) -> Response:  # fmt: skip
    """A new link, or, with the `version` that was shown, one that is there."""
    typed = {
        "code": line(code), "version": version, "kind": kind, "provider": provider, "node": node, "feeder": feeder,
        "contract_no": line(contract_no), "down_kbits": down_kbits, "up_kbits": up_kbits, "fibres": fibres,
        "programme": line(programme), "from_on": from_on, "until_on": until_on, "intranet": intranet,
        "internet": internet, "teaching": teaching,
    }  # fmt: skip
    try:
        with db.writing(engine) as session:
            school = scoping.school_seen(session, emis, visitor.scope)
            _write(session, school, typed, view, visitor)
    except (Invalid, Conflict) as error:
        with db.reading(engine) as session:
            parts = _parts(session, view, visitor, emis)
            return view.page("school_links.html", 422, fault=view.told(error), typed=typed, **parts)
    return RedirectResponse(f"/schools/{emis}/links", 303)


def _write(session: Session, school: School, typed: dict[str, str], view: View, visitor: Visitor) -> None:
    if typed["kind"] not in set(LinkKind):
        raise Invalid("kind", "There is no such kind of link.")
    facts: dict[str, Any] = {
        "kind": LinkKind(typed["kind"]), "contract_no": typed["contract_no"], "programme": typed["programme"],
        **{name: whole(typed[name], name) for name in ("down_kbits", "up_kbits", "fibres")},
        **{name: day(typed[name], name) for name in ("from_on", "until_on")},
        **{name: ticked(typed[name]) for name in ("intranet", "internet", "teaching")},
        **{f"{name}_id": _node_id(session, typed[name]) for name in ("provider", "node", "feeder")},
    }  # fmt: skip
    if not typed["version"]:
        connections.link_opened(session, school, typed["code"], facts.pop("kind"), by=visitor.who, at=view.now, **facts)
        return
    asked = select(Link).where(col(Link.school_id) == school.id, col(Link.code) == typed["code"])
    link = session.exec(asked).first()
    if link is None:
        raise NotFound(NO_SUCH_LINK)
    unchanged(typed["version"], link.version)
    connections.link_changed(session, link, facts, by=visitor.who, at=view.now)


def _node_id(session: Session, code: str) -> int | None:
    return connections.node_with_code(session, code).id if code.strip() else None


def _parts(session: Session, view: View, visitor: Visitor, emis: str) -> dict[str, Any]:
    school = scoping.school_seen(session, emis, visitor.scope)
    nodes = session.exec(select(Node).where(col(Node.closed_on).is_(None)).order_by(col(Node.name))).all()
    return {
        "school": school,
        "links": network.links_of(session, school),
        "nodes": nodes,
        "blank": BLANK,
        "node_kinds": NODES,
        "NodeKind": NodeKind,
        "kinds": LINKS,
        "today": _today(view),
        "may_keep": visitor.who.may(Permission.KEEP_PLACES),
        "may_see_contacts": visitor.who.may(Permission.SEE_CONTACTS),
    }


def _today(view: View) -> date:
    return view.formats.local(view.now).date()


@router.get("/nodes")
def tree(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, node: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """With `node`, the links that hang on it and beneath, and the form that changes it."""
    with db.reading(engine) as session:
        return view.page("nodes.html", fault="", typed=BLANK_NODE, **_node_parts(session, view, visitor, node))


@router.post("/nodes", dependencies=[auth.OwnForm])
def node_changed(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, code: Cell = "", version: Cell = "", name: Cell = "",
    kind: Cell = "", parent: Cell = "", district: Cell = "", closed: Cell = "",
) -> Response:  # fmt: skip
    """A new node, or, with the `version` that was shown, one that is there."""
    typed = {
        "code": line(code), "version": version, "name": line(name), "kind": kind, "parent": parent,
        "district": district, "closed": closed,
    }  # fmt: skip
    try:
        with db.writing(engine) as session:
            _write_node(session, typed, view, visitor)
    except (Invalid, Conflict, NotFound) as error:
        with db.reading(engine) as session:
            parts = _node_parts(session, view, visitor, typed["code"] if version else "")
            return view.page("nodes.html", 422, fault=view.told(error), typed=typed, **parts)
    return RedirectResponse("/nodes", 303)


def _write_node(session: Session, typed: dict[str, str], view: View, visitor: Visitor) -> None:
    if typed["kind"] not in set(NodeKind):
        raise Invalid("kind", "There is no such kind of node.")
    facts: dict[str, Any] = {
        "name": typed["name"], "kind": NodeKind(typed["kind"]), "district_code": typed["district"] or None,
        "parent_id": _node_id(session, typed["parent"]),
    }  # fmt: skip
    if not typed["version"]:
        name, kind = facts.pop("name"), facts.pop("kind")
        connections.node_opened(session, typed["code"], name, kind, by=visitor.who, at=view.now, **facts)
        return
    node = connections.node_with_code(session, typed["code"])
    unchanged(typed["version"], node.version)
    if ticked(typed["closed"]) != (node.closed_on is not None):
        facts["closed_on"] = _today(view) if ticked(typed["closed"]) else None
    connections.node_changed(session, node, facts, by=visitor.who, at=view.now)


def _node_parts(session: Session, view: View, visitor: Visitor, code: str) -> dict[str, Any]:
    chosen = connections.node_with_code(session, code) if code else None
    hanging = network.hanging(session, chosen, visitor.scope, _today(view), most=MOST) if chosen else []
    return {
        "tree": network.tree(session, visitor.scope, _today(view)),
        "chosen": chosen,
        "parent": session.get_one(Node, chosen.parent_id).code if chosen and chosen.parent_id else "",
        "hanging": hanging,
        "kinds": NODES,
        "link_kinds": LINKS,
        "names": schools.names_of_districts(session, view.language),
        "may_keep": visitor.who.may(Permission.KEEP_PLACES),
    }
