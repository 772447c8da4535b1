"""The stranger and the people, their tokens, and the trace."""

from datetime import datetime, timedelta

from sqlmodel import Session

from inventory import reads, tokens, trace
from inventory.scoping import acting
from tests.cast import PASSWORD, Cast
from tests.server.strangers import Lines, Values, closed, hidden, listed, own

NEW = "vusal-2026-vusal"
PERSON = {"login": "vusal", "name": "Vüsal (invented)", "role": "operator", "password": NEW}


def prepare(session: Session, who: Cast, at: datetime) -> Values:
    by = acting(session, who.leyla)
    trace.changed(session, "renamed", "room", "otaq-190", by=by, at=at, school_id=who.school.id)
    reads.seen_personal(session, "contact", "kontakt-190", by=by, at=at, school_id=who.school.id)
    row, _ = tokens.token_made(
        session, who.aynur, "gecə", write=False, permissions=[], valid=timedelta(days=1),
        by=acting(session, who.aynur), at=at,
    )  # fmt: skip
    return {"token": row.id}


LINES: Lines = {
    ("GET", "/me"): own("/me"),
    ("POST", "/me/password"): own("/me/password", stranger="rauf", known="kamran", form={"old": PASSWORD, "new": NEW}),
    ("POST", "/me/second-factor"): own("/me/second-factor"),
    ("POST", "/me/second-factor/confirm"): own("/me/second-factor/confirm", form={"code": "000000"}),
    ("POST", "/me/second-factor/off"): own("/me/second-factor/off", form={"password": PASSWORD}),
    ("POST", "/me/tokens"): own("/me/tokens", form={"name": "axşam"}),
    ("POST", "/me/tokens/{token_id}/revoke"): hidden("/me/tokens/{token}/revoke"),
    ("GET", "/people"): closed("/people", known="zaur"),
    ("POST", "/people"): closed("/people", known="zaur", form=PERSON | {"login": "vusal.q"}),
    ("GET", "/people/{login}"): closed("/people/aynur", known="zaur"),
    ("POST", "/people/{login}"): closed("/people/rauf", known="zaur", form={"name": "Rauf H.", "role": "operator"}),
    ("POST", "/people/{login}/password"): closed("/people/rauf/password", known="zaur", form={"password": NEW}),
    ("POST", "/people/{login}/second-factor/off"): closed("/people/rauf/second-factor/off", known="zaur"),
    ("GET", "/trace"): listed("/trace", "otaq-190", stranger="keeper_elsewhere", known="leyla"),
    ("GET", "/trace/reads"): listed("/trace/reads", "kontakt-190", stranger="keeper_elsewhere", known="leyla"),
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
