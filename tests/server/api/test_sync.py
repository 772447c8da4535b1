"""What telephones send and what the office asks, by the doors of the API."""

import json
from typing import Any

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from inventory.tables import StocktakeFinding, SyncOperation
from server import db
from tests import cast
from tests.inventory.counted import Counted, counted_school, uid
from tests.server.conftest import House

AGO = "2026-11-24T08:30:00Z"


@pytest.fixture
def it(house: House) -> Counted:
    with db.writing(house.engine) as session:
        it = counted_school(session, who=house.who)
        session.flush()
        session.expunge_all()
    return it


def phone(house: House, person: Any) -> TestClient:
    browser = house.as_(person)
    browser.headers["sec-fetch-site"] = "same-origin"
    return browser


def operation(it: Counted, number: int, code: str, room: str = "11", **more: Any) -> dict[str, Any]:
    body = {"stocktake": it.stocktake.uid, "code": code, "room": it.rooms[room].uid, **more.pop("body", {})}
    return {"uuid": uid(number), "kind": "count", "made_at": AGO, "base": [], "body": body, **more}


def send(browser: TestClient, *operations: dict[str, Any], **more: Any) -> Any:
    return browser.post("/api/v1/sync", json={"operations": operations, **more})


def test_each_operation_gets_its_own_answer_in_order(house: House, it: Counted) -> None:
    answer = send(
        phone(house, house.who.aynur), operation(it, 1, "INV-002"), operation(it, 2, ""), operation(it, 3, "INV-900")
    ).json()
    assert [(one["uuid"], one["outcome"]) for one in answer["results"]] == [
        (uid(1), "applied"), (uid(2), "refused"), (uid(3), "applied"),
    ]  # fmt: skip
    assert answer["results"][0]["now"]["base"] == [uid(1)]
    assert "No number was read" in answer["results"][1]["sentence"]


def test_a_request_that_is_sent_again_changes_nothing(house: House, it: Counted) -> None:
    browser = phone(house, house.who.aynur)
    first = send(browser, operation(it, 1, "INV-002"), operation(it, 2, "INV-003")).json()["results"]
    again = send(browser, operation(it, 1, "INV-002"), operation(it, 2, "INV-003")).json()["results"]
    assert [one.pop("repeated") for one in again] == [True, True]
    assert [one.pop("repeated") for one in first] == [False, False]
    assert first == again
    with Session(house.engine) as session:
        assert len(session.exec(select(StocktakeFinding)).all()) == len(session.exec(select(SyncOperation)).all()) == 2


def test_the_operations_of_another_person_are_not_taken(house: House, it: Counted) -> None:
    browser = phone(house, house.who.leyla)
    answer = send(browser, operation(it, 1, "INV-002"), person=house.who.aynur.id)
    assert (answer.status_code, "another person" in answer.json()["detail"]) == (409, True)
    with Session(house.engine) as session:
        assert not session.exec(select(SyncOperation)).all()


