"""Stock-taking, conflicts and labels as the office sees them."""

import re

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from inventory.counting import StocktakeState
from inventory.findings import Said, finding_made
from inventory.tables import Act, Commission, CommissionMember, Stocktake, SyncConflict
from server import db
from tests import cast
from tests.inventory.counted import Counted, counted_school, uid
from tests.server.conftest import House, post


@pytest.fixture
def it(house: House) -> Counted:
    with db.writing(house.engine) as session:
        it = counted_school(session, who=house.who)
        session.flush()
        session.expunge_all()
    return it


def found(house: House, it: Counted, number: int, code: str, room: str = "11") -> None:
    with db.writing(house.engine) as session:
        said = Said(uid(number), cast.NOW, code=code, room=it.rooms[room].uid)
        finding_made(session, it.stocktake.uid, said, by=it.aynur, at=cast.NOW)


def state(house: House, it: Counted) -> StocktakeState:
    with Session(house.engine) as session:
        return session.exec(select(Stocktake.state).where(Stocktake.uid == it.stocktake.uid)).one()


def numbers(browser: TestClient, it: Counted) -> list[str]:
    """Inventory numbers in the order of the page."""
    return re.findall(r'href="/e/(INV-\d+)"', browser.get(f"/stocktakes/{it.stocktake.uid}").text)


def test_the_list_begins_with_what_nothing_speaks_for(house: House, it: Counted) -> None:
    found(house, it, 1, "INV-002")
    shown = numbers(house.as_(house.who.aynur), it)
    assert len(shown) == 10
    assert shown[-1] == "INV-002", "what was scanned needs no walk"


def test_the_office_begins_ends_decides_and_signs(house: House, it: Counted) -> None:
    browser, page = house.as_(house.who.leyla), f"/stocktakes/{it.stocktake.uid}"
    for n in range(1, 9):
        found(house, it, n, f"INV-{n:03}", "11" if n <= 5 else "12")
    found(house, it, 11, "INV-010", "11")
    assert post(browser, f"{page}/begin", page) == 422
    assert post(browser, f"{page}/end", page) == 303
    assert post(browser, f"{page}/sign", page, signer="Leyla Abbasova") == 422
    assert post(browser, f"{page}/decide", page, key=it.line("INV-009"), decision="") == 422
    assert post(browser, f"{page}/decide", page, key=it.line("INV-009"), decision="leave") == 422
    assert post(browser, f"{page}/decide", page, key=it.line("INV-009"), decision="write_off") == 303
    assert post(browser, f"{page}/decide", page, key=it.line("INV-010"), decision="move") == 303
    with Session(house.engine) as session:
        act = session.exec(select(Act)).one()
    assert f"/acts/{act.uid}" in browser.get(page).text
    assert post(browser, f"{page}/sign", page, signer="Leyla Abbasova, Aynur Məmmədova") == 303
    assert state(house, it) is StocktakeState.SIGNED
    assert "Leyla Abbasova, Aynur Məmmədova" in browser.get(page).text


def test_the_members_of_the_commission_are_ticked(house: House, it: Counted) -> None:
    with db.writing(house.engine) as session:
        commission = Commission(order_no="7", order_on=cast.NOW.date(), school_id=house.who.school.id, quorum=2)
        session.add(commission)
        session.flush()
        for name, role in (("Elçin Rzayev", "chair"), ("Leyla Abbasova", "member")):
            session.add(CommissionMember(commission_id=commission.id or 0, name=name, role=role))
        row = session.exec(select(Stocktake)).one()
        row.commission_id = commission.id
    browser, page = house.as_(house.who.leyla), f"/stocktakes/{it.stocktake.uid}"
    post(browser, f"{page}/end", page)
    assert browser.get(page).text.count('name="signer"') == 2


def test_a_count_is_planned_for_a_school_and_for_a_district(house: House, it: Counted) -> None:
    browser = house.as_(house.who.leyla)
    assert post(browser, "/stocktakes", "/stocktakes", emis="190") == 422
    assert post(browser, "/stocktakes", "/stocktakes", emis="no-such") == 404
    assert post(browser, "/stocktakes", "/stocktakes") == 422
    assert post(browser, "/stocktakes", "/stocktakes", of_district="AZ-SKR") == 303
    page = browser.get("/stocktakes?state=planned").text
    assert "Şıxlı" in page
    assert "190 nömrəli" not in page


def test_who_may_not_count_sees_and_cannot_change(house: House, it: Counted) -> None:
    browser, page = house.as_(house.who.orxan), f"/stocktakes/{it.stocktake.uid}"
    assert 'action="/stocktakes' not in browser.get(page).text
    assert post(browser, f"{page}/end", "/stocktakes") == 403
    assert state(house, it) is StocktakeState.COUNTING


def test_a_conflict_is_shown_with_both_and_settled_by_one(house: House, it: Counted) -> None:
    found(house, it, 1, "INV-002", "11")
    found(house, it, 2, "INV-002", "12")
    browser = house.as_(house.who.aynur)
    with Session(house.engine) as session:
        conflict = session.exec(select(SyncConflict)).one()
    page = browser.get("/conflicts").text
    assert page.count("Bunu götür") == 2
    assert "Tapılıb: 11" in page
    assert post(browser, f"/conflicts/{conflict.id}/take", "/conflicts", uid="f" * 32) == 422
    assert post(browser, f"/conflicts/{conflict.id}/take", "/conflicts", uid=uid(2)) == 303
    assert "Gözləyən ziddiyyət yoxdur" in browser.get("/conflicts").text
    assert browser.get(f"/conflicts/{conflict.id}/take", follow_redirects=False).status_code == 303


def test_labels_hold_the_address_that_opens_the_piece(house: House, it: Counted) -> None:
    browser = house.as_(house.who.aynur)
    page = browser.get("/labels?school=190").text
    assert page.count('class="qr"') == 10
    assert "INV-900" not in page
    assert browser.get(f"/labels?school=190&room={it.rooms['12'].id}").text.count('class="qr"') == 5
    assert "style=" not in page
    assert browser.get("/e/INV-002", follow_redirects=False).headers["location"] == "/equipment/INV-002"
    assert browser.get("/e/INV-900").status_code == browser.get("/e/nothing").status_code == 404
