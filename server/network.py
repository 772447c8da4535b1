"""What pages and doors ask about links and the nodes they hang on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from inventory import connections
from inventory.folding import az_key
from inventory.network import LinkKind
from inventory.roles import Scope
from inventory.scoping import within
from inventory.tables import Link, Node, School

Provider, Feeder = aliased(Node), aliased(Node)


@dataclass(frozen=True, slots=True)
class Wired:
    """A link with what it hangs on."""

    link: Link
    school: School
    provider: Node | None
    node: Node | None
    feeder: Node | None


@dataclass(frozen=True, slots=True)
class Connected:
    """What was connected on a day. `undated`: links of which nobody knows since when; they count nowhere else."""

    on: date
    links: int
    schools: int
    by_kind: Mapping[LinkKind, tuple[int, int]]
    undated: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of the tree as it is shown: how deep it stands, and how many live links hang on it and beneath."""

    node: Node
    depth: int
    links: int


def wired() -> Select[*tuple[Any, ...]]:
    """Links with their school and their three nodes; narrow it with `within`."""
    return (
        select(Link, School, Provider, Node, Feeder)
        .join(School, col(School.id) == col(Link.school_id))
        .join(Provider, col(Provider.id) == col(Link.provider_id), isouter=True)
        .join(Node, col(Node.id) == col(Link.node_id), isouter=True)
        .join(Feeder, col(Feeder.id) == col(Link.feeder_id), isouter=True)
    )


def links_of(session: Session, school: School) -> list[Wired]:
    """The history of a school's links: those that still are, then those that ended, the newest first."""
    rows = [Wired(*row) for row in session.execute(wired().where(col(Link.school_id) == school.id))]
    newest = sorted(rows, key=lambda row: row.link.from_on or date.min, reverse=True)
    return sorted(newest, key=lambda row: row.link.until_on is not None)


def link_with_code(session: Session, code: str, scope: Scope) -> Wired | None:
    row = session.execute(within(wired(), scope).where(col(Link.code) == code)).first()
    return Wired(*row) if row else None


def connected(session: Session, scope: Scope, on: date, district: str = "") -> Connected:
    of_school = col(School.id) == col(Link.school_id)
    by_kind = select(col(Link.kind), func.count(), func.count(col(Link.school_id).distinct())).join(School, of_school)
    schools = select(func.count(col(Link.school_id).distinct())).join(School, of_school)
    undated = select(func.count()).select_from(Link).join(School, of_school)
    if district:
        here = col(School.district_code) == district
        by_kind, schools, undated = by_kind.where(here), schools.where(here), undated.where(here)
    live = connections.live_on(on)
    kinds = {
        kind: (links, at)
        for kind, links, at in session.execute(within(by_kind, scope).where(live).group_by(col(Link.kind)))
    }
    unknown = within(undated, scope).where(col(Link.from_on).is_(None), col(Link.until_on).is_(None))
    return Connected(
        on,
        sum(links for links, _ in kinds.values()),
        session.scalar(within(schools, scope).where(live)) or 0,
        {kind: kinds[kind] for kind in LinkKind if kind in kinds},
        session.scalar(unknown) or 0,
    )


def tree(session: Session, scope: Scope, on: date) -> list[Branch]:
    """All nodes, each before what it feeds, with the live links of the scope that hang on it and beneath."""
    nodes = {node.id or 0: node for node in session.scalars(select(Node))}
    direct = _direct(session, scope, on)
    children: dict[int | None, list[Node]] = {}
    for node in sorted(nodes.values(), key=lambda node: az_key(node.name)):
        children.setdefault(node.parent_id, []).append(node)
    out: list[Branch] = []

    def add(node: Node, depth: int) -> set[int]:
        place = len(out)
        out.append(Branch(node, depth, 0))
        beneath = set(direct.get(node.id or 0, ()))
        for child in children.get(node.id, ()):
            beneath |= add(child, depth + 1)
        out[place] = Branch(node, depth, len(beneath))
        return beneath

    for root in children.get(None, ()):
        add(root, 0)
    return out


def _direct(session: Session, scope: Scope, on: date) -> dict[int, set[int]]:
    """Ids of live links by each node that they name."""
    rows = select(col(Link.id), col(Link.provider_id), col(Link.node_id), col(Link.feeder_id)).join(
        School, col(School.id) == col(Link.school_id)
    )
    found: dict[int, set[int]] = {}
    for link_id, *named in session.execute(within(rows, scope).where(connections.live_on(on))):
        for node_id in named:
            if node_id is not None:
                found.setdefault(node_id, set()).add(link_id)
    return found


def hanging(session: Session, node: Node, scope: Scope, on: date, *, most: int) -> Sequence[Wired]:
    """The live links of the scope that hang on a node or beneath it."""
    ids = connections.subtree(session, node)
    rows = within(wired(), scope).where(connections.hanging_on(ids), connections.live_on(on))
    return [Wired(*row) for row in session.execute(rows.order_by(col(School.name), col(Link.code)).limit(most))]
