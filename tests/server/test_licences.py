"""Licences by page, by API and by the clock: the same refusals at every door."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from inventory import licences, software
from inventory.equipment import Evidence, Kind
from inventory.licensing import Metric, Term
from inventory.lifecycle import AssetState
from inventory.tables import (
    Allocation,
    Asset,
    Device,
    Entitlement,
    LicencePool,
    LicenceWarning,
    Maker,
    Match,
    Model,
    School,
    SoftwareSeen,
)  # fmt: skip
from server import db, licence_clock
from tests import cast
from tests.inventory.exchange.files import csv_of, rows_of, said, tried
from tests.server.conftest import House, post

ACT: dict[str, Any] = {"by": cast.CONSOLE, "at": cast.NOW}
YEAR = {"quantity": 100, "from_on": "2026-01-01", "last_on": "2026-12-31"}


def pool(house: House, seats: int = 100) -> int:
    """A pool `kav` of seats for 2026; the id of what was bought."""
    with db.writing(house.engine) as session:
        product = software.product_entered(session, "Kaspersky", Metric.DEVICE, seen_as=["Linux"], **ACT)
        row = software.pool_opened(session, "kav", product, **ACT)
        return licences.bought(session, row, Term(seats, date(2026, 1, 1), date(2026, 12, 31)), **ACT).id or 0


@pytest.fixture
def leyla(house: House) -> TestClient:
    browser = house.as_(house.who.leyla)
    browser.headers["sec-fetch-site"] = "same-origin"
    return browser


def quantities(house: House) -> list[int]:
    with db.reading(house.engine) as session:
        return list(session.exec(select(col(Allocation.quantity)).order_by(col(Allocation.id))))


def test_a_pool_is_opened_filled_given_and_renewed_by_its_pages(house: House, leyla: TestClient) -> None:
    form = {"name": "Kaspersky", "metric": "device", "seen_as": "Kaspersky, KES", "code": "kav"}
    assert post(leyla, "/licences", "/licences", **form) == 303
    page = "/licences/kav"
    assert post(leyla, f"{page}/bought", page, quantity="100", from_on="2026-01-01", last_on="2026-12-31") == 303
    give = {"quantity": "60", "from_on": "2026-01-01", "last_on": "2026-12-31", "district": "AZ-SAB"}
    assert post(leyla, f"{page}/given", page, **give) == 303
    with db.reading(house.engine) as session:
        old = session.exec(select(Entitlement)).one()
    renew = {"quantity": "90", "from_on": "2027-01-01", "last_on": "2027-12-31", "renews": str(old.id), "carry": "1"}
    assert post(leyla, f"{page}/bought", page, **renew) == 303
    shown = leyla.get(f"{page}?on=2027-06-01").text
    assert re.findall(r"<dd[^>]*>([\d]+)</dd>", shown)[:3] == ["90", "60", "30"]
    assert post(leyla, f"{page}/allocations/1/back", page) == 303


def test_too_many_are_refused_by_page_and_api_with_the_same_sentence(house: House, leyla: TestClient) -> None:
    bought = pool(house)
    page, api = "/licences/kav", "/api/v1/licence-pools/kav/allocations"
    assert leyla.post(api, json={**YEAR, "quantity": 90, "district": "AZ-SAB"}).status_code == 201
    by_api = leyla.post(api, json={**YEAR, "quantity": 11, "school": "190"})
    assert (by_api.status_code, by_api.json()["detail"][:60]) == (
        409, "On 2026-01-01 the pool kav has 100 seats and 101 would be giv"[:60]
    )  # fmt: skip
    typed = {"quantity": "11", "from_on": "2026-01-01", "last_on": "2026-12-31", "school": "190"}
    assert post(leyla, f"{page}/given", page, **typed) == 422
    smaller = leyla.patch(f"/api/v1/entitlements/{bought}", json={**YEAR, "quantity": 89}, headers={"if-match": "*"})
    assert smaller.status_code == 409
    assert quantities(house) == [90]


def test_a_refused_form_keeps_what_was_typed_and_says_why_in_the_readers_language(
    house: House, leyla: TestClient
) -> None:
    pool(house)
    token = re.findall(r'name="csrf" value="([0-9a-f]{64})"', leyla.get("/licences/kav").text)[0]
    typed = {"csrf": token, "quantity": "101", "from_on": "2026-01-01", "last_on": "2026-12-31", "district": "AZ-SAB"}
    answer = leyla.post("/licences/kav/given", data={**typed, "note": "sınaq"})
    assert answer.status_code == 422
    assert "kav fondunda 100 lisenziya var" in answer.text
    assert 'value="101"' in answer.text
    assert 'value="sınaq"' in answer.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"quantity": "0"}, "həddən kənardır"),
        ({"quantity": "99999999999"}, "həddən kənardır"),
        ({"from_on": "31.12.2026"}, "tarix oxunmur"),
        ({"last_on": "2025-01-01"}, "ilk gündən əvvəldir"),
        ({"school": "190"}, "yalnız birini"),
        ({"district": ""}, "yalnız birini"),
        ({"district": "", "asset": "INV-404"}, "Belə səhifə yoxdur"),
        ({"district": "", "school": "404"}, "Belə səhifə yoxdur"),
    ],
)
def test_a_wrong_form_is_answered_with_a_sentence(
    house: House, leyla: TestClient, typed: dict[str, str], sentence: str
) -> None:
    pool(house)
    token = re.findall(r'name="csrf" value="([0-9a-f]{64})"', leyla.get("/licences/kav").text)[0]
    right = {"quantity": "1", "from_on": "2026-01-01", "last_on": "2026-12-31", "district": "AZ-SAB"}
    answer = leyla.post("/licences/kav/given", data={"csrf": token, **right, **typed})
    assert answer.status_code in (404, 422)
    assert sentence in answer.text
    assert quantities(house) == []


def test_whoever_keeps_no_licences_sees_pools_without_forms(house: House) -> None:
    pool(house)
    aynur = house.as_(house.who.aynur)
    assert "Kaspersky" in aynur.get("/licences").text
    assert "/given" not in aynur.get("/licences/kav").text
    assert post(aynur, "/licences/kav/given", "/licences", quantity="1", from_on="2026-01-01") == 403


def test_an_edit_by_api_says_which_version_and_a_repeat_changes_nothing_twice(house: House, leyla: TestClient) -> None:
    pool(house)
    api = "/api/v1/licence-pools/kav/allocations"
    body = {**YEAR, "quantity": 40, "school": "190"}
    made = [leyla.post(api, json=body, headers={"idempotency-key": "7"}) for _ in range(2)]
    assert [(one.status_code, one.json()) for one in made] == [(201, made[0].json())] * 2
    where = made[0].headers["location"]
    assert quantities(house) == [40]
    assert leyla.patch(where, json={**YEAR, "quantity": 30}).status_code == 428
    changed = leyla.patch(where, json={**YEAR, "quantity": 30}, headers={"if-match": made[0].headers["etag"]})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert leyla.patch(where, json=YEAR, headers={"if-match": made[0].headers["etag"]}).status_code == 412
    assert leyla.delete(f"{where}?last_on=2025-12-31", headers={"if-match": "*"}).status_code == 204
    assert leyla.get(where).status_code == 404


def test_the_position_on_any_day_by_api(house: House, leyla: TestClient) -> None:
    pool(house)
    leyla.post("/api/v1/licence-pools/kav/allocations", json={**YEAR, "quantity": 40, "school": "190"})
    for on, bought, given in (("2025-12-31", 0, 0), ("2026-01-01", 100, 40), ("2027-01-01", 0, 0)):
        there = leyla.get(f"/api/v1/licence-pools/kav?on={on}").json()
        assert (there["on"], there["position"]["bought"], there["position"]["allocated"]) == (on, bought, given)
        assert there["position"]["active"] is None
    page = leyla.get("/api/v1/licence-pools?limit=1&on=2026-06-01").json()
    assert (page["items"][0]["unrenewed"], page["next"]) == ({"last_on": "2026-12-31", "seats": 100}, None)
    chain = leyla.get("/api/v1/licence-pools/kav/entitlements").json()["items"]
    assert [(one["quantity"], one["unrenewed"], one["told"]) for one in chain] == [(100, 100, [])]


def test_the_clock_tells_an_end_once_and_the_page_shows_it(house: House, leyla: TestClient) -> None:
    pool(house)
    for hours in range(3):
        licence_clock.passed(house.engine, at=cast.NOW + timedelta(hours=hours))
    with db.reading(house.engine) as session:
        assert [(row.days, row.seats) for row in session.exec(select(LicenceWarning))] == [(60, 100)]
    assert "60 gün əvvəl" in leyla.get("/licences/kav").text


def test_the_system_that_an_agent_names_is_seen_on_its_piece(house: House) -> None:
    pool(house)
    now = datetime.now(UTC)
    with db.writing(house.engine) as session:
        school = session.merge(house.who.school)
        voice = cast.voice_of(session, school, at=now)
        local = cast.computer()
        machine = cast.wire.Machine("pc-1", "m1", [], "Linux 6.1 x86_64", "0.1.0")
        voice.says(
            session, cast.minute(cast.wire.Device("local:", "computer", True, local.readings), machine=machine), at=now
        )
        device = session.exec(select(Device).where(Device.key == "local:")).one()
        asset = piece(session, school)
        session.add(Match(device_id=device.id or 0, asset_id=asset.id or 0, evidence=Evidence.PERSON, at=now))
    assert licence_clock.systems_seen(house.engine, at=now) == 1
    assert licence_clock.systems_seen(house.engine, at=now + timedelta(hours=1)) == 0
    with db.reading(house.engine) as session:
        row = session.exec(select(SoftwareSeen)).one()
        assert (row.release, abs(row.last_seen_at - now) < timedelta(minutes=5)) == ("Linux 6.1 x86_64", True)
        assert session.exec(select(LicencePool.product_id)).one() == row.product_id


def piece(session: Session, school: School) -> Asset:
    maker = Maker(name="HP")
    session.add(maker)
    session.flush()
    model = Model(maker_id=maker.id or 0, name="Pro 3120", kind=Kind.COMPUTER)
    session.add(model)
    session.flush()
    row = Asset(inventory_no="INV-1", model_id=model.id or 0, kind=Kind.COMPUTER, state=AssetState.INSTALLED,
                school_id=school.id or 0, created_at=cast.NOW)  # fmt: skip
    session.add(row)
    session.flush()
    return row


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_that_no_licence_has_is_refused_in_a_term_and_answered_in_a_question(
    house: House, leyla: TestClient, day: str
) -> None:
    bought = pool(house)
    api = "/api/v1/licence-pools/kav"
    assert leyla.get(f"{api}?on={day}").json()["position"]["allocated"] == 0
    assert leyla.get(f"/licences/kav?on={day}").status_code == 200
    for body in ({**YEAR, "from_on": day}, {**YEAR, "last_on": day}):
        assert leyla.post(f"{api}/entitlements", json=body).status_code == 422
        assert leyla.post(f"{api}/entitlements", json={**body, "renews_id": bought, "carry": True}).status_code == 422
        assert leyla.post(f"{api}/allocations", json={**body, "school": "190"}).status_code == 422


def test_a_file_cannot_shrink_an_entitlement_under_what_was_given(house: House, leyla: TestClient) -> None:
    bought = pool(house)
    leyla.post("/api/v1/licence-pools/kav/allocations", json={**YEAR, "quantity": 90, "district": "AZ-SAB"})
    head = ["pool", "quantity", "first day", "last day", "number in the register"]
    file = csv_of(head, ["kav", "89", "2026-01-01", "2026-12-31", str(bought)])
    with db.reading(house.engine) as session:
        keeper = cast.who(session, house.who.leyla)
    job = tried(house.engine, "licences", file, keeper)
    assert "has 89 seats and 90 would be given" in said(rows_of(house.engine, job)[0])
    with db.reading(house.engine) as session:
        assert session.get_one(Entitlement, bought).quantity == 100
