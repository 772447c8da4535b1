"""People, one's own account and the trace in the browser: a telephone is set up, and everybody can use the pages."""

from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests import cast
from tests.browser.conftest import Desk
from tests.browser.test_pages import AXE, PHONE, TAGS

PAGES = ("/people", "/people/kamran", "/me", "/trace", "/trace/reads")


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_nothing_is_wider_than_a_telephone(desk: Desk, sideways: Callable[[Page], int], language: str) -> None:
    page = desk.open("/me", person=desk.site.who.zaur, language=language, viewport=PHONE)
    for url in PAGES:
        page.goto(desk.site.url + url)
        assert sideways(page) == 0, url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(desk: Desk, scheme: str) -> None:
    page = desk.open("/me", person=desk.site.who.zaur, color_scheme=scheme, bypass_csp=True)
    for url in PAGES:
        page.goto(desk.site.url + url)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        page.evaluate(AXE)
        found = page.evaluate("(tags) => axe.run({runOnly: tags})", TAGS)
        faults = [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found["violations"]]
        assert not faults, (url, faults)


def test_a_telephone_is_set_up_and_asked_for_without_scripts(desk: Desk) -> None:
    page = desk.open("/me", person=desk.site.who.nigar, viewport=PHONE, locale="az", java_script_enabled=False)
    page.get_by_role("button", name="Qur").click()
    expect(page.get_by_role("img", name="QR")).to_be_visible()
    code = pyotp.TOTP(page.locator(".secret code").inner_text().replace(" ", ""))
    page.get_by_label("altı rəqəm").fill(code.now())
    page.get_by_role("button", name="Qoş").click()
    recovery = page.locator(".secret code").first.inner_text()
    page.get_by_role("link", name="Saxladım").click()
    expect(page.locator("#second-factor")).to_contain_text("8 bərpa kodu")
    page.get_by_role("button", name="Çıxış").click()
    page.get_by_label("İstifadəçi adı").fill("nigar")
    page.get_by_label("Parol").fill(cast.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Daxil ol").click()
    page.get_by_label("Kod").fill(recovery.lower())
    page.get_by_role("main").get_by_role("button", name="Daxil ol").click()
    expect(page.get_by_role("button", name="Çıxış")).to_be_visible()
    page.goto(desk.site.url + "/me")
    expect(page.locator("#second-factor")).to_contain_text("7 bərpa kodu")


def test_a_scope_is_given_by_ticks(desk: Desk) -> None:
    page = desk.open("/people/sevda", person=desk.site.who.zaur)
    page.locator("summary", has_text="Rayonlar").first.click()
    page.get_by_label("Şəmkir").check()
    page.get_by_label("Səbəb").fill("əmr № 12")
    page.get_by_role("button", name="Yadda saxla").click()
    expect(page.get_by_label("Şəmkir")).to_be_checked()
    expect(page.locator("body")).to_contain_text("əmr № 12")
    page.goto(desk.site.url + "/people?q=sevda")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Şəmkir, 190")
