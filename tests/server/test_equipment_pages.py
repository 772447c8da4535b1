"""Equipment as a browser without scripts gets it: list, card, adoption, doubles, deliveries."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from agent import report as wire
from inventory import assets, catalogue
from inventory.equipment import Evidence, Kind
from inventory.lifecycle import AssetState
from inventory.tables import Agent, Asset, Device, Match, School, Trace
from server import db, looking
from tests import cast
from tests.server.conftest import House, post

CARD = "3C:52:82:A1:B2:C3"


def piece(house: House, kind: Kind = Kind.COMPUTER, emis: str = "190", **declared: str) -> str:
    with db.writing(house.engine) as session:
        by = cast.who(session, house.who.leyla)
        school = session.exec(select(School).where(School.emis == emis)).one()
        model = catalogue.model_named(session, "HP", f"Pro {kind}", kind, by=by, at=cast.NOW)
        new = assets.New(model, school, declared=declared)
        return assets.entered(session, [new], by=by, at=cast.NOW)[0].inventory_no


def asset(house: House, number: str) -> Asset:
    with db.reading(house.engine) as session:
        return session.exec(select(Asset).where(Asset.inventory_no == number)).one()


@pytest.fixture
def devices(house: House) -> list[int]:
    """Three computers of school 190 that the register does not know."""
    now = datetime.now(UTC)
    readings = [wire.Reading("mem.used_percent", "", "%", 43)]
    seen = [
        wire.Device(f"snmp://10.0.0.{n}", "computer", True, readings, f"pc-{n}", "Hewlett-Packard", "Pro 3500", serial)
        for n, serial in ((1, "CND70123A"), (2, "CND70124B"), (3, ""))
    ]
    with db.writing(house.engine) as session:
        voice = cast.voice_of(session, session.get_one(School, house.who.school.id), at=now)
        voice.says(session, cast.minute(*seen), at=now)
    looking.passed(house.engine, at=now)
    with db.reading(house.engine) as session:
        return [device or 0 for device in session.exec(select(Device.id).order_by(Device.key))]


def numbers_in(browser: TestClient, url: str) -> list[str]:
    return re.findall(r'class="open" href="/equipment/([^"]+)"', browser.get(url).text)


def test_a_list_is_filtered_by_what_stands_in_its_address(house: House) -> None:
    pc, ups, far = piece(house, serial="CND70123A"), piece(house, Kind.UPS), piece(house, emis="21")
    aynur, leyla = house.as_(house.who.aynur), house.as_(house.who.leyla)
    assert numbers_in(aynur, "/equipment") == [pc, ups]
    assert numbers_in(leyla, "/equipment") == [pc, ups, far]
    for query, expected in (
        ("kind=ups", [ups]), ("q=cnd-7012", [pc]), ("q=hp+ups", [ups]), ("school=21", [far]),
        ("district=AZ-SKR", [far]),
        ("state=in_store", []), ("seen=7", []), ("unseen=7", [pc, ups, far]), ("warranty=unknown", [pc, ups, far]),
        ("conflict=1", []), ("older_than=1", []), ("programme=x", []), ("contract=x", []),
        ("kind=nonsense&maker=x", [pc, ups, far]),
    ):  # fmt: skip
        assert numbers_in(leyla, f"/equipment?{query}") == expected, query


def test_pages_follow_one_another_by_number(house: House) -> None:
    with db.writing(house.engine) as session:
        by = cast.who(session, house.who.leyla)
        model = catalogue.model_named(session, "HP", "Pro 3500", Kind.COMPUTER, by=by, at=cast.NOW)
        school = session.get_one(School, house.who.school.id)
        assets.entered(session, [assets.New(model, school)] * 60, by=by, at=cast.NOW)
    browser = house.as_(house.who.aynur)
    first = numbers_in(browser, "/equipment")
    assert len(first) == 50
    found = re.search(r'rel="next" href="([^"]+)"', browser.get("/equipment?kind=computer").text)
    assert found is not None
    rest = numbers_in(browser, found[1].replace("&amp;", "&"))
    assert first + rest == [f"SAB-2026-{n:05}" for n in range(1, 61)]


def test_the_card_shows_both_columns_and_a_person_decides(house: House) -> None:
    number = piece(house, mac=CARD, hostname="muellim-1")
    now = datetime.now(UTC)
    with db.writing(house.engine) as session:
        voice = cast.voice_of(session, session.get_one(School, house.who.school.id), at=now)
        agent = session.get_one(Agent, voice.agent_id)
        agent.machine = {"hostname": "pc-12", "macs": [CARD]}
        session.add(agent)
        on = [wire.Reading("mem.used_percent", "", "%", 43)]
        voice.says(session, cast.minute(wire.Device("local:", "computer", True, on, "Müəllim")), at=now)
    looking.passed(house.engine, at=now)
    browser = house.as_(house.who.aynur)
    page = browser.get(f"/equipment/{number}").text
    assert "muellim-1" in page
    assert "pc-12" in page
    assert numbers_in(browser, "/equipment/conflicts") == [number]
    url, form = f"/equipment/{number}/facts", {"name": "hostname", "version": "1"}
    assert post(browser, url, f"/equipment/{number}", **form, take="seen") == 303
    assert asset(house, number).declared["hostname"] == "pc-12"
    assert numbers_in(browser, "/equipment/conflicts") == []


def test_a_form_that_somebody_overtook_is_refused_with_a_sentence(house: House) -> None:
    number = piece(house)
    browser = house.as_(house.who.aynur)
    assert post(browser, f"/equipment/{number}", f"/equipment/{number}", version="1", note="birinci") == 303
    assert post(browser, f"/equipment/{number}", f"/equipment/{number}", version="1", note="ikinci") == 422
    assert asset(house, number).note == "birinci"


def test_a_piece_goes_into_repair_without_an_act_and_not_into_the_bin(house: House) -> None:
    number = piece(house)
    browser, page = house.as_(house.who.aynur), f"/equipment/{number}"
    assert post(browser, f"{page}/state", page, version="1", state="in_repair", reason="lampa") == 303
    assert asset(house, number).state is AssetState.IN_REPAIR
    assert post(browser, f"{page}/state", page, version="2", state="written_off") == 422
    assert asset(house, number).state is AssetState.IN_REPAIR


def test_several_unknown_computers_are_adopted_at_once(house: House, devices: list[int]) -> None:
    browser = house.as_(house.who.aynur)
    assert "pc-1" in browser.get("/equipment/unknown").text
    adopted = {f"number-{devices[0]}": "INV-7", f"maker-{devices[1]}": "HP"}
    token = re.search(r'name="csrf" value="([0-9a-f]{64})"', browser.get("/equipment/unknown").text)
    assert token is not None
    data = {"csrf": token[1], "do": "adopt", "device": [str(devices[0]), str(devices[1])], **adopted}
    assert browser.post("/equipment/unknown", data=data, follow_redirects=False).status_code == 303
    with db.reading(house.engine) as session:
        rows = session.exec(select(Asset).order_by(Asset.id)).all()  # type: ignore[arg-type]
        ties = session.exec(select(Match)).all()
        verbs = set(session.exec(select(Trace.verb).where(Trace.noun == "asset")))
    assert [(row.inventory_no, row.serial, row.state, row.kind) for row in rows] == [
        ("INV-7", "CND70123A", AssetState.INSTALLED, Kind.COMPUTER),
        ("SAB-2026-00001", "CND70124B", AssetState.INSTALLED, Kind.COMPUTER),
    ]
    assert {tie.evidence for tie in ties} == {Evidence.PERSON}
    assert verbs == {"adopted"}
    assert rows[0].seen_at is not None


def test_one_that_cannot_be_adopted_stops_them_all(house: House, devices: list[int]) -> None:
    piece(house)
    browser = house.as_(house.who.aynur)
    token = re.search(r'name="csrf" value="([0-9a-f]{64})"', browser.get("/equipment/unknown").text)
    assert token is not None
    data = {"csrf": token[1], "do": "adopt", "device": [str(d) for d in devices],
            f"number-{devices[1]}": "SAB-2026-00001"}  # fmt: skip
    assert browser.post("/equipment/unknown", data=data, follow_redirects=False).status_code == 422
    with db.reading(house.engine) as session:
        assert len(session.exec(select(Asset)).all()) == 1


def test_a_device_that_says_nothing_is_tied_by_a_person_for_good(house: House, devices: list[int]) -> None:
    number = piece(house)
    browser = house.as_(house.who.aynur)
    form = {"do": f"tie-{devices[2]}", f"number-{devices[2]}": number}
    assert post(browser, "/equipment/unknown", "/equipment/unknown", **form) == 303
    looking.passed(house.engine, at=datetime.now(UTC) + timedelta(hours=7))
    with db.reading(house.engine) as session:
        tie = session.get_one(Match, devices[2])
    assert (tie.evidence, tie.by) == (Evidence.PERSON, "aynur")


def test_what_is_set_aside_waits_no_more(house: House, devices: list[int]) -> None:
    browser = house.as_(house.who.aynur)
    assert post(browser, "/equipment/unknown", "/equipment/unknown", do="set_aside", device=str(devices[2])) == 303
    assert "pc-3" not in browser.get("/equipment/unknown").text
    assert "pc-3" in browser.get("/equipment/unknown?outcome=set_aside").text


def test_of_two_doubles_one_is_shown_and_nothing_deleted(house: House) -> None:
    first, second = piece(house, serial="CND70123A"), piece(house, serial="cnd-70123a")
    browser = house.as_(house.who.aynur)
    assert numbers_in(browser, "/equipment/duplicates") == [first, second]
    form = {"first": first, "second": second, "do": "same"}
    assert post(browser, "/equipment/duplicates", "/equipment/duplicates", **form) == 303
    assert numbers_in(browser, "/equipment") == [first]
    assert numbers_in(browser, "/equipment/duplicates") == []
    assert first in browser.get(f"/equipment/{second}").text


def test_two_that_were_told_apart_are_not_asked_about_again(house: House) -> None:
    first, second = piece(house, serial="CND70123A"), piece(house, serial="CND70123A")
    browser = house.as_(house.who.aynur)
    form = {"first": first, "second": second, "do": "apart"}
    assert post(browser, "/equipment/duplicates", "/equipment/duplicates", **form) == 303
    assert numbers_in(browser, "/equipment/duplicates") == []
    assert numbers_in(browser, "/equipment") == [first, second]


def test_a_scanned_delivery_is_entered_whole_or_named_line_by_line(house: House) -> None:
    browser = house.as_(house.who.leyla)
    page = "/equipment/contracts"
    assert post(browser, page, page, number="İKT-11/24", supplier="NEXUS MMC", signed_on="2026-09-01") == 303
    page = "/equipment/contracts/1"
    lot = {"kind": "computer", "maker": "HP", "model": "Pro 3500", "quantity": "5", "price": "720,50"}
    assert post(browser, f"{page}/lots", page, **lot, warranty_months="36") == 303
    form = {"lot": "1", "school": "190", "delivered_on": "2026-11-20", "waybill": "77"}
    bad = browser.post(f"{page}/deliveries", data={"csrf": _token(browser, page), **form, "serials": "CND1A2\nNone\n"})
    assert bad.status_code == 422
    assert "None" in bad.text
    assert post(browser, f"{page}/deliveries", page, **form, serials="CND1A2\nCND1A3\n") == 303
    assert numbers_in(browser, "/equipment?school=190&state=delivered") == ["SAB-2026-00001", "SAB-2026-00002"]
    assert asset(house, "SAB-2026-00001").value_qepik == 72_050


def _token(browser: TestClient, page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', browser.get(page).text)
    assert found is not None
    return found[1]


def test_who_only_looks_gets_no_forms_and_no_way_past_them(house: House) -> None:
    number = piece(house)
    browser = house.as_(house.who.rauf)
    assert f'action="/equipment/{number}"' not in browser.get(f"/equipment/{number}").text
    assert post(browser, f"/equipment/{number}", version="1", note="x") == 403


def test_numbers_are_given_by_district_and_year(session: Session) -> None:
    who = cast.enter(session)
    by = cast.who(session, who.leyla)
    model = catalogue.model_named(session, "HP", "Pro 3500", Kind.COMPUTER, by=by, at=cast.NOW)
    here, there = assets.New(model, who.school), assets.New(model, who.elsewhere)
    taken = assets.New(model, who.school, inventory_no="SAB-2026-00002")
    rows = assets.entered(session, [taken, here, here, there], by=by, at=cast.NOW)
    assert [row.inventory_no for row in rows] == [
        "SAB-2026-00002", "SAB-2026-00001", "SAB-2026-00003", "SKR-2026-00001"]  # fmt: skip
