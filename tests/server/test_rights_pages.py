"""The pages of people, of one's own account and of the trace, as a browser without scripts gets them."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from inventory import people, scoping, sessions
from inventory.roles import Role
from inventory.tables import ApiToken, Person, Trace
from server import auth, db
from tests.cast import PASSWORD
from tests.server.conftest import House, post, token_in


def sent(browser: TestClient, url: str, page: str, **fields: str | list[str]) -> tuple[int, str]:
    """The form of a page, sent; status and text of what comes back, unfollowed."""
    token = token_in(browser.get(page).text)
    answer = browser.post(url, data={auth.FIELD: token, **fields}, follow_redirects=False)
    return answer.status_code, answer.text


@pytest.mark.parametrize("language", ["az", "en", "ru"])
@pytest.mark.parametrize("url", ["/people", "/people/aynur", "/me", "/trace", "/trace/reads"])
def test_every_page_in_every_language(house: House, language: str, url: str) -> None:
    answer = house.as_(house.who.zaur).get(f"{url}?lang={language}")
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert not re.search(r"%\(\w+\)|\bNone\b|style=", answer.text)


def test_an_administrator_adds_a_director_who_signs_in_and_sees_his_school(house: House) -> None:
    zaur = house.as_(house.who.zaur)
    fields: dict[str, str | list[str]] = {
        "login": "vusal", "name": "Vüsal (uydurma)", "role": "director", "password": PASSWORD, "schools": "190",
    }  # fmt: skip
    assert sent(zaur, "/people", "/people", **fields)[0] == 303
    assert "190" in zaur.get("/people/vusal").text
    token = token_in(house.client.get("/sign-in").text)
    form = {auth.FIELD: token, "login": "vusal", "password": PASSWORD}
    assert house.client.post("/sign-in", data=form, follow_redirects=False).status_code == 303
    assert house.client.get("/schools/190").status_code == 200
    assert house.client.get("/schools/21").status_code == 404


def test_what_was_typed_stays_when_it_is_refused(house: House) -> None:
    zaur = house.as_(house.who.zaur)
    status, html = sent(zaur, "/people", "/people", login="vusal", name="Vüsal", role="technician", password=PASSWORD)
    assert status == 422
    assert "rayon və ya məktəb lazımdır" in html
    assert 'value="Vüsal"' in html


def test_another_scope_holds_on_the_next_page(house: House) -> None:
    zaur, kamran = house.as_(house.who.zaur), house.as_(house.who.kamran)
    assert kamran.get("/schools/190").status_code == 404
    given: dict[str, str | list[str]] = {
        "name": "Kamran", "role": "technician", "districts": ["AZ-SKR", "AZ-SAB"], "active": "1", "version": "1",
        "reason": "əvəz edir",
    }  # fmt: skip
    assert sent(zaur, "/people/kamran", "/people/kamran", **given)[0] == 303
    assert kamran.get("/schools/190").status_code == 200
    assert "əvəz edir" in zaur.get("/people/kamran").text
    status, html = sent(zaur, "/people/kamran", "/people/kamran", **given)
    assert status == 409, "somebody changed it meanwhile"
    assert "yenidən baxın" in html


def test_whoever_is_let_go_is_out_with_the_next_page(house: House) -> None:
    aynur = house.as_(house.who.aynur)
    given = {"name": "Aynur", "role": "technician", "districts": "AZ-SAB", "version": "1"}
    assert post(house.as_(house.who.zaur), "/people/aynur", "/people/aynur", **given) == 303
    assert aynur.get("/", follow_redirects=False).status_code == 303


def test_the_last_administrator_cannot_lock_himself_out(house: House) -> None:
    zaur = house.as_(house.who.zaur)
    given = {"name": "Zaur", "role": "operator", "active": "1", "version": "1"}
    status, html = sent(zaur, "/people/zaur", "/people/zaur", **given)
    assert status == 409
    assert "sonuncu inzibatçıdır" in html


def test_a_new_password_of_an_administrator_ends_every_session(house: House) -> None:
    aynur = house.as_(house.who.aynur)
    zaur = house.as_(house.who.zaur)
    assert post(zaur, "/people/aynur/password", "/people/aynur", password="yeni-parol-2026") == 303
    assert aynur.get("/", follow_redirects=False).status_code == 303
    with db.reading(house.engine) as session:
        row = session.exec(select(Trace).where(Trace.verb == "password_reset")).one()
        assert (row.by, row.after, len(row.request)) == ("zaur", None, 32)


def test_the_own_password_needs_the_old_one(house: House) -> None:
    browser = house.as_(house.who.aynur)
    status, html = sent(browser, "/me/password", "/me", old="wrong", new="yeni-parol-2026")
    assert status == 422
    assert "Köhnə parol yanlışdır" in html
    assert post(browser, "/me/password", "/me", old=PASSWORD, new="yeni-parol-2026") == 303
    assert browser.get("/me").status_code == 200


def test_a_telephone_is_set_up_and_asked_for(house: House) -> None:
    browser = house.as_(house.who.aynur)
    status, html = sent(browser, "/me/second-factor", "/me")
    assert status == 200
    assert 'src="data:image/svg+xml' in html
    secret = "".join(re.findall(r"<code>([A-Z2-7 ]+)</code>", html)).replace(" ", "")
    wrong = browser.post("/me/second-factor/confirm", data={auth.FIELD: token_in(html), "code": "000000"})
    assert wrong.status_code == 422
    assert secret in wrong.text.replace(" ", ""), "the picture stays until the telephone has it"
    code = pyotp.TOTP(secret).now()
    done = browser.post("/me/second-factor/confirm", data={auth.FIELD: token_in(html), "code": code})
    codes = re.findall(r"<code>([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})</code>", done.text)
    assert len(codes) == 8

    client = house.client
    form = {auth.FIELD: token_in(client.get("/sign-in").text), "login": "aynur", "password": PASSWORD, "next": "/me"}
    half = client.post("/sign-in", data=form, follow_redirects=False)
    assert half.headers["location"] == "/sign-in/code?next=%2Fme"
    assert client.get("/me", follow_redirects=False).status_code == 303, "half a session opens nothing"
    page = client.get("/sign-in/code?next=/me").text
    again = client.post("/sign-in/code", data={auth.FIELD: token_in(page), "code": code})
    assert again.status_code == 401, "the code was used"
    whole = client.post(
        "/sign-in/code", data={auth.FIELD: token_in(page), "code": codes[3], "next": "/me"}, follow_redirects=False
    )
    assert (whole.status_code, whole.headers["location"]) == (303, "/me")
    assert "7 bərpa kodu" in client.get("/me").text

    assert post(browser, "/me/second-factor/off", "/me", password="wrong") == 422
    assert post(browser, "/me/second-factor/off", "/me", password=PASSWORD) == 303
    with db.reading(house.engine) as session:
        verbs = session.exec(select(Trace.verb).where(Trace.key == "aynur")).all()
    assert verbs == ["second_factor_on", "second_factor_off"]


def test_codes_cannot_be_tried_for_ever(house: House) -> None:
    with db.writing(house.engine) as session:
        person = session.get_one(Person, house.who.aynur.id)
        half = sessions.entered(session, person, valid=timedelta(hours=1), at=datetime.now(UTC))
        assert not half.half
    browser = house.as_(house.who.aynur)
    html = sent(browser, "/me/second-factor", "/me")[1]
    secret = "".join(re.findall(r"<code>([A-Z2-7 ]+)</code>", html)).replace(" ", "")
    browser.post(
        "/me/second-factor/confirm", data={auth.FIELD: token_in(html), "code": pyotp.TOTP(secret).now()}
    ).raise_for_status()
    client = house.client
    for status in [401] * 5 + [429]:
        form = {auth.FIELD: token_in(client.get("/sign-in").text), "login": "aynur", "password": PASSWORD}
        if status == 401:
            assert client.post("/sign-in", data=form, follow_redirects=False).status_code == 303
            page = client.get("/sign-in/code").text
            answer = client.post("/sign-in/code", data={auth.FIELD: token_in(page), "code": "000000"})
        else:
            answer = client.post("/sign-in", data=form)
        assert answer.status_code == status


def test_a_token_is_shown_once_and_revoked_by_its_person(house: House) -> None:
    browser = house.as_(house.who.aynur)
    html = sent(browser, "/me/tokens", "/me", name="hesabat", days="30", permissions=["export"])[1]
    token = re.findall(r"<code>(zt_[\w-]+)</code>", html)[0]
    assert token not in browser.get("/me").text
    program = TestClient(house.client.app, headers={"authorization": f"Bearer {token}"})
    assert program.get("/api/v1/me").json()["permissions"] == ["export"]
    with db.reading(house.engine) as session:
        number = session.exec(select(ApiToken.id)).one()
    assert post(house.as_(house.who.kamran), f"/me/tokens/{number}/revoke", "/me") == 404
    assert post(browser, f"/me/tokens/{number}/revoke", "/me") == 303
    assert program.get("/api/v1/me").status_code == 401


def test_the_trace_shows_who_changed_what_and_why(house: House) -> None:
    with db.writing(house.engine) as session:
        rauf = session.get_one(Person, house.who.rauf.id)
        people.person_changed(
            session, rauf, name="<b>Rauf</b>", role=Role.NOC, districts=[], schools=[], active=True,
            by=scoping.acting(session, house.who.zaur, "call-146"), at=datetime.now(UTC), reason="əmr № 7",
        )  # fmt: skip
    html = house.as_(house.who.orxan).get("/trace?noun=person&key=rauf").text
    for text in ("zaur", "call-146", "əmr № 7", "Rauf Hüseynov", "&lt;b&gt;Rauf", "operator", "noc"):
        assert text in html
    assert "Uyğun heç nə yoxdur" in house.as_(house.who.orxan).get("/trace?noun=person&key=nobody").text


def test_a_long_trace_is_read_page_by_page(house: House) -> None:
    orxan = house.as_(house.who.orxan)
    with db.writing(house.engine) as session:
        for n in range(60):
            person = session.get_one(Person, house.who.rauf.id)
            people.person_changed(
                session, person, name=f"Rauf {n}", role=Role.OPERATOR, districts=[], schools=[], active=True,
                by=scoping.acting(session, house.who.zaur), at=datetime.now(UTC),
            )  # fmt: skip
    first = orxan.get("/trace").text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    second = orxan.get(older[1].replace("&amp;", "&")).text
    numbers = [int(n) for n in re.findall(r"№ (\d+)</small>", first + second)]
    assert numbers == list(range(64, 0, -1))


def test_people_without_the_permission_have_no_tab(house: House) -> None:
    assert 'href="/people"' not in house.as_(house.who.aynur).get("/").text
    assert 'href="/people"' in house.as_(house.who.zaur).get("/").text
    assert 'href="/trace"' in house.as_(house.who.orxan).get("/").text
