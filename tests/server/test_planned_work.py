"""The form of planned work: what it takes, what it refuses, and what it keeps of what was typed."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import httpx2 as httpx
import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from alerts.tables import Maintenance
from inventory.tables import Device, School
from server import db
from server.pages import typed
from server.pages.stream import live
from tests import cast
from tests.server.conftest import House, post, token_in

BAKU = ZoneInfo("Asia/Baku")


@pytest.fixture
def voice(house: House) -> cast.Voice:
    """The agent of school 190 spoke a moment ago."""
    now = datetime.now(UTC)
    with db.writing(house.engine) as session:
        voice = cast.voice_of(session, session.get_one(School, house.who.school.id), at=now)
        voice.says(session, cast.minute(cast.link(), cast.ups()), at=now)
    return voice


def _in(**distance: int) -> str:
    """What a reader in Baku types for a moment at this distance from now."""
    return f"{datetime.now(BAKU) + timedelta(**distance):%Y-%m-%dT%H:%M}"


def _plan(browser: TestClient, **other: str) -> httpx.Response:
    fields = {"starts": _in(hours=-1), "ends": _in(hours=2), "note": "Kabel", "device": ""} | other
    token = token_in(browser.get("/schools/190").text)
    return browser.post("/schools/190/maintenance", data={"csrf": token, **fields}, follow_redirects=False)


def _plans(house: House) -> list[Maintenance]:
    with db.reading(house.engine) as session:
        return list(session.exec(select(Maintenance)))


def test_planned_work_is_shown_while_it_lasts_and_can_be_cancelled(house: House, voice: cast.Voice) -> None:
    browser = house.as_(house.who.aynur)
    assert _plan(browser).status_code == 303
    html = browser.get("/schools/190").text
    assert "Planlı iş, bitir: " in html
    assert "Kabel" in html
    assert '<tr class="maintenance">' in browser.get("/").text
    assert post(browser, "/schools/190/maintenance/1/cancel") == 303
    assert '<tr class="up">' in browser.get("/").text
    assert post(browser, "/schools/190/maintenance/1/cancel") == 409


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"ends": "2020-01-01T00:00"}, "Bitmə vaxtı başlanğıcdan əvvəldir"),
        ({"starts": "2020-01-01T00:00", "ends": "2020-01-01T01:00"}, "Bu vaxt artıq keçib"),
        ({"ends": _in(days=31)}, "ən çoxu 30 gün"),
        ({"ends": "2099-01-01T00:00"}, "ən çoxu 30 gün"),
        ({"starts": _in(days=368), "ends": _in(days=369)}, "yaxın 366 gün"),
        ({"starts": "9999-12-31T22:00", "ends": "9999-12-31T23:59"}, "yaxın 366 gün"),
        ({"starts": "0001-01-01T00:00"}, "Bu tarix və saat oxunmur"),
        ({"ends": "0001-01-01T00:00"}, "Bu tarix və saat oxunmur"),
        ({"starts": "soon"}, "Bu tarix və saat oxunmur"),
        ({"starts": "2026-11-24"}, "Bu tarix və saat oxunmur"),
        ({"starts": "2026-11-24T09:00Z"}, "Bu tarix və saat oxunmur"),
        ({"starts": "2026-W48-2T09:00"}, "Bu tarix və saat oxunmur"),
        ({"starts": "٢٠٢٦-11-24T09:00"}, "Bu tarix və saat oxunmur"),
        ({"note": "x" * 301}, "Qeyd çox uzundur"),
        ({"device": "abc"}, "belə qurğu yoxdur"),
        ({"device": "-1"}, "belə qurğu yoxdur"),
        ({"device": "²"}, "belə qurğu yoxdur"),
        ({"device": "٣"}, "belə qurğu yoxdur"),
        ({"device": " "}, "belə qurğu yoxdur"),
        ({"device": "999999999999"}, "belə qurğu yoxdur"),
    ],
    ids=lambda given: " ".join(f"{k}={v[:24]}" for k, v in given.items()) if isinstance(given, dict) else "",
)
def test_a_wrong_plan_comes_back_with_a_sentence_and_nothing_is_planned(
    house: House, fields: dict[str, str], sentence: str
) -> None:
    answer = _plan(house.as_(house.who.aynur), **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert _plans(house) == []


def test_a_device_of_another_school_is_none_of_this_one(house: House, voice: cast.Voice) -> None:
    with db.writing(house.engine) as session:
        other = cast.voice_of(session, session.get_one(School, 2), at=datetime.now(UTC))
        other.says(session, cast.minute(), at=datetime.now(UTC))
        theirs = session.exec(select(Device.id).where(Device.school_id == 2)).first()
    assert _plan(house.as_(house.who.aynur), device=str(theirs)).status_code == 404
    assert _plans(house) == []


def test_a_refused_form_keeps_what_was_typed(house: House, voice: cast.Voice) -> None:
    with db.reading(house.engine) as session:
        mine = session.exec(select(Device.id).where(Device.school_id == 1)).first()
    fields = {"starts": _in(hours=3), "ends": _in(hours=1), "note": "Modem <dəyişir>", "device": str(mine)}
    html = _plan(house.as_(house.who.aynur), **fields).text
    assert f'name="starts" required value="{fields["starts"]}"' in html
    assert f'name="ends" required value="{fields["ends"]}"' in html
    assert 'value="Modem &lt;dəyişir&gt;"' in html
    assert f'<option value="{mine}" selected>' in html


@pytest.mark.parametrize("url", ["/schools/190/maintenance", "/schools/190/maintenance/1/cancel"])
def test_the_address_of_a_form_asked_for_anew_is_the_school(house: House, url: str) -> None:
    answer = house.as_(house.who.aynur).get(url, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/schools/190#planned")


def test_a_note_is_one_line_without_what_no_screen_shows(house: House) -> None:
    assert _plan(house.as_(house.who.aynur), note=" Ka\0bel\x1b,\tmodem\r\n").status_code == 303
    assert [plan.note for plan in _plans(house)] == ["Kabel, modem"]


@pytest.mark.parametrize("number", ["99999999999999999999999999", "2147483648", "abc", "-1", "²", "0"])
def test_work_that_cannot_be_there_is_not_found(house: House, number: str) -> None:
    assert post(house.as_(house.who.aynur), f"/schools/190/maintenance/{number}/cancel") == 404


def test_an_operator_plans_no_work(house: House) -> None:
    browser = house.as_(house.who.rauf)
    assert "İş planla" not in browser.get("/schools/190").text
    assert _plan(browser).status_code == 403
    assert _plans(house) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("0", 0), ("2147483647", 2**31 - 1), ("2147483648", None), ("9" * 5000, None), ("²", None), ("", None)],
    ids=lambda given: repr(given)[:14],
)
def test_an_id_is_what_a_row_can_have(text: str, number: int | None) -> None:
    assert typed.row_id(text) == number


def test_the_form_of_every_language_offers_tomorrow(house: House) -> None:
    html = house.as_(house.who.aynur).get("/schools/190").text
    assert re.search(rf'name="starts" required value="{_in(days=1)[:10]}T09:00"', html)


@pytest.mark.parametrize("last_event_id", ["9" * 5000, "²", "-1", "abc"], ids=lambda given: given[:4])
def test_a_stream_begins_whatever_its_last_event_is_called(last_event_id: str) -> None:
    request: Any = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(watch=None)))
    nobody: Any = None

    async def begun() -> str | None:
        stream = aiter(live(request, nobody, nobody, last_event_id=last_event_id))
        return (await anext(stream)).comment

    assert asyncio.run(begun()) == "open"
