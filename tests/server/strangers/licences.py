"""The stranger and licences: he sees pools, which are the country's, and nothing of what school 190 was given."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from inventory import licences, software
from inventory.licensing import Metric, Term
from tests.cast import CONSOLE, Cast
from tests.server.strangers import Lines, Values, closed, hidden, listed, own

ELSEWHERE: dict[str, Any] = {"stranger": "keeper_elsewhere", "known": "leyla"}
TERM = {"quantity": 1, "from_on": "2031-01-01", "last_on": "2031-12-31"}
TYPED = {"quantity": "1", "from_on": "2031-01-01", "last_on": "2031-12-31"}


def prepare(session: Session, who: Cast, at: datetime) -> Values:
    act: dict[str, Any] = {"by": CONSOLE, "at": at}
    product = software.product_entered(session, "Kaspersky", Metric.DEVICE, **act)
    pool = software.pool_opened(session, "kav", product, **act)
    bought = licences.bought(session, pool, Term(100, date(2026, 1, 1)), **act)
    given = licences.given(session, pool, who.school, Term(77, date(2026, 1, 1)), **act)
    return {"bought": bought.id, "given": given.id}


LINES: Lines = {
    ("GET", "/licences"): listed("/licences", ">77<"),
    ("POST", "/licences"): closed(
        "/licences", known="leyla", form={"name": "Office", "metric": "device", "code": "office"}
    ),
    ("GET", "/licences/{code}"): listed("/licences/kav", "190 nömrəli"),
    ("POST", "/licences/{code}/bought"): closed("/licences/kav/bought", known="leyla", form=TYPED),
    ("POST", "/licences/{code}/given"): hidden("/licences/kav/given", form={**TYPED, "school": "190"}, **ELSEWHERE),
    ("POST", "/licences/{code}/allocations/{number}/back"): hidden(
        "/licences/kav/allocations/{given}/back", **ELSEWHERE
    ),
    ("GET", "/api/v1/software"): own("/api/v1/software"),
    ("POST", "/api/v1/software"): closed("/api/v1/software", known="leyla", json={"name": "X", "metric": "device"}),
    ("GET", "/api/v1/licence-pools"): listed("/api/v1/licence-pools", '"allocated":77'),
    ("POST", "/api/v1/licence-pools"): closed(
        "/api/v1/licence-pools", known="leyla", json={"code": "x", "product_id": 1}
    ),
    ("GET", "/api/v1/licence-pools/{code}"): listed("/api/v1/licence-pools/kav", '"allocated":77'),
    ("PATCH", "/api/v1/licence-pools/{code}"): closed(
        "/api/v1/licence-pools/kav", known="leyla", json={"owner": "Nazirlik", "note": ""}
    ),
    ("GET", "/api/v1/licence-pools/{code}/entitlements"): own("/api/v1/licence-pools/kav/entitlements"),
    ("POST", "/api/v1/licence-pools/{code}/entitlements"): closed(
        "/api/v1/licence-pools/kav/entitlements", known="leyla", json=TERM
    ),
    ("GET", "/api/v1/entitlements/{id}"): own("/api/v1/entitlements/{bought}"),
    ("PATCH", "/api/v1/entitlements/{id}"): closed(
        "/api/v1/entitlements/{bought}", known="leyla", json={"quantity": 101, "from_on": "2026-01-01"}
    ),
    ("GET", "/api/v1/licence-pools/{code}/allocations"): listed(
        "/api/v1/licence-pools/kav/allocations", '"school":"190"'
    ),
    ("POST", "/api/v1/licence-pools/{code}/allocations"): hidden(
        "/api/v1/licence-pools/kav/allocations", json={**TERM, "school": "190"}, **ELSEWHERE
    ),
    ("GET", "/api/v1/allocations/{id}"): "/api/v1/allocations/{given}",
    ("PATCH", "/api/v1/allocations/{id}"): hidden(
        "/api/v1/allocations/{given}", json={"quantity": 70, "from_on": "2026-01-01"}, **ELSEWHERE
    ),
    ("DELETE", "/api/v1/allocations/{id}"): hidden("/api/v1/allocations/{given}", **ELSEWHERE),
}
