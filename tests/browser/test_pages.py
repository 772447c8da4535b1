"""What a person sees and does in the browser."""

from collections.abc import Callable
from importlib import resources

import pytest
from playwright.sync_api import Page, expect

from tests import cast
from tests.browser.conftest import Desk

PAGES = ("/", "/schools/190", "/schools/190/chart")
PHONE = {"width": 360, "height": 740}
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def test_somebody_signs_in_and_out(desk: Desk) -> None:
    page = desk.open("/schools/190", locale="az")
    page.get_by_label("İstifadəçi adı").fill("aynur")
    page.get_by_label("Parol").fill(cast.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Daxil ol").click()
    expect(page).to_have_url(desk.site.url + "/schools/190")
    page.get_by_role("button", name="Çıxış").click()
    expect(page).to_have_url(desk.site.url + "/sign-in")


def test_a_row_turns_by_itself_when_a_report_arrives(desk: Desk) -> None:
    desk.site.report(cast.link(), cast.ups())
    page = desk.open("/", person=desk.site.who.aynur)
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    page.evaluate("window.notReloaded = true")
    desk.site.report(cast.link(intranet=100, internet=100, rtt=None), cast.ups())
    expect(page.locator("#s1 .c-state")).to_contain_text("Kəsilib", timeout=10_000)
    expect(page.locator("#s1 .c-verdict")).to_contain_text("şlüz cavab verir")
    expect(page.locator("a.count.down b")).to_have_text("1")
    desk.site.report(cast.link(), cast.ups())
    expect(page.locator("#s1 .c-state")).to_contain_text("İşləyir", timeout=10_000)
    assert page.evaluate("window.notReloaded") is True


def test_the_school_page_follows_too(desk: Desk) -> None:
    desk.site.report(cast.link(), cast.ups())
    page = desk.open("/schools/190", person=desk.site.who.aynur)
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    desk.site.report(cast.link(), cast.ups("battery", 71))
    expect(page.locator(".verdict")).to_contain_text("Batareyada işləyir", timeout=10_000)
    expect(page.locator("#k-ups")).to_contain_text("71%")
    desk.site.report(cast.link(), cast.ups())
    expect(page.locator(".verdict")).to_contain_text("İşləyir", timeout=10_000)


def test_the_stream_of_a_stranger_is_silent_about_the_school(desk: Desk) -> None:
    page = desk.open("/", person=desk.site.who.kamran)
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    page.evaluate(
        "window.told = []; const s = new EventSource('/live?after=0');"
        "for (const e of ['row', 'counts', 'reload']) s.addEventListener(e, (m) => told.push(m.data))"
    )
    desk.site.report(cast.link(internet=100), cast.ups())
    desk.site.report(cast.link(), cast.ups())
    own = desk.open("/", person=desk.site.who.aynur)
    expect(own.locator("#s1")).to_contain_text("İşləyir")
    assert page.evaluate("window.told") == []


def test_the_chart_is_drawn_with_its_gap(desk: Desk) -> None:
    page = desk.open("/schools/190", person=desk.site.who.aynur)
    chart = page.locator("#chart")
    expect(chart.locator("canvas")).to_be_visible()
    assert int(chart.get_attribute("data-drawn") or 0) > 140
    empty = page.evaluate(
        "fetch('/schools/190/chart.json').then((r) => r.json()).then((d) => d.rtt.filter((v) => v === null).length)"
    )
    assert empty >= 1


def test_everything_works_with_scripts_off(desk: Desk) -> None:
    page = desk.open("/", person=desk.site.who.rauf, java_script_enabled=False)
    page.get_by_label("Məktəb, kod və ya rayon axtarışı").fill("Semkir")
    page.get_by_role("button", name="Göstər").click()
    expect(page.locator("a.open")).to_have_text(["Şıxlı kənd tam orta məktəbi"])
    page.locator("a.open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Şıxlı kənd tam orta məktəbi")
    page.goto(desk.site.url + "/schools/190")
    page.get_by_role("link", name="Cədvəl şəklində").click()
    assert page.locator("tbody tr").count() >= 24
    page.get_by_role("button", name="ru", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")


def test_typing_into_the_search_filters_without_a_reload(desk: Desk) -> None:
    page = desk.open("/", person=desk.site.who.rauf)
    page.evaluate("window.notReloaded = true")
    page.keyboard.press("/")
    page.keyboard.type("semkir")
    expect(page.locator("a.open")).to_have_text(["Şıxlı kənd tam orta məktəbi"])
    assert page.evaluate("window.notReloaded") is True
    assert "q=semkir" in page.url


def test_the_keyboard_alone_opens_a_school(desk: Desk) -> None:
    page = desk.open("/", person=desk.site.who.aynur)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_have_attribute("open", "")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(desk.site.url + "/schools/190")
    page.keyboard.press("g")
    expect(page).to_have_url(desk.site.url + "/")


def test_short_cuts_can_be_switched_off(desk: Desk) -> None:
    page = desk.open("/", person=desk.site.who.aynur)
    page.locator("#keys summary").click()
    page.get_by_role("button", name="Qısayolları söndür").click()
    expect(page.locator("html")).to_have_attribute("data-keys", "off")
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_no_page_scrolls_sideways_on_a_phone(desk: Desk, language: str, sideways: Callable[[Page], int]) -> None:
    page = desk.open("/", person=desk.site.who.rauf, language=language, viewport=PHONE)
    for url in (*PAGES, "/schools/21", "/schools/190?believed=1"):
        page.goto(desk.site.url + url)
        assert sideways(page) <= 0, f"{url} in {language}"
    small = page.evaluate(
        "[...document.querySelectorAll('button, a.open, a.count, select, main input')]"
        ".filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)"
    )
    assert small == []


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_no_word_of_the_counters_is_broken_on_a_phone(desk: Desk, language: str, width: int) -> None:
    page = desk.open("/", person=desk.site.who.rauf, language=language, viewport={"width": width, "height": 740})
    broken = page.evaluate(
        """[...document.querySelectorAll('.count span, .count small')].flatMap((e) => {
             const text = e.lastChild, inside = e.closest('.count').getBoundingClientRect().right;
             return [...text.data.matchAll(/\\S+/g)].filter((word) => {
               const range = document.createRange();
               range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);
               const boxes = range.getClientRects();
               return boxes.length !== 1 || boxes[0].right > inside;
             }).map(String);
           })"""
    )
    assert broken == []


def test_the_items_of_the_foot_stand_on_one_line(desk: Desk) -> None:
    page = desk.open("/", person=desk.site.who.aynur)
    bottoms = page.evaluate(
        """['.foot > span', '.foot summary'].map((what) => {
             const range = document.createRange();
             range.selectNodeContents(document.querySelector(what));
             return Math.round(range.getBoundingClientRect().bottom);
           })"""
    )
    assert bottoms[0] == bottoms[1]


def test_both_axes_of_the_chart_say_their_unit(desk: Desk) -> None:
    page = desk.open("/", person=desk.site.who.aynur)
    page.add_init_script(
        "window.drawn = []; const fill = CanvasRenderingContext2D.prototype.fillText;"
        "CanvasRenderingContext2D.prototype.fillText = function (...all) { drawn.push(all[0]); fill.apply(this, all); }"
    )
    page.goto(desk.site.url + "/schools/190")
    expect(page.locator("#chart canvas")).to_be_visible()
    said = page.evaluate("[chart.dataset.rtt, chart.dataset.loss]")
    assert said[0].endswith("ms")
    assert said[1].endswith("%")
    page.wait_for_function("(said) => said.every((one) => drawn.includes(one))", arg=said)


def test_the_dark_theme_follows_the_device_and_the_reader(desk: Desk) -> None:
    page = desk.open("/", person=desk.site.who.aynur, color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(14, 19, 24)"
    page.get_by_role("button", name="Tünd rənglər").click()
    page.get_by_role("button", name="Açıq rənglər").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(background) == "rgb(244, 246, 248)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(desk: Desk, scheme: str) -> None:
    page = desk.open("/", person=desk.site.who.aynur, color_scheme=scheme, bypass_csp=True)
    for url in (*PAGES, "/schools/190?believed=1", "/sign-in"):
        if url == "/sign-in":
            page.context.clear_cookies()
        page.goto(desk.site.url + url)
        page.evaluate(AXE)
        found = page.evaluate("(tags) => axe.run({runOnly: tags})", TAGS)
        told = [(v["id"], [node["html"] for node in v["nodes"]][:3]) for v in found["violations"]]
        assert told == [], url


def test_the_policy_holds_against_a_script_of_the_page_itself(desk: Desk) -> None:
    page = desk.open("/", person=desk.site.who.aynur)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked = 1\">')")
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in fault for fault in desk.faults)
    desk.faults.clear()


def test_a_page_that_lost_its_server_says_how_old_it_is(desk: Desk) -> None:
    page = desk.open("/", person=desk.site.who.aynur)
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    expect(page.locator("#stale")).to_be_hidden()
    page.route("**/live?*", lambda route: route.abort())
    page.route(f"{desk.site.url}/", lambda route: route.abort())
    page.evaluate("dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('pageshow'))")
    expect(page.locator("#stale")).to_be_visible(timeout=10_000)
    expect(page.locator("#stale")).to_contain_text("Serverlə əlaqə yoxdur")
    expect(page.locator("#live")).to_have_attribute("data-state", "off")
    desk.faults.clear()  # the browser itself notes the requests that failed
