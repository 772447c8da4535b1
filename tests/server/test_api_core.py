"""What every door of the API shares, shown on a small application of its own."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from starlette.responses import Response
from starlette.testclient import TestClient

from inventory import answers
from inventory.errors import Conflict
from inventory.tables import ApiAnswer, District
from server import auth, db
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, matched, page_of
from server.deps import EngineDep
from tests.server.conftest import House

router = APIRouter(prefix="/api/v1")


class Named(BaseModel):
    code: Annotated[str, Field(max_length=12), Plain]
    name: Annotated[str, Field(max_length=80), Plain]


@router.get("/shelf")
def shelf(request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        keys = (col(District.name_az), col(District.code))
        return page_of(
            request, session, select(District), keys, asked, lambda row: {"code": row[0].code},
            key_of=lambda row: (row[0].name_az, row[0].code),
        )  # fmt: skip


@router.post("/shelf")
def put(request: Request, who: WhoDep, form: Named, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        if session.get(District, form.code):
            raise Conflict("It is there already.")
        session.add(District(code=form.code, name_az=form.name, name_en=form.name, name_ru=form.name))
        return Answer(201, {"code": form.code}, version=1, location=f"/api/v1/shelf/{form.code}")

    return changing(request, who, body, act)


@router.patch("/shelf")
def change(request: Request, who: WhoDep) -> Response:
    matched(request, 3)
    return answered(Answer(200, {"changed": True}, version=4))


@pytest.fixture
def browser(house: House) -> TestClient:
    app: Any = house.client.app
    app.include_router(router)
    browser = house.as_(house.who.leyla)
    browser.headers["sec-fetch-site"] = "same-origin"
    return browser


def codes(browser: TestClient, url: str) -> list[str]:
    """Every page from this one on."""
    found: list[str] = []
    for _ in range(100):
        page = browser.get(url).json()
        found += [item["code"] for item in page["items"]]
        if page["next"] is None:
            return found
        url = page["next"]
    raise AssertionError("the pages have no end")


def test_pages_by_key_show_everything_once_in_order(browser: TestClient, engine: Engine) -> None:
    with db.writing(engine) as session:
        for n in range(25):  # several of one name: the second key tells them apart
            register_district(session, f"AZ-T{n:02}", f"Rayon {n // 5}")
    everything = codes(browser, "/api/v1/shelf?limit=4")
    assert everything == codes(browser, "/api/v1/shelf?limit=500")
    assert len(everything) == len(set(everything)) == 27
    assert browser.get("/api/v1/shelf?limit=1&total=true").json()["total"] == 27


def register_district(session: Session, code: str, name: str) -> None:
    session.add(District(code=code, name_az=name, name_en=name, name_ru=name))
    session.flush()


@pytest.mark.parametrize("after", ["x", "W10", "WyJhIl0", "bnVsbA", "%00", "W251bGwsbnVsbF0"])
def test_a_cursor_that_nobody_gave_out_is_refused_with_a_sentence(browser: TestClient, after: str) -> None:
    answer = browser.get(f"/api/v1/shelf?after={after}")
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_repeat_with_its_key_changes_nothing_twice(browser: TestClient) -> None:
    key = {"idempotency-key": "4f1c"}
    first = browser.post("/api/v1/shelf", json={"code": "AZ-ONE", "name": "Bir"}, headers=key)
    again = browser.post("/api/v1/shelf", json={"code": "AZ-ONE", "name": "Bir"}, headers=key)
    assert (first.status_code, first.json(), first.headers["etag"]) == (201, {"code": "AZ-ONE"}, '"1"')
    assert (again.status_code, again.json(), again.headers["location"]) == (
        201,
        {"code": "AZ-ONE"},
        first.headers["location"],
    )
    without = browser.post("/api/v1/shelf", json={"code": "AZ-ONE", "name": "Bir"})
    assert without.status_code == 409


def test_an_answer_is_kept_for_two_days(browser: TestClient, engine: Engine) -> None:
    browser.post("/api/v1/shelf", json={"code": "AZ-ONE", "name": "Bir"}, headers={"idempotency-key": "4f1c"})
    for days, kept in ((1, 1), (3, 0)):
        with db.writing(engine) as session:
            answers.old_swept(session, at=datetime.now(UTC) + timedelta(days=days))
        with db.reading(engine) as session:
            assert len(session.exec(select(ApiAnswer)).all()) == kept


def test_a_key_serves_one_request_only(browser: TestClient) -> None:
    key = {"idempotency-key": "4f1c"}
    browser.post("/api/v1/shelf", json={"code": "AZ-ONE", "name": "Bir"}, headers=key)
    other = browser.post("/api/v1/shelf", json={"code": "AZ-TWO", "name": "İki"}, headers=key)
    assert other.status_code == 422
    assert "AZ-TWO" not in codes(browser, "/api/v1/shelf")


def test_a_refused_request_leaves_its_key_free(browser: TestClient) -> None:
    key = {"idempotency-key": "4f1c"}
    assert browser.post("/api/v1/shelf", json={"code": "AZ-SAB", "name": "x"}, headers=key).status_code == 409
    assert browser.post("/api/v1/shelf", json={"code": "AZ-NEW", "name": "x"}, headers=key).status_code == 201


@pytest.mark.parametrize(("given", "status"), [(None, 428), ('"2"', 412), ('"3"', 200), ('W/"3"', 200), ("*", 200)])
def test_an_edit_says_which_version_it_changes(browser: TestClient, given: str | None, status: int) -> None:
    headers = {"if-match": given} if given else {}
    assert browser.patch("/api/v1/shelf", headers=headers).status_code == status


def test_nobody_is_told_to_sign_in(house: House, browser: TestClient) -> None:
    answer = TestClient(house.client.app).get("/api/v1/shelf")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "Authorization: Bearer" in answer.json()["detail"]


def test_another_site_cannot_make_a_browser_change_anything(house: House, browser: TestClient) -> None:
    body = {"code": "AZ-ONE", "name": "Bir"}
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": ""}, {"sec-fetch-site": "", "x-csrf": "0"}):
        assert browser.post("/api/v1/shelf", json=body, headers=headers).status_code == 401
    token = auth.form_token(browser.cookies[auth.SESSION])
    assert browser.post("/api/v1/shelf", json=body, headers={"sec-fetch-site": "", "x-csrf": token}).status_code == 201


def test_a_character_that_no_database_keeps_is_refused(browser: TestClient) -> None:
    assert browser.post("/api/v1/shelf", json={"code": "AZ-\x00", "name": "x"}).status_code == 422
    assert browser.get("/api/v1/shelf?after=%00").status_code == 400
    assert browser.get("/schools/19%000").status_code == 400


def test_every_answer_says_the_name_of_its_request(browser: TestClient) -> None:
    assert browser.get("/api/v1/shelf", headers={"x-request-id": "call-146"}).headers["x-request-id"] == "call-146"
    made = browser.get("/api/v1/shelf", headers={"x-request-id": "two words"}).headers["x-request-id"]
    assert len(made) == 32