def test_who_is_not_signed_in_is_told_so(house: House, it: Counted) -> None:
    assert send(house.client, operation(it, 1, "INV-002")).status_code == 401
    assert house.client.get("/api/v1/sync").status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"uuid": "x"}, id="an id that is none"),
        pytest.param({"made_at": "2026-11-24T08:30:00"}, id="a time without a zone"),
        pytest.param({"made_at": "0001-01-01T00:00:00+14:00"}, id="a time before all calendars"),
        pytest.param({"body": {"code": "a\x00b"}}, id="a character that no database keeps"),
        pytest.param({"body": {"code": "\ud800"}}, id="half a character"),
        pytest.param({"body": {"code": ["x"]}}, id="a list where text belongs"),
        pytest.param({"base": ["x" * 41]}, id="a base that is none"),
    ],
)
def test_what_no_telephone_of_ours_sends_is_said_to_be_wrong(house: House, it: Counted, wrong: dict[str, Any]) -> None:
    body = json.dumps({"operations": [operation(it, 1, "INV-002") | wrong]})
    answer = phone(house, house.who.aynur).post(
        "/api/v1/sync", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422, answer.text


def test_the_sentence_is_in_the_language_that_was_asked_for(house: House, it: Counted) -> None:
    body = {"operations": [operation(it, 2, "")]}
    browser = phone(house, house.who.aynur)
    said = {
        lang: browser.post(f"/api/v1/sync?lang={lang}", json=body).json()["results"][0]["sentence"]
        for lang in ("az", "en", "ru")
    }
    assert len(set(said.values())) == 3


def test_the_office_sees_both_versions_and_takes_one(house: House, it: Counted) -> None:
    browser = phone(house, house.who.aynur)
    send(browser, operation(it, 1, "INV-002", "11"))
    assert send(browser, operation(it, 2, "INV-002", "12")).json()["results"][0]["outcome"] == "conflict"
    assert browser.get("/api/v1/sync").json()["conflicts"] == 1
    (conflict,) = browser.get("/api/v1/conflicts").json()["items"]
    assert [version["uid"] for version in conflict["versions"]] == [uid(2), uid(1)]
    taken = browser.post(f"/api/v1/conflicts/{conflict['id']}/take", json={"take": uid(1)})
    assert taken.status_code == 200, taken.text
    assert browser.get("/api/v1/conflicts").json()["items"] == []
    assert browser.post(f"/api/v1/conflicts/{conflict['id']}/take", json={"take": uid(1)}).status_code == 409


def test_a_count_goes_its_way_by_the_api(house: House, it: Counted) -> None:
    browser = phone(house, house.who.leyla)
    (planned,) = browser.post("/api/v1/stocktakes", json={"school": "21"}).json()["items"]
    assert browser.post("/api/v1/stocktakes", json={"school": "21"}).status_code == 409
    url = f"/api/v1/stocktakes/{planned['uid']}"
    assert browser.post(f"{url}/begin").json()["state"] == "counting"
    assert browser.post(f"{url}/begin").status_code == 409
    (line,) = browser.get(url).json()["lines"]
    assert (line["number"], line["grade"], line["base"]) == ("INV-900", "nothing", [])
    assert browser.post(f"{url}/end").json()["state"] == "reconciling"
    assert browser.post(f"{url}/sign", json={"signers": ["Leyla"]}).status_code == 409
    decision = {"line": line["line"], "decision": "find"}
    assert browser.post(f"{url}/decisions", json=decision).json()["act"] is None
    assert browser.post(f"{url}/sign", json={"signers": ["Leyla"]}).json()["state"] == "signed"


def test_a_piece_of_another_school_is_drafted_onto_a_transfer_and_a_lost_one_onto_a_write_off(
    house: House, it: Counted
) -> None:
    browser = phone(house, house.who.leyla)
    send(browser, operation(it, 1, "INV-900"))
    url = f"/api/v1/stocktakes/{it.stocktake.uid}"
    browser.post(f"{url}/end")
    acts = []
    for line, decision in (("INV-900", "move"), ("INV-002", "write_off"), ("INV-003", "write_off")):
        answer = browser.post(f"{url}/decisions", json={"line": it.line(line), "decision": decision})
        assert answer.status_code == 200, answer.text
        acts.append(answer.json()["act"])
    assert acts[0] != acts[1] == acts[2], "two write-offs stand on one draft"
    again = browser.post(f"{url}/decisions", json={"line": it.line("INV-900"), "decision": "leave", "reason": "x"})
    assert again.status_code == 409


def test_who_may_not_draw_acts_decides_and_leaves_the_act_to_others(house: House, it: Counted) -> None:
    browser = phone(house, house.who.elchin)
    url = f"/api/v1/stocktakes/{it.stocktake.uid}"
    browser.post(f"{url}/end")
    answer = browser.post(f"{url}/decisions", json={"line": it.line("INV-002"), "decision": "write_off"})
    assert (answer.status_code, answer.json()["act"]) == (200, None)


def test_a_district_gets_one_count_per_school(house: House, it: Counted) -> None:
    browser = phone(house, house.who.leyla)
    assert browser.post("/api/v1/stocktakes", json={"district": "AZ-SAB"}).status_code == 409
    assert len(browser.post("/api/v1/stocktakes", json={"district": "AZ-SKR"}).json()["items"]) == 1
    assert browser.post("/api/v1/stocktakes", json={}).status_code == 422
    stranger = phone(house, house.who.kamran)
    assert stranger.post("/api/v1/stocktakes", json={"district": "AZ-SAB"}).status_code == 404


def test_the_list_is_cut_to_the_scope_and_pages_by_key(house: House, it: Counted) -> None:
    assert cast.NOW
    with Session(house.engine) as session:
        assert session.exec(select(col(StocktakeFinding.id))).all() == []
    assert phone(house, house.who.kamran).get("/api/v1/stocktakes").json()["items"] == []
    page = phone(house, house.who.aynur).get("/api/v1/stocktakes?state=counting&limit=1&total=true").json()
    assert (page["total"], page["next"], page["items"][0]["school"]["emis"]) == (1, None, "190")
