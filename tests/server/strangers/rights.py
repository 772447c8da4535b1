"""The stranger and the people, their tokens, and the trace."""

from datetime import datetime

from sqlmodel import Session

from inventory import reads, trace
from inventory.scoping import acting
from tests.cast import Cast
from tests.server.strangers import Lines, Values, closed, listed, own

PERSON = {"login": "vusal", "name": "Vüsal (invented)", "role": "operator", "password": "vusal-2026-vusal"}


def prepare(session: Session, who: Cast, at: datetime) -> Values:
    by = acting(session, who.leyla)
    trace.changed(session, "renamed", "room", "otaq-190", by=by, at=at, school_id=who.school.id)
    reads.seen_personal(session, "contact", "kontakt-190", by=by, at=at, school_id=who.school.id)
    return {}


LINES: Lines = {
    ("GET", "/api/v1/me"): own("/api/v1/me"),
    ("GET", "/api/v1/me/tokens"): own("/api/v1/me/tokens"),
    ("POST", "/api/v1/me/tokens"): own("/api/v1/me/tokens", json={"name": "nightly"}),
    ("DELETE", "/api/v1/me/tokens/{token_id}"): own("/api/v1/me/tokens/1", known="zaur"),
    ("GET", "/api/v1/people"): closed("/api/v1/people", known="zaur"),
    ("POST", "/api/v1/people"): closed("/api/v1/people", known="zaur", json=PERSON),
    ("GET", "/api/v1/people/{login}"): closed("/api/v1/people/aynur", known="zaur"),
    ("PATCH", "/api/v1/people/{login}"): closed("/api/v1/people/aynur", known="zaur", json={"name": "Aynur M."}),
    ("GET", "/api/v1/trace"): listed("/api/v1/trace", "otaq-190", stranger="keeper_elsewhere", known="leyla"),
    ("GET", "/api/v1/personal-reads"): listed(
        "/api/v1/personal-reads", "kontakt-190", stranger="keeper_elsewhere", known="orxan"
    ),
}
