"""People, tokens and the trace through the doors of the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from inventory import tokens
from inventory.roles import Permission
from inventory.scoping import acting
from inventory.tables import ApiAnswer, ApiToken, Person, Trace
from server import db
from tests.server.conftest import House

P = Permission


def program(house: House, person: Person, *permissions: Permission, write: bool = False) -> TestClient:
    """A program with a token of this person."""
    with db.writing(house.engine) as session:
        _, token = tokens.token_made(
            session, person, f"t-{datetime.now(UTC).timestamp()}", write=write, permissions=permissions,
            valid=timedelta(days=1), by=acting(session, person), at=datetime.now(UTC),
        )  # fmt: skip
    return TestClient(house.client.app, headers={"authorization": f"Bearer {token}"}, raise_server_exceptions=False)


def browser(house: House, person: Person) -> TestClient:
    made = house.as_(person)
    made.headers |= {"accept": "application/json", "sec-fetch-site": "same-origin"}
    return made


def test_a_program_is_told_who_it_is_and_what_it_may(house: House) -> None:
    me = program(house, house.who.aynur, P.EXPORT).get("/api/v1/me").json()
    assert me["name"].startswith("aynur (token 1: t-")
    assert (me["role"], me["permissions"], me["districts"]) == ("technician", ["export"], ["AZ-SAB"])


def test_a_program_sees_the_schools_of_its_person_and_no_others(house: House) -> None:
    seen = program(house, house.who.kamran, P.SEE_CONTACTS)
    assert seen.get("/api/v1/schools/21").status_code == 200
    assert seen.get("/api/v1/schools/190").status_code == 404


@pytest.mark.parametrize(
    ("headers", "what"),
    [
        ({"authorization": "Bearer zt_" + "x" * 44}, "a token that nobody made"),
        ({"authorization": "Basic eDp4"}, "another scheme"),
        ({"authorization": "Bearer"}, "no token"),
        ({}, "nothing"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_is_no_token_is_401_with_how_to_do_it(house: House, headers: dict[str, str], what: str) -> None:
    answer = TestClient(house.client.app).get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_token_does_not_open_pages(house: House) -> None:
    answer = program(house, house.who.zaur, *P, write=True).get("/schools/190", follow_redirects=False)
    assert answer.status_code == 401


def test_a_token_that_only_reads_changes_nothing(house: House) -> None:
    form = {"name": "Zaur N."}
    reading, writing = program(house, house.who.zaur, *P), program(house, house.who.zaur, *P, write=True)
    for url in ("/api/v1/people/zaur", "/api/v1/people/nobody"):
        refused = reading.patch(url, json=form, headers={"if-match": "*"})
        assert refused.status_code == 403
        assert "only reads" in refused.json()["detail"]
    assert writing.patch("/api/v1/people/zaur", json=form, headers={"if-match": "*"}).status_code == 200
    with db.reading(house.engine) as session:
        row = session.exec(select(Trace).where(Trace.noun == "person", Trace.key == "zaur")).one()
        assert row.by.startswith("zaur (token 2: ")
        assert len(row.request) == 32


def test_the_use_of_a_token_is_noted_and_a_revoked_one_is_dead(house: House) -> None:
    known = program(house, house.who.aynur)
    assert known.get("/api/v1/me").status_code == 200
    with db.reading(house.engine) as session:
        row = session.exec(select(ApiToken)).one()
        assert row.used_at is not None
    assert browser(house, house.who.aynur).delete(f"/api/v1/me/tokens/{row.id}").status_code == 204
    assert known.get("/api/v1/me").status_code == 401


def test_a_token_is_told_once_and_kept_nowhere(house: House) -> None:
    aynur = browser(house, house.who.aynur)
    form: dict[str, Any] = {"name": "hesabat", "permissions": ["export"], "days": 30}
    kept = aynur.post("/api/v1/me/tokens", json=form, headers={"idempotency-key": "1"})
    assert kept.status_code == 422
    token = aynur.post("/api/v1/me/tokens", json=form).json()["token"]
    assert token.startswith("zt_")
    assert "token" not in aynur.get("/api/v1/me/tokens").json()["items"][0]
    assert aynur.post("/api/v1/me/tokens", json=form).status_code == 422, "the name is taken"
    assert aynur.post("/api/v1/me/tokens", json=form | {"name": "x", "permissions": ["keep_people"]}).status_code == 422
    with db.reading(house.engine) as session:
        assert not session.exec(select(ApiAnswer)).all()


def test_a_program_makes_no_other_token(house: House) -> None:
    known = program(house, house.who.aynur, P.EXPORT, write=True)
    assert known.post("/api/v1/me/tokens", json={"name": "x"}).status_code == 403


def test_an_administrator_keeps_people_by_their_version(house: House) -> None:
    zaur = browser(house, house.who.zaur)
    form = {"login": "vusal", "name": "Vüsal (invented)", "role": "technician", "districts": ["AZ-SKR"]}
    made = zaur.post("/api/v1/people", json=form)
    assert (made.status_code, made.headers["location"], made.headers["etag"]) == (201, "/api/v1/people/vusal", '"1"')
    assert zaur.post("/api/v1/people", json=form).status_code == 409
    url = "/api/v1/people/vusal"
    assert zaur.patch(url, json={"schools": ["190"]}).status_code == 428
    changed = zaur.patch(url, json={"districts": [], "schools": ["190"]}, headers={"if-match": '"1"'})
    assert (changed.json()["districts"], changed.json()["schools"]) == ([], ["190"])
    assert zaur.patch(url, json={"active": False}, headers={"if-match": '"1"'}).status_code == 412
    assert zaur.patch(url, json={"active": False}, headers={"if-match": '"2"'}).json()["active"] is False
    listed = zaur.get("/api/v1/people?active=false").json()
    assert [item["login"] for item in listed["items"]] == ["vusal"]
    assert zaur.patch("/api/v1/people/zaur", json={"active": False}, headers={"if-match": "*"}).status_code == 409


def test_the_trace_is_read_in_its_order_with_before_and_after(house: House) -> None:
    zaur = browser(house, house.who.zaur)
    headers = {"if-match": "*", "x-request-id": "call-146"}
    zaur.patch("/api/v1/people/aynur", json={"name": "Aynur H.", "reason": "nikah"}, headers=headers)
    orxan = program(house, house.who.orxan, P.SEE_TRACE)
    rows = orxan.get("/api/v1/trace?noun=person&key=aynur").json()["items"]
    assert len(rows) == 1
    row = rows[0]
    assert (row["verb"], row["by"], row["request"], row["reason"]) == ("changed", "zaur", "call-146", "nikah")
    assert (row["before"], row["after"]) == ({"name": "Aynur Məmmədova"}, {"name": "Aynur H."})
    everything = orxan.get("/api/v1/trace?limit=1").json()
    assert everything["items"][0]["number"] == 1
    assert "after=" in everything["next"]
    assert browser(house, house.who.aynur).get("/api/v1/trace").status_code == 403
