"""Places through the doors of the API, as a program of the ministry asks them."""

from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from inventory.tables import PersonalRead
from server import db
from tests.server.conftest import House


@pytest.fixture
def leyla(house: House) -> TestClient:
    browser = house.as_(house.who.leyla)
    browser.headers |= {"sec-fetch-site": "same-origin", "accept": "application/json"}
    return browser


def make(browser: TestClient, url: str, **body: Any) -> dict[str, Any]:
    answer = browser.post(f"/api/v1{url}", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_school_is_opened_found_changed_and_closed(leyla: TestClient) -> None:
    make(
        leyla, "/schools", emis="00141", name="141 N-li tam orta məktəb", district="AZ-SAB", place="AZ-SKR",
        type="lyceum", latitude=40.83, longitude=46.02,
        shifts=[{"shift": 1, "bells": [["08:00", "08:45"], ["08:55", "09:40"]]}],
    )  # fmt: skip
    got = leyla.get("/api/v1/schools/00141")
    assert (got.headers["etag"], got.json()["place"], got.json()["district"]) == ('"1"', "AZ-SKR", "AZ-SAB")
    assert leyla.patch("/api/v1/schools/00141", json={"pilot": True}).status_code == 428
    edit = {"if-match": got.headers["etag"]}
    answer = leyla.patch("/api/v1/schools/00141", json={"pilot": True, "closed_on": "2026-08-31"}, headers=edit)
    assert (answer.status_code, answer.headers["etag"], answer.json()["pilot"]) == (200, '"2"', True)
    assert leyla.patch("/api/v1/schools/00141", json={"pilot": False}, headers=edit).status_code == 412

    def asked(query: str) -> list[str]:
        return [item["emis"] for item in leyla.get(f"/api/v1/schools?{query}").json()["items"]]

    assert asked("q=semkir") == ["21"]  # closed schools are asked for
    assert asked("q=semkir+141&closed=true") == ["00141"]
    assert asked("q=SABIRABAD+190") == ["190"]
    assert asked("type=lyceum&closed=true") == ["00141"]


def test_a_year_is_counted_anew(leyla: TestClient) -> None:
    for learners in (480, 500):
        body = {"learners": learners, "teachers": 40, "as_of": "2026-09-15", "source": "TİMS"}
        assert leyla.put("/api/v1/schools/190/years/2026", json=body).status_code == 200
    (item,) = leyla.get("/api/v1/schools/190/years").json()["items"]
    assert (item["learners"], item["classes"], item["as_of"]) == (500, None, "2026-09-15")


def test_a_list_is_paged_by_what_it_says_itself(leyla: TestClient) -> None:
    first = leyla.get("/api/v1/schools?limit=1&total=true").json()
    second = leyla.get(first["next"]).json()
    assert (first["total"], [s["emis"] for s in first["items"] + second["items"]]) == (2, ["190", "21"])
    assert second["next"] is None


def test_a_room_has_a_name_of_its_own(leyla: TestClient) -> None:
    room = make(leyla, "/schools/190/rooms", name="12", kind="computer_lab", floor=2, uid="0" * 32)
    assert leyla.post("/api/v1/schools/190/rooms", json={"name": "12"}).status_code == 409
    here = f"/api/v1/schools/190/rooms/{room['uid']}"
    closed = leyla.patch(here, json={"closed_on": "2026-11-24", "name": "12a"}, headers={"if-match": '"1"'})
    assert (closed.status_code, closed.json()["closed_on"], closed.json()["version"]) == (200, "2026-11-24", 2)
    assert leyla.get("/api/v1/schools/21/rooms").json()["items"] == []


def test_whoever_reads_contacts_is_written_down(house: House, leyla: TestClient) -> None:
    made = make(leyla, "/schools/190/contacts", name="Elçin (invented)", role="director", numbers=["(050) 212/34/56"])
    assert made["numbers"] == [{"raw": "(050) 212/34/56", "e164": "+994502123456", "extension": "", "kind": "mobile"}]
    aynur = house.as_(house.who.aynur)
    assert aynur.get("/api/v1/schools/190/contacts").json()["items"][0]["name"] == "Elçin (invented)"
    assert aynur.get(f"/api/v1/schools/190/contacts/{made['uid']}").headers["etag"] == '"1"'
    assert house.as_(house.who.orxan).get("/api/v1/schools/190/contacts").status_code == 403
    with db.reading(house.engine) as session:
        rows = session.exec(select(PersonalRead)).all()
    assert [(row.by, row.noun, row.key, row.school_id) for row in rows] == [
        ("aynur", "contact", made["uid"], house.who.school.id)
    ] * 2


def test_what_was_connected_on_a_day(leyla: TestClient) -> None:
    make(leyla, "/nodes", code="aztelekom", name="Aztelekom", kind="provider")
    make(leyla, "/nodes", code="ats-427", name="ATS 427", kind="exchange", parent="aztelekom", district="AZ-SAB")
    make(
        leyla, "/links", school="190", code="190-1", kind="adsl", node="ats-427", provider="aztelekom",
        from_on="2010-09-01", until_on="2011-12-15", down_kbits=2048, up_kbits=512, contract_no="12/45",
    )  # fmt: skip
    make(leyla, "/links", school="190", code="190-2", kind="fiber", node="ats-427", fibres=6, from_on="2011-12-15")
    make(leyla, "/links", school="21", code="21-1", kind="wireless_p2mp", teaching=False)
    told = leyla.get("/api/v1/links/connected?on=2011-12-31").json()
    assert told == {
        "on": "2011-12-31", "links": 1, "schools": 1, "by_kind": {"fiber": {"links": 1, "schools": 1}}, "undated": 1,
    }  # fmt: skip

    def codes(query: str) -> list[str]:
        return [item["code"] for item in leyla.get(f"/api/v1/links?{query}").json()["items"]]

    assert codes("on=2011-12-14") == ["190-1"]
    assert codes("school=190") == ["190-1", "190-2"]
    assert codes("under=aztelekom&total=true") == ["190-1", "190-2"]
    assert [n["code"] for n in leyla.get("/api/v1/nodes?under=aztelekom").json()["items"]] == ["ats-427", "aztelekom"]
    assert (
        leyla.patch("/api/v1/nodes/ats-427", json={"closed_on": "2026-11-24"}, headers={"if-match": '"1"'}).status_code
        == 409
    )
    moved = leyla.patch("/api/v1/nodes/aztelekom", json={"parent": "ats-427"}, headers={"if-match": '"1"'})
    assert (moved.status_code, moved.json()["title"]) == (409, "Conflict")
    ended = leyla.patch("/api/v1/links/190-2", json={"until_on": "2026-11-24"}, headers={"if-match": '"1"'})
    assert (ended.status_code, ended.json()["until_on"], ended.json()["node"]) == (200, "2026-11-24", "ats-427")


def test_schools_lie_apart(leyla: TestClient) -> None:
    assert leyla.get("/api/v1/schools/190/nearest").json() is None
    for emis, place in (("190", (39.94, 48.47)), ("21", (40.83, 46.02))):
        body = {"latitude": place[0], "longitude": place[1]}
        assert leyla.patch(f"/api/v1/schools/{emis}", json=body, headers={"if-match": "*"}).status_code == 200
    told = leyla.get("/api/v1/schools/190/nearest").json()
    assert [(each["emis"], round(each["km"])) for each in told["schools"]] == [("21", 230)]
    assert told["centre_km"] is None


@pytest.mark.parametrize(
    ("url", "body"),
    [
        pytest.param("/schools", {"emis": "1", "name": "a\x00b", "district": "AZ-SAB"}, id="NUL in a name"),
        pytest.param("/schools", {"emis": "a/b", "name": "x", "district": "AZ-SAB"}, id="a slash in a code"),
        pytest.param("/links", {"school": "190", "code": "x", "kind": "telex"}, id="a kind that is not known"),
        pytest.param("/schools/190/rooms", {"name": " "}, id="a room without a name"),
        pytest.param("/nodes", {"code": "a", "name": "b", "kind": "olt", "latitude": 91}, id="beyond the pole"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(leyla: TestClient, url: str, body: dict[str, Any]) -> None:
    answer = leyla.post(f"/api/v1{url}", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
