"""Signing in, and forms that only we can have given out."""

from datetime import timedelta

import pytest
from fastapi.routing import APIRoute
from sqlmodel import select
from starlette.routing import BaseRoute

from inventory.tables import SignIn
from server import auth, db
from server.pages import doors
from tests import cast
from tests.cast import PASSWORD
from tests.server.conftest import House, post, token_in


def _sign_in(house: House, login: str, password: str, **fields: str) -> tuple[int, str, str]:
    token = token_in(house.client.get("/sign-in").text)
    data = {auth.FIELD: token, "login": login, "password": password, **fields}
    answer = house.client.post("/sign-in", data=data, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def test_somebody_with_the_right_password_comes_to_the_links(house: House) -> None:
    status, where, _ = _sign_in(house, "aynur", PASSWORD)
    assert (status, where) == (303, "/")
    cookie = next(c for c in house.client.cookies.jar if c.name == auth.SESSION)
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert str(cookie.get_nonstandard_attr("SameSite")).lower() == "lax"
    assert house.client.get("/").status_code == 200


def test_a_wrong_password_and_an_unknown_login_read_alike(house: House) -> None:
    wrong, unknown = _sign_in(house, "aynur", "no"), _sign_in(house, "aynurr", "no")
    assert wrong[0] == unknown[0] == 401
    assert "İstifadəçi adı və ya parol yanlışdır." in wrong[2]
    assert "İstifadəçi adı və ya parol yanlışdır." in unknown[2]


def test_after_five_failures_the_right_password_waits_too_and_the_page_says_so(house: House) -> None:
    for _ in range(5):
        _sign_in(house, "aynur", "no")
    status, _, page = _sign_in(house, "aynur", PASSWORD)
    assert status == 429
    assert "15 dəqiqədən sonra" in page


def test_signing_out_ends_the_session_on_the_server(house: House) -> None:
    browser = house.as_(house.who.aynur)
    assert post(browser, "/sign-out") == 303
    with db.reading(house.engine) as session:
        assert session.exec(select(SignIn)).all() == []


def test_a_session_ends_by_itself(house: House) -> None:
    with db.writing(house.engine) as session:
        cookie = cast.cookie_of(session, house.who.aynur, at=cast.NOW - timedelta(days=2000))
    house.client.cookies.set(auth.SESSION, cookie)
    assert house.client.get("/", follow_redirects=False).status_code == 303


def test_nobody_sees_a_page_without_signing_in_and_comes_back_to_it_afterwards(house: House) -> None:
    answer = house.client.get("/schools/190?believed=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fschools%2F190%3Fbelieved%3D1")
    assert _sign_in(house, "aynur", PASSWORD, next="/schools/190?believed=1")[1] == "/schools/190?believed=1"


@pytest.mark.parametrize(
    ("wanted", "way"),
    [
        pytest.param("/schools/190?x=1", "/schools/190?x=1", id="a path of ours"),
        pytest.param("https://evil.example/", "/", id="another site"),
        pytest.param("//evil.example/", "/", id="another site without a scheme"),
        pytest.param("/\\evil.example", "/", id="a backslash is a slash to browsers"),
        pytest.param("/\tevil", "/", id="control characters vanish in browsers"),
        pytest.param("javascript:alert(1)", "/", id="a script"),
        pytest.param("", "/", id="nothing"),
        pytest.param(None, "/", id="absent"),
    ],
)
def test_the_way_back_never_leaves_the_site(wanted: str | None, way: str) -> None:
    assert auth.way_back(wanted) == way


def _all_routes() -> list[BaseRoute]:
    return [route for router in doors.ROUTERS for route in router.routes]


POSTS = sorted(r.path for r in _all_routes() if isinstance(r, APIRoute) and "POST" in (r.methods or ()))


@pytest.mark.parametrize("path", POSTS)
def test_a_form_that_we_did_not_give_out_is_refused(house: House, path: str) -> None:
    browser = house.as_(house.who.aynur)
    url = path.replace("{emis}", "190").replace("{number}", "1")
    assert browser.post(url, data={}, follow_redirects=False).status_code == 403
    assert browser.post(url, data={auth.FIELD: auth.form_token("other")}, follow_redirects=False).status_code == 403
    assert browser.post(url, data={auth.FIELD: "ə"}, follow_redirects=False).status_code == 403
    token = token_in(browser.get("/").text)
    foreign = browser.post(
        url, data={auth.FIELD: token}, headers={"sec-fetch-site": "cross-site"}, follow_redirects=False
    )  # fmt: skip
    assert foreign.status_code == 403


def test_a_token_that_is_no_ascii_is_refused_before_anybody_signed_in(house: House) -> None:
    house.client.get("/sign-in")
    assert house.client.post("/sign-in", data={auth.FIELD: "ə", "login": "aynur"}).status_code == 403


def test_the_cookie_is_secure_where_the_setting_says_so(house: House) -> None:
    house.client.app.state.settings = house.client.app.state.settings.model_copy(update={"secure_cookies": True})  # type: ignore[attr-defined]
    assert "Secure" in house.client.get("/sign-in").headers["set-cookie"]


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        pytest.param("/imports", 413, id="a form, which is read before its route asks who sends it"),
        pytest.param("/acts/scans", 413, id="a form with a scan"),
        pytest.param("/api/v1/imports", 401, id="a bare body, before which is asked who sends it"),
    ],
)
def test_a_large_body_is_taken_only_from_somebody_known(house: House, path: str, refused: int) -> None:
    large = {"file": ("a.csv", b"x" * 200_000)}
    assert house.client.post(path, files=large).status_code == refused
    forged = {"authorization": "Bearer zt_nobody"}
    assert house.client.post(path, files=large, headers=forged).status_code == refused
    own_page = {"sec-fetch-site": "same-origin"}
    assert house.as_(house.who.leyla).post(path, files=large, headers=own_page).status_code not in (401, 413)
