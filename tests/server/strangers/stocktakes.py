"""The stranger and the stock-take of school 190: by list, by download, by what a telephone sends, by conflict."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from inventory import stocktaking
from inventory.findings import Said, finding_made
from inventory.tables import SyncConflict
from tests import cast
from tests.cast import Cast
from tests.inventory.counted import counted_school, uid
from tests.server.strangers import Line, Lines, Values, hidden, listed

COUNT = {"kind": "count", "made_at": "2026-11-24T08:30:00Z"}


def prepare(session: Session, who: Cast, at: datetime) -> Values:
    """A count of 190 with a piece on which two people disagree; another one of 21, so that both have a list."""
    it = counted_school(session, who=who, at=at)
    for n, room in ((1, "11"), (2, "12")):
        said = Said(uid(n), at, code="INV-002", room=it.rooms[room].uid)
        finding_made(session, it.stocktake.uid, said, by=it.aynur, at=at + timedelta(minutes=n))
    stocktaking.planned(session, [who.elsewhere], by=cast.who(session, who.leyla), at=at)
    conflict = session.exec(select(SyncConflict)).one()
    return {"count": it.stocktake.uid, "conflict": conflict.id, "line": it.line("INV-003")}


def _operation(values: Values) -> dict[str, object]:
    body = {"stocktake": values["count"], "code": "INV-004"}
    return {"operations": [{"uuid": uid(77), **COUNT, "body": body}]}


LINES: Lines = {
    ("GET", "/api/v1/stocktakes"): listed("/api/v1/stocktakes", "{count}"),
    ("POST", "/api/v1/stocktakes"): hidden("/api/v1/stocktakes", json={"school": "190"}),
    ("GET", "/api/v1/stocktakes/{uid}"): "/api/v1/stocktakes/{count}",
    ("POST", "/api/v1/stocktakes/{uid}/begin"): hidden("/api/v1/stocktakes/{count}/begin"),
    ("POST", "/api/v1/stocktakes/{uid}/end"): hidden("/api/v1/stocktakes/{count}/end"),
    ("POST", "/api/v1/stocktakes/{uid}/sign"): hidden("/api/v1/stocktakes/{count}/sign", json={"signers": ["A"]}),
    ("POST", "/api/v1/stocktakes/{uid}/decisions"): hidden(
        "/api/v1/stocktakes/{count}/decisions", json={"line": "a:x", "decision": "leave"}
    ),
    ("GET", "/api/v1/sync"): listed("/api/v1/sync", '"conflicts":1'),
    ("POST", "/api/v1/sync"): listed("/api/v1/sync", '"title":"INV-004"', json=_operation),
    ("GET", "/api/v1/conflicts"): listed("/api/v1/conflicts", "INV-002"),
    ("GET", "/stocktakes"): listed("/stocktakes", "{count}"),
    ("POST", "/stocktakes"): Line("/stocktakes", "404", form={"emis": "190"}),
    ("GET", "/stocktakes/{uid}"): "/stocktakes/{count}",
    ("GET", "/stocktakes/{uid}/{step}"): "/stocktakes/{count}/decide",
    ("POST", "/stocktakes/{uid}/begin"): hidden("/stocktakes/{count}/begin"),
    ("POST", "/stocktakes/{uid}/end"): hidden("/stocktakes/{count}/end"),
    ("POST", "/stocktakes/{uid}/decide"): hidden(
        "/stocktakes/{count}/decide", form={"key": "a:x", "decision": "leave"}
    ),
    ("POST", "/stocktakes/{uid}/sign"): hidden("/stocktakes/{count}/sign", form={"signer": "A"}),
    ("GET", "/conflicts"): listed("/conflicts", "INV-002"),
    ("GET", "/conflicts/{number}/take"): hidden("/conflicts/{conflict}/take"),
    ("POST", "/conflicts/{number}/take"): hidden("/conflicts/{conflict}/take", form={"uid": uid(1)}),
    ("GET", "/labels"): listed("/labels?numbers=INV-003,INV-900", "INV-003</b>"),
    ("GET", "/e/{number:path}"): "/e/INV-003",
    ("POST", "/api/v1/conflicts/{conflict_id}/take"): hidden(
        "/api/v1/conflicts/{conflict}/take", json={"take": uid(1)}
    ),
}
