"""What schools hang on comes into the register and changes there: upstream nodes as a tree, and links."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from inventory import trace
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.network import LinkKind, NodeKind, makes_circle
from inventory.roles import Permission, Who
from inventory.tables import District, Link, Node, School

NODE_FACTS: Final = frozenset({
    "name", "kind", "parent_id", "district_code", "latitude", "longitude", "closed_on",
})  # fmt: skip
LINK_FACTS: Final = frozenset({
    "kind", "provider_id", "node_id", "feeder_id", "contract_no", "down_kbits", "up_kbits", "intranet", "internet",
    "teaching", "fibres", "programme", "from_on", "until_on",
})  # fmt: skip
HANGS_ON: Final = {"provider_id": NodeKind.PROVIDER, "node_id": None, "feeder_id": NodeKind.POWER_FEEDER}
MOST_KBITS: Final = 1_000_000_000


def node_opened(session: Session, code: str, name: str, kind: NodeKind, *, by: Who, at: datetime, **facts: Any) -> Node:
    """An upstream node under its code; `facts`: more of NODE_FACTS. Conflict where the code is taken."""
    by.must(Permission.KEEP_PLACES)
    _code(code, 40)
    trace.held(session)
    if session.exec(select(Node).where(Node.code == code)).first():
        raise Conflict("A node with the code %(code)s is there already.", code=code)
    wanted = {"name": name, "kind": kind, **facts}
    _answers_for(by, wanted.get("district_code"))
    node = Node(code=code, name=name, kind=kind)
    _node_checked(session, node, wanted)
    for field, value in wanted.items():
        setattr(node, field, value)
    session.add(node)
    session.flush()
    trace.changed(session, "opened", "node", code, by=by, at=at, after=wanted)
    return node


def node_changed(session: Session, node: Node, facts: Mapping[str, Any], *, by: Who, at: datetime) -> bool:
    """False where nothing differs. Conflict for a circle, and for a node that closes while something hangs on it."""
    by.must(Permission.KEEP_PLACES)
    if strange := set(facts) - NODE_FACTS:
        raise Invalid(min(strange), "A node has no “%(field)s” that can be changed.", field=min(strange))
    _answers_for(by, node.district_code)
    _answers_for(by, facts.get("district_code", node.district_code))
    trace.held(session)
    wanted = dict(facts)
    _node_checked(session, node, wanted)
    before, after = trace.difference({name: getattr(node, name) for name in wanted}, wanted)
    if not after:
        return False
    if after.get("closed_on") is not None:
        _nothing_hangs_on(session, node, after["closed_on"])
    for field, value in after.items():
        setattr(node, field, value)
    node.version += 1
    session.add(node)
    session.flush()
    trace.changed(session, "changed", "node", node.code, by=by, at=at, before=before, after=after)
    return True


def link_opened(
    session: Session, school: School, code: str, kind: LinkKind, *, by: Who, at: datetime, **facts: Any
) -> Link:
    """A link of a school under its code; `facts`: more of LINK_FACTS. Conflict where the code is taken."""
    by.must(Permission.KEEP_PLACES)
    _code(code, 60)
    trace.held(session)
    if session.exec(select(Link).where(Link.code == code)).first():
        raise Conflict("A link with the code %(code)s is there already.", code=code)
    link = Link(school_id=school.id or 0, code=code, kind=kind)
    wanted = {"kind": kind, **facts}
    _link_checked(session, link, wanted)
    for field, value in wanted.items():
        setattr(link, field, value)
    session.add(link)
    session.flush()
    trace.changed(session, "opened", "link", code, by=by, at=at, after=wanted, school_id=school.id)
    return link


def link_changed(session: Session, link: Link, facts: Mapping[str, Any], *, by: Who, at: datetime) -> bool:
    """False where nothing differs. A link ends by its `until_on`: the first day on which it is no longer there."""
    by.must(Permission.KEEP_PLACES)
    if strange := set(facts) - LINK_FACTS:
        raise Invalid(min(strange), "A link has no “%(field)s” that can be changed.", field=min(strange))
    trace.held(session)
    wanted = dict(facts)
    _link_checked(session, link, wanted)
    before, after = trace.difference({name: getattr(link, name) for name in wanted}, wanted)
    if not after:
        return False
    for field, value in after.items():
        setattr(link, field, value)
    link.version += 1
    session.add(link)
    session.flush()
    trace.changed(
        session, "changed", "link", link.code, by=by, at=at, before=before, after=after, school_id=link.school_id
    )
    return True


def live_on(day: date) -> ColumnElement[bool]:
    """A condition on `link`: connected on this day (inventory.network.is_live, in SQL)."""
    still = or_(col(Link.until_on).is_(None), col(Link.until_on) > day)
    return (col(Link.from_on) <= day) & still


def subtree(session: Session, node: Node) -> list[int]:
    """The ids of a node and of all that it feeds."""
    tree = select(col(Node.id)).where(col(Node.id) == node.id).cte("subtree", recursive=True)
    tree = tree.union(select(col(Node.id)).where(col(Node.parent_id) == tree.c.id))
    return list(session.scalars(select(tree.c.id)))


def node_with_code(session: Session, code: str) -> Node:
    node = session.exec(select(Node).where(Node.code == code)).first()
    if node is None:
        raise NotFound("There is no node with the code %(code)s.", code=code)
    return node


def hanging_on(node_ids: Sequence[int]) -> ColumnElement[bool]:
    """A condition on `link`: one of these nodes carries it, feeds it, or provides it."""
    return or_(*(col(getattr(Link, field)).in_(node_ids) for field in HANGS_ON))


def _answers_for(by: Who, district: str | None) -> None:
    """A node of no single district carries schools of many: it is kept by whoever keeps the country."""
    if not (by.scope.districts is None or (district is not None and district in by.scope.districts)):
        raise Refused("This node does not lie in a district that you keep.")


def _nothing_hangs_on(session: Session, node: Node, day: date) -> None:
    children = select(Node.code).where(Node.parent_id == node.id, col(Node.closed_on).is_(None))
    if child := session.exec(children.order_by(col(Node.code))).first():
        raise Conflict("%(child)s hangs on this node; close it or hang it elsewhere first.", child=child)
    ends_later = or_(col(Link.until_on).is_(None), col(Link.until_on) > day)
    links = select(Link.code).where(hanging_on([node.id or 0]), ends_later).order_by(col(Link.code))
    if link := session.exec(links).first():
        raise Conflict("The link %(link)s hangs on this node; end it or hang it elsewhere first.", link=link)


def _node_checked(session: Session, node: Node, wanted: dict[str, Any]) -> None:
    if "name" in wanted and not (
        wanted["name"].strip() and len(wanted["name"]) <= 120 and wanted["name"].isprintable()
    ):
        raise Invalid("name", "This cannot be a name; right are 1 to 120 printable characters.")
    if "kind" in wanted:
        wanted["kind"] = NodeKind(wanted["kind"])
    for field, limit in (("latitude", 90), ("longitude", 180)):
        if wanted.get(field) is not None and not -limit <= wanted[field] <= limit:
            raise Invalid(field, "%(value)s are no degrees; right is a number from -%(limit)s to %(limit)s.",
                          value=wanted[field], limit=limit)  # fmt: skip
    if wanted.get("district_code") is not None and session.get(District, wanted["district_code"]) is None:
        raise Invalid("district_code", "There is no district %(code)s.", code=wanted["district_code"])
    if wanted.get("parent_id") is not None:
        parent = session.get(Node, wanted["parent_id"])
        if parent is None or parent.closed_on is not None:
            raise Invalid("parent_id", "There is no such node that could feed another.")
        if node.id is not None:
            parents = {row[0] or 0: row[1] for row in session.exec(select(Node.id, Node.parent_id))}
            if makes_circle(node.id, parent.id, parents):
                raise Conflict("%(code)s would feed itself; choose a node that does not hang on it.", code=node.code)


def _link_checked(session: Session, link: Link, wanted: dict[str, Any]) -> None:
    if "kind" in wanted:
        wanted["kind"] = LinkKind(wanted["kind"])
    for field, kind in HANGS_ON.items():
        if wanted.get(field) is None or wanted[field] == getattr(link, field):
            continue
        node = session.get(Node, wanted[field])
        if node is None or node.closed_on is not None or (kind is not None and node.kind is not kind):
            raise Invalid(field, "There is no such node that a link could hang on here.")
    for field, most in (("down_kbits", MOST_KBITS), ("up_kbits", MOST_KBITS), ("fibres", 1000)):
        if wanted.get(field) is not None and not 0 < wanted[field] <= most:
            raise Invalid(field, "%(value)s cannot be right; right is a number from 1 to %(most)s.",
                          value=wanted[field], most=most)  # fmt: skip
    for field in ("contract_no", "programme"):
        if len(wanted.get(field) or "") > 60 or not (wanted.get(field) or " ").isprintable():
            raise Invalid(field, "This is too long; right are at most 60 printable characters.")
    begin, end = (wanted.get(field, getattr(link, field)) for field in ("from_on", "until_on"))
    if begin is not None and end is not None and end < begin:
        raise Invalid("until_on", "The end lies before the beginning; right is a later end.")


def _code(code: str, longest: int) -> None:
    if not (code.strip() and len(code) <= longest and code.isprintable() and "/" not in code):
        raise Invalid("code", "This cannot be a code; right are 1 to %(longest)s printable characters without /.",
                      longest=longest)  # fmt: skip
