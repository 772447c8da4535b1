"""The pages as a browser without scripts gets them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from agent import report as wire
from alerts import journal
from alerts.tables import Episode, Hearing
from inventory.tables import School
from server import db
from server.pages.shield import POLICY
from tests import cast
from tests.server.conftest import House, post


@pytest.fixture
def voice(house: House) -> cast.Voice:
    """The agent of school 190 spoke a moment ago."""
    now = datetime.now(UTC)
    with db.writing(house.engine) as session:
        voice = cast.voice_of(session, session.get_one(School, house.who.school.id), at=now)
        voice.says(session, cast.minute(cast.link(), cast.ups(), cast.computer()), at=now)
    return voice


def test_a_school_that_does_not_exist_reads_like_one_that_is_not_his(house: House) -> None:
    browser = house.as_(house.who.kamran)

    def strip(html: str) -> str:
        return re.sub(r'(value|href)="[^"]*"', "", html)

    assert strip(browser.get("/schools/999").text) == strip(browser.get("/schools/190").text)


@pytest.mark.parametrize("language", ["az", "en", "ru"])
@pytest.mark.parametrize("url", ["/", "/schools/190", "/schools/190/chart", "/schools/190?believed=1", "/nowhere"])
def test_every_page_in_every_language(house: House, voice: cast.Voice, language: str, url: str) -> None:
    browser = house.as_(house.who.aynur)
    assert post(browser, "/language", language=language) == 303
    answer = browser.get(url)
    assert answer.status_code == (404 if url == "/nowhere" else 200)
    assert f'<html lang="{language}"' in answer.text
    assert {"az": "Xətlər", "en": "Links", "ru": "Линии связи"}[language] in answer.text
    assert not re.search(r"%\(\w+\)|\bNone\b(?!\.)|style=", answer.text)
    assert answer.headers["content-security-policy"] == POLICY


def test_the_chosen_language_goes_with_the_person_to_another_browser(house: House) -> None:
    post(house.as_(house.who.aynur), "/language", language="ru")
    assert '<html lang="ru"' in house.as_(house.who.aynur).get("/").text


def test_a_language_in_the_address_holds_for_that_page_alone(house: House) -> None:
    browser = house.as_(house.who.aynur)
    assert '<html lang="en"' in browser.get("/?lang=en").text
    assert '<html lang="az"' in browser.get("/").text


def test_the_technician_sees_his_district_and_the_operator_the_country(house: House, voice: cast.Voice) -> None:
    aynur, rauf = house.as_(house.who.aynur).get("/").text, house.as_(house.who.rauf).get("/").text
    assert "190 nömrəli" in aynur
    assert "Şıxlı" not in aynur
    assert "190 nömrəli" in rauf
    assert "Şıxlı" in rauf


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("q=Semkir", {"Şıxlı"}),
        ("q=sixli", {"Şıxlı"}),
        ("q=190", {"190 nömrəli"}),
        ("district=AZ-SAB", {"190 nömrəli"}),
        ("state=up", {"190 nömrəli"}),
        ("state=no_data", {"Şıxlı"}),
        ("state=nonsense", {"190 nömrəli", "Şıxlı"}),
        ("q=qax", set()),
    ],
)
def test_the_filter_works_without_scripts(house: House, voice: cast.Voice, query: str, there: set[str]) -> None:
    html = house.as_(house.who.rauf).get(f"/?{query}").text
    assert {name for name in ("190 nömrəli", "Şıxlı") if name in html} == there


def test_a_school_without_an_agent_is_neither_up_nor_down(house: House) -> None:
    html = house.as_(house.who.kamran).get("/schools/21").text
    assert "Hələ hesabat yoxdur" in html
    assert "zeng enrol-code 21" in html
    assert "İşləyir</span>" not in html


def test_values_stand_with_their_units_and_their_age(house: House, voice: cast.Voice) -> None:
    html = house.as_(house.who.aynur).get("/schools/190").text
    for text in ("98%", "24 dəq", "31 ms", "9,5 dB", "elektrik şəbəkəsi", "Server otağı"):
        assert text in html
    assert re.search(r"<dt>oxunub</dt><dd><time datetime=", html)


def test_a_silent_school_is_shown_with_its_last_words_and_never_as_up(house: House) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    with db.writing(house.engine) as session:
        voice = cast.voice_of(session, session.get_one(School, 1), at=long_ago)
        voice.says(session, cast.minute(cast.link(), cast.ups("battery")), at=long_ago)
    html = house.as_(house.who.aynur).get("/schools/190").text
    assert "Susur: " in html
    assert "UPS batareyada idi" in html
    assert "son bilinən: İşləyir" in html
    assert 'class="device up"' not in html
    assert 'class="icon up"' not in html
    board = house.as_(house.who.aynur).get("/").text
    assert '<tr class="no_data">' in board
    assert '<tr class="up">' not in board


def test_a_link_that_is_down_comes_with_evidence(house: House, voice: cast.Voice) -> None:
    with db.writing(house.engine) as session:
        voice.says(session, cast.minute(cast.link(intranet=100, internet=100, rtt=None)), at=datetime.now(UTC))
    html = house.as_(house.who.aynur).get("/schools/190").text
    for text in ("Xətt kəsilib", "şlüz cavab verir", "internet cavab vermir", "agent eşidilib"):
        assert text in html


def test_late_evidence_is_marked_and_what_was_believed_can_be_seen(house: House) -> None:
    now = datetime.now(UTC)
    with db.writing(house.engine) as session:
        voice = cast.voice_of(session, session.get_one(School, 1), at=now)
        voice.says(session, cast.minute(), at=now - timedelta(hours=1), number=1)
        voice.says(session, cast.minute(), at=now, number=30)
        voice.says(session, cast.minute(cast.link(internet=100)), at=now, ago=timedelta(minutes=30), number=10)
        assert session.exec(select(Episode).where(Episode.late)).all()
    browser = house.as_(house.who.aynur)
    assert "sonradan düzəldilib" in browser.get("/schools/190").text
    assert "geri götürülüb" in browser.get("/schools/190?believed=1").text


def test_a_wrong_clock_and_a_copied_key_are_told_in_words(house: House, voice: cast.Voice) -> None:
    with db.writing(house.engine) as session:
        hearing = session.get_one(Hearing, voice.agent_id)
        hearing.clock_offset_ms, hearing.spool = -7_200_000, 12
        hearing.clone = {"hostname": "pc-kopya", "macs": [], "instance": "x", "seen_ms": 1_795_507_200_000}
        hearing.version += 1
    html = house.as_(house.who.aynur).get("/schools/190").text
    assert "saatı 2 saat geridir" in html
    assert "12 hesabat" in html
    assert "pc-mudir və pc-kopya" in html


def test_invented_data_are_marked(house: House) -> None:
    with db.writing(house.engine) as session:
        session.get_one(School, 1).demo = True
    browser = house.as_(house.who.aynur)
    assert "uydurma" in browser.get("/").text
    assert "uydurma" in browser.get("/schools/190").text


def test_the_chart_has_the_numbers_of_the_link_and_gaps_stay_gaps(house: House) -> None:
    now = datetime.now(UTC)
    with db.writing(house.engine) as session:
        voice = cast.voice_of(session, session.get_one(School, 1), at=now)
        voice.says(session, *[cast.minute()] * 3, at=now, ago=timedelta(hours=2), number=1)
        voice.says(session, *[cast.minute(cast.link(internet=20, rtt=0.1))] * 2, at=now, number=50)
    browser = house.as_(house.who.aynur)
    answer = browser.get("/schools/190/chart.json?hours=24")
    columns = answer.json()
    assert columns["rtt"] == [31, 31, 31, None, 100, 100]
    assert columns["loss"] == [0, 0, 0, None, 20, 20]
    assert columns["margin"][-1] == 9.5
    assert len({len(columns[name]) for name in ("t", "rtt", "loss", "margin")}) == 1
    same = browser.get("/schools/190/chart.json?hours=24", headers={"if-none-match": answer.headers["etag"]})
    assert same.status_code == 304
    table = browser.get("/schools/190/chart").text
    assert "100 ms" in table
    assert 'class="no_data"' in table


def test_machines_get_problems_and_people_get_pages(house: House) -> None:
    browser = house.as_(house.who.aynur)
    assert browser.get("/nowhere").headers["content-type"].startswith("text/html")
    problem = browser.get("/nowhere", headers={"accept": "application/json"})
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")
    house.client.headers["accept"] = "application/json"
    assert house.client.get("/schools/190/chart.json").status_code == 401


@pytest.mark.parametrize("url", ["/schools/190/chart.json?hours=0", "/schools/999/chart.json", "/nowhere.json"])
def test_an_address_of_data_answers_with_problems_even_to_a_browser(house: House, url: str) -> None:
    answer = house.as_(house.who.aynur).get(url)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("/?page=-1", "“page” çox kiçikdir; düzgünü: ən azı 1 olan ədəd."),
        ("/?page=1001", "“page” çox böyükdür; düzgünü: ən çoxu 1000 olan ədəd."),
        ("/?page=one", "“page” oxunmur; düzgünü: tam ədəd."),
        ("/?q=" + "x" * 81, "“q” çox uzundur; düzgünü: ən çoxu 80 simvol."),
    ],
)
def test_a_wrong_address_is_answered_with_the_name_of_what_is_wrong(house: House, url: str, sentence: str) -> None:
    answer = house.as_(house.who.aynur).get(url)
    assert answer.status_code == 422
    assert "Ünvanda səhv var" in answer.text
    assert sentence in answer.text


def _shown(house: House, *devices: wire.Device) -> str:
    """The page of school 190 after a report of these devices."""
    now = datetime.now(UTC)
    with db.writing(house.engine) as session:
        voice = cast.voice_of(session, session.get_one(School, 1), at=now)
        voice.says(session, cast.minute(*devices), at=now)
    return house.as_(house.who.aynur).get("/schools/190").text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("az", "filtr: xəbərdarlıq, lampa: nasazlıq"),
        ("en", "filter: warning, lamp: fault"),
        ("ru", "фильтр: предупреждение, лампа: неисправность"),
    ],
)
def test_the_faults_of_a_board_are_said_in_words(house: House, language: str, said: str) -> None:
    errors = wire.Reading("board.errors", "", "enum", "filter=warning lamp=error")
    board = wire.Device("pjlink://10.0.0.9", "board", True, [wire.Reading("board.power", "", "enum", "on"), errors])
    _shown(house, cast.link(), board)
    html = house.as_(house.who.aynur).get(f"/schools/190?lang={language}").text
    assert said in html
    assert "=warning" not in html


def test_a_board_with_a_warning_works_and_the_warning_is_said(house: House) -> None:
    errors = wire.Reading("board.errors", "", "enum", "filter=warning")
    html = _shown(house, cast.link(), wire.Device("pjlink://10.0.0.9", "board", True, [errors]))
    assert 'class="device up"' in html.partition('id="k-board"')[2]
    assert "filtr: xəbərdarlıq" in html


def test_a_state_is_not_said_a_second_time_as_its_own_reason(house: House) -> None:
    html = _shown(house, cast.link())
    assert 'class="device up"' in html
    assert "işləyir" not in html


def test_the_last_known_state_is_not_said_twice_either(house: House) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    with db.writing(house.engine) as session:
        voice = cast.voice_of(session, session.get_one(School, 1), at=long_ago)
        voice.says(session, cast.minute(), at=long_ago)
    html = house.as_(house.who.aynur).get("/schools/190").text
    assert "son bilinən: İşləyir, " in html
    assert "(işləyir)" not in html


@pytest.mark.parametrize(
    ("rtt", "said"), [(0, "&lt;1 ms"), (0.0004, "0,4 ms"), (0.031, "31 ms"), (1.25, "1.250 ms")], ids=str
)
def test_a_round_trip_is_told_in_milliseconds_and_takes_some_time(house: House, rtt: float, said: str) -> None:
    html = _shown(house, cast.link(rtt=rtt))
    assert f"<dt>internet</dt><dd>{said}</dd>" in html
    board = house.as_(house.who.aynur).get("/").text
    assert f">{said}</td>" in board


def test_what_breaks_says_so_without_its_inside(
    house: House, voice: cast.Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(journal, "read", broken)
    answer = house.as_(house.who.aynur).get("/schools/190/chart")
    assert answer.status_code == 500
    assert "secret inside" not in answer.text
    assert "Nəsə sındı" in answer.text
    assert answer.headers["content-security-policy"] == POLICY


def test_theme_and_short_cuts_are_kept(house: House) -> None:
    browser = house.as_(house.who.aynur)
    post(browser, "/theme", theme="dark")
    post(browser, "/keys", keys="off")
    assert 'data-theme="dark" data-keys="off"' in browser.get("/").text


def test_an_answer_to_htmx_is_the_list_alone(house: House) -> None:
    html = house.as_(house.who.aynur).get("/", headers={"hx-request": "true"}).text
    assert html.startswith('<section id="links"')


def test_a_name_with_html_in_it_stays_text(house: House) -> None:
    with db.writing(house.engine) as session:
        voice = cast.voice_of(session, session.get_one(School, 1))
        evil = wire.Device("link", "link", True, [], "<script>alert(1)</script>")
        voice.says(session, cast.minute(evil), at=datetime.now(UTC))
    for url in ("/", "/schools/190"):
        assert "<script>alert" not in house.as_(house.who.aynur).get(url).text
