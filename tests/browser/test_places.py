"""Schools, their sections, nodes and maps in the browser: no sideways scroll, axe, a school found and measured."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from inventory import connections, contacts, register
from inventory.network import LinkKind, NodeKind
from inventory.places import ContactRole, RoomKind
from inventory.tables import School
from server import db
from tests import cast
from tests.browser.conftest import Desk, Site
from tests.browser.test_pages import AXE, PHONE, TAGS

PAGES = (
    "/schools", "/schools/190/register", "/schools/190/rooms", "/schools/190/links", "/schools/190/contacts", "/nodes",
    "/nodes?node=ats-427", "/map", "/map/AZ-SAB?school=190",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def places(site: Site) -> None:
    """School 190 stands on the map and has a room, a contact and a link."""
    engine = db.open_engine(site.database)
    who: dict[str, Any] = {"by": cast.CONSOLE, "at": cast.NOW}
    with db.writing(engine) as session:
        register.district_named(
            session, "AZ-SAB", az="Sabirabad", en="Sabirabad", ru="Сабирабад", latitude=40.01, longitude=48.47, **who
        )
        school = session.get_one(School, site.who.school.id)
        register.school_changed(session, school, {"latitude": 39.99, "longitude": 48.49}, **who)
        register.room_opened(session, school, "İnformatika otağı", RoomKind.COMPUTER_LAB, **who)
        contacts.contact_added(session, school, "Elçin (invented)", ContactRole.DIRECTOR, ["050 212 34 56"], **who)
        node = connections.node_opened(session, "ats-427", "ATS 427", NodeKind.EXCHANGE, **who)
        connections.link_opened(
            session, school, "190-1", LinkKind.FIBER, node_id=node.id, from_on=date(2011, 12, 1), **who
        )
    engine.dispose()


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_nothing_is_wider_than_a_telephone(desk: Desk, sideways: Callable[[Page], int], language: str) -> None:
    page = desk.open("/schools", person=desk.site.who.leyla, language=language, viewport=PHONE)
    for url in PAGES:
        page.goto(desk.site.url + url)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        assert sideways(page) == 0, url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(desk: Desk, scheme: str) -> None:
    page = desk.open("/schools", person=desk.site.who.leyla, color_scheme=scheme, bypass_csp=True)
    for url in PAGES:
        page.goto(desk.site.url + url)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        page.evaluate(AXE)
        found = page.evaluate("(tags) => axe.run({runOnly: tags})", TAGS)
        faults = [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found["violations"]]
        assert not faults, (url, faults)


def test_a_school_is_reached_from_the_map_without_scripts(desk: Desk) -> None:
    page = desk.open("/map", person=desk.site.who.aynur, locale="az", java_script_enabled=False)
    page.get_by_role("table").get_by_role("link", name="Sabirabad").click()
    page.get_by_role("table").get_by_role("link", name="190 nömrəli").click()
    expect(page.locator("#distances")).to_contain_text("2,8 km")
    page.locator("#distances").get_by_role("link", name="Məktəbi aç").click()
    expect(page.locator("#register")).to_contain_text("Sabirabad")


def test_a_school_is_found_on_any_keyboard(desk: Desk) -> None:
    page = desk.open("/schools", person=desk.site.who.leyla, locale="az")
    page.get_by_role("searchbox").fill("semkir 21")
    page.get_by_role("button", name="Göstər").click()
    expect(page.get_by_role("link", name="Şıxlı kənd tam orta məktəbi")).to_be_visible()
