"""Nodes are a tree, links hang on it, and what was connected on a day is a question."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from inventory import connections
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.network import LinkKind, NodeKind, is_live, makes_circle
from inventory.tables import Link, Node, Trace
from tests import cast

PARENTS = {1: None, 2: 1, 3: 2, 4: 1}
JAN, JUNE, DECEMBER = date(2011, 1, 1), date(2011, 6, 1), date(2011, 12, 31)


@pytest.mark.parametrize(
    ("node", "parent", "circle"),
    [
        pytest.param(1, 3, True, id="a provider that hangs on its own exchange"),
        pytest.param(2, 2, True, id="a node that hangs on itself"),
        pytest.param(3, 4, False, id="a cable moved to the other exchange"),
        pytest.param(3, None, False, id="a node that hangs on nothing"),
    ],
)
def test_a_tree_has_no_circle(node: int, parent: int | None, circle: bool) -> None:
    assert makes_circle(node, parent, PARENTS) is circle


@pytest.mark.parametrize(
    ("from_on", "until_on", "live"),
    [
        pytest.param(JAN, None, True, id="begun and not ended"),
        pytest.param(DECEMBER, None, True, id="on its first day"),
        pytest.param(JAN, DECEMBER, False, id="on the first day without it"),
        pytest.param(date(2012, 1, 1), None, False, id="not yet"),
        pytest.param(None, None, False, id="an unknown beginning proves nothing"),
    ],
)
def test_a_link_is_live(from_on: date | None, until_on: date | None, live: bool) -> None:
    assert is_live(from_on, until_on, DECEMBER) is live


def open_node(session: Session, code: str, kind: NodeKind = NodeKind.EXCHANGE, **facts: Any) -> Node:
    return connections.node_opened(session, code, code.upper(), kind, by=cast.CONSOLE, at=cast.NOW, **facts)


def change(session: Session, node: Node, **facts: Any) -> bool:
    return connections.node_changed(session, node, facts, by=cast.CONSOLE, at=cast.NOW)


def test_a_node_knows_what_it_feeds(session: Session) -> None:
    provider = open_node(session, "aztelekom", NodeKind.PROVIDER)
    exchange = open_node(session, "ats-427", parent_id=provider.id)
    cable = open_node(session, "cable-1", NodeKind.CABLE, parent_id=exchange.id)
    other = open_node(session, "ats-423", parent_id=provider.id)
    assert sorted(connections.subtree(session, exchange)) == sorted([exchange.id or 0, cable.id or 0])
    assert len(connections.subtree(session, provider)) == 4
    with pytest.raises(Conflict, match="would feed itself"):
        change(session, provider, parent_id=cable.id)
    assert change(session, cable, parent_id=other.id)
    assert connections.subtree(session, exchange) == [exchange.id]


def test_a_node_on_which_something_hangs_does_not_close(session: Session) -> None:
    school = cast.enter(session).school
    provider = open_node(session, "aztelekom", NodeKind.PROVIDER)
    exchange = open_node(session, "ats-427", parent_id=provider.id)
    link = connections.link_opened(
        session, school, "190-1", LinkKind.FIBER, by=cast.CONSOLE, at=cast.NOW, node_id=exchange.id,
        provider_id=provider.id, from_on=JAN, fibres=6, down_kbits=100_000,
    )  # fmt: skip
    with pytest.raises(Conflict, match="190-1 hangs on this node"):
        change(session, exchange, closed_on=DECEMBER)
    assert connections.link_changed(session, link, {"until_on": JUNE}, by=cast.CONSOLE, at=cast.NOW)
    with pytest.raises(Conflict, match="ats-427 hangs on this node"):
        change(session, provider, closed_on=DECEMBER)
    assert change(session, exchange, closed_on=DECEMBER)
    assert change(session, provider, closed_on=DECEMBER)
    with pytest.raises(Invalid, match="no such node"):
        connections.link_changed(session, link, {"feeder_id": exchange.id}, by=cast.CONSOLE, at=cast.NOW)
    verbs = session.exec(select(Trace.verb, Trace.key).where(Trace.noun == "link")).all()
    assert list(verbs) == [("opened", "190-1"), ("changed", "190-1")]


def test_what_was_connected_on_a_day_is_a_question(session: Session) -> None:
    school = cast.enter(session).school
    spans = {"a": (JAN, None), "b": (JAN, JUNE), "c": (date(2012, 5, 1), None), "d": (None, None)}
    for code, (begin, end) in spans.items():
        connections.link_opened(
            session, school, code, LinkKind.ADSL, by=cast.CONSOLE, at=cast.NOW, from_on=begin, until_on=end
        )
    for day in (JAN, JUNE, DECEMBER, date(2012, 6, 1)):
        asked = set(session.exec(select(Link.code).where(connections.live_on(day))))
        assert asked == {code for code, (begin, end) in spans.items() if is_live(begin, end, day)}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        pytest.param({"from_on": JUNE, "until_on": JAN}, "until_on", id="it ends before it begins"),
        pytest.param({"down_kbits": 0}, "down_kbits", id="no speed at all"),
        pytest.param({"fibres": -6}, "fibres", id="fewer fibres than none"),
        pytest.param({"provider_id": 999}, "provider_id", id="a provider that is not there"),
        pytest.param({"contract_no": "9" * 61}, "contract_no", id="a contract number without end"),
    ],
)
def test_a_link_that_cannot_be_is_refused(session: Session, facts: dict[str, Any], field: str) -> None:
    school = cast.enter(session).school
    with pytest.raises(Invalid) as refused:
        connections.link_opened(session, school, "x", LinkKind.ADSL, by=cast.CONSOLE, at=cast.NOW, **facts)
    assert refused.value.field == field


def test_a_code_is_given_once_and_by_whoever_may(session: Session) -> None:
    who = cast.enter(session)
    open_node(session, "ats-427")
    with pytest.raises(Conflict, match="ats-427 is there already"):
        open_node(session, "ats-427")
    with pytest.raises(Invalid, match="without /"):
        open_node(session, "ats/427")
    with pytest.raises(NotFound, match="ats-1"):
        connections.node_with_code(session, "ats-1")
    with pytest.raises(Refused):
        connections.node_opened(
            session, "x", "X", NodeKind.CABLE, by=cast.who(session, who.aynur), at=cast.NOW, district_code="AZ-SAB"
        )
