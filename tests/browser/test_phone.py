"""Counting on a telephone: with a camera, without a line, over a killed server, by two people."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Playwright, Route, expect
from sqlmodel import Session, select

from inventory.counting import StocktakeState
from inventory.findings import Said, finding_made
from inventory.tables import Person, Stocktake, StocktakeFinding, SyncConflict, SyncOperation
from server import assets, db
from tests import cast
from tests.browser.telephone import Office, Telephone, findings, lines, telephones, with_camera
from tests.browser.test_pages import AXE, TAGS
from tests.inventory.counted import counted_school, uid

Make = Callable[[Person], Telephone]


@pytest.fixture
def office(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Office]:
    if not assets.manifest():
        assets.build()
    database = f"sqlite:///{tmp_path / 'zeng.db'}"
    (tmp_path / "zeng.db").write_bytes(migrated_sqlite.read_bytes())
    engine = db.open_engine(database)
    with db.writing(engine) as session:
        it = counted_school(session, at=datetime.now(UTC), who=cast.enter(session))
        session.flush()
        session.expunge_all()
    engine.dispose()
    office = Office(database, tmp_path, it)
    office.start()
    yield office
    office.kill()


@pytest.fixture(scope="module")
def camera(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = with_camera(driver, tmp_path_factory.mktemp("camera"), "https://zeng.example/e/INV-002")
    yield browser
    browser.close()


@pytest.fixture
def telephone(camera: Browser, office: Office) -> Iterator[Make]:
    yield from telephones(camera, office)


def test_the_camera_reads_a_label(office: Office, telephone: Make) -> None:
    phone = telephone(office.it.who.aynur)
    phone.take_along()
    phone.room("11")
    phone.page.get_by_role("button", name="Etiketi skan et").click()
    expect(phone.page.locator('#lines [data-number="INV-002"]')).to_contain_text("öz yerindədir", timeout=20_000)
    phone.all_sent()
    assert lines(office) == {"INV-002": (True, "match", False)}
    assert office.asks(lambda s: s.exec(select(StocktakeFinding.method)).one()) == "scan"


def test_without_a_line_the_page_reloads_counts_and_sends_later(office: Office, telephone: Make) -> None:
    phone = telephone(office.it.who.aynur)
    phone.take_along()
    phone.context.set_offline(True)
    phone.page.reload()
    expect(phone.page.locator("#sync")).to_contain_text("Xətt yoxdur", timeout=20_000)
    phone.page.get_by_role("button", name="190 nömrəli").click()
    phone.room("12")
    phone.type_number("INV-006")
    phone.type_number("INV-002")
    phone.type_number("XYZ-1")
    phone.page.locator('#lines [data-number="INV-007"]').get_by_role("button", name="Yoxdur").click()
    phone.page.locator("#s-count details summary", has_text="Nömrəsiz").click()
    phone.page.locator("#surplus-name").fill("Sarı printer")
    phone.page.locator("#surplus button").click()
    expect(phone.page.locator("#sync")).to_contain_text("göndəriləcək: 5")
    assert findings(office) == 0
    phone.page.reload()
    expect(phone.page.locator("#sync")).to_contain_text("göndəriləcək: 5", timeout=20_000)
    phone.context.set_offline(False)
    phone.sync()
    phone.all_sent()
    assert lines(office) == {
        "INV-006": (True, "match", False), "INV-002": (True, "misplaced", False),
        "XYZ-1": (True, "unknown_code", False), "INV-007": (False, "missing", False),
        "Sarı printer": (True, "surplus", False),
    }  # fmt: skip


def ten_wait(phone: Telephone) -> None:
    """Ten findings in the outbox, made without a line."""
    phone.take_along()
    phone.context.set_offline(True)
    phone.room("11")
    for n in range(1, 11):
        phone.type_number(f"INV-{n:03}")
        expect(phone.page.locator("#sync")).to_contain_text(f"göndəriləcək: {n}")


def nothing_lost_nothing_double(office: Office, phone: Telephone) -> None:
    phone.sync()
    phone.all_sent()
    assert findings(office) == 10
    assert len(lines(office)) == 10
    assert len(office.asks(lambda session: session.exec(select(SyncOperation)).all())) == 10


def test_a_server_that_dies_before_it_answers_loses_and_doubles_nothing(office: Office, telephone: Make) -> None:
    phone = telephone(office.it.who.aynur)
    ten_wait(phone)

    def answered_into_the_void(route: Route) -> None:
        route.fetch(headers={**route.request.headers, "sec-fetch-site": "same-origin"})
        office.kill()
        route.abort()

    phone.page.route("**/api/v1/sync?lang=*", answered_into_the_void, times=1)
    phone.context.set_offline(False)
    phone.sync()
    expect(phone.page.locator("#sync")).to_contain_text("Xətt yoxdur", timeout=20_000)
    expect(phone.page.locator("#sync")).to_contain_text("göndəriləcək: 10")
    assert findings(office) == 10, "the server had it all, and the telephone does not know"
    office.start()
    nothing_lost_nothing_double(office, phone)


def test_a_server_that_dies_halfway_loses_and_doubles_nothing(office: Office, telephone: Make) -> None:
    phone = telephone(office.it.who.aynur)
    ten_wait(phone)
    engine = db.open_engine(office.database)

    def kill_at_the_third() -> None:
        deadline = time.monotonic() + 20
        with engine.connect() as connection:
            while time.monotonic() < deadline:
                if connection.exec_driver_sql("SELECT count(*) FROM stocktake_finding").scalar_one() >= 3:
                    break
                connection.rollback()
        office.kill()

    killer = threading.Thread(target=kill_at_the_third)
    killer.start()
    phone.context.set_offline(False)
    phone.sync()
    killer.join()
    engine.dispose()
    assert findings(office) >= 3
    expect(phone.page.locator("#sync")).to_contain_text("Xətt yoxdur", timeout=20_000)
    office.start()
    nothing_lost_nothing_double(office, phone)


def test_two_telephones_that_disagree_leave_both_versions_to_the_office(office: Office, telephone: Make) -> None:
    first, second = telephone(office.it.who.aynur), telephone(office.it.who.leyla)
    for phone, room in ((first, "11"), (second, "12")):
        phone.take_along()
        phone.context.set_offline(True)
        phone.room(room)
        phone.type_number("INV-002")
        expect(phone.page.locator("#sync")).to_contain_text("göndəriləcək: 1")
    for phone in (first, second):
        phone.context.set_offline(False)
        phone.sync()
        phone.all_sent()
    expect(second.page.locator("#sync")).to_contain_text("ofis üçün ziddiyyət: 1")
    assert lines(office)["INV-002"] == (True, "misplaced", True)
    (conflict,) = office.asks(lambda s: [(row.title, len(row.versions)) for row in s.exec(select(SyncConflict))])
    assert conflict == ("INV-002", 2)


def test_a_session_that_ends_keeps_the_outbox_and_asks_for_sign_in(office: Office, telephone: Make) -> None:
    phone = telephone(office.it.who.aynur)
    phone.take_along()
    phone.context.clear_cookies()
    phone.room("11")
    phone.type_number("INV-002")
    expect(phone.page.locator("#sign-in")).to_be_visible(timeout=20_000)
    expect(phone.page.locator("#sync")).to_contain_text("göndəriləcək: 1")
    assert findings(office) == 0
    phone.page.reload()
    expect(phone.page.locator("#sync")).to_contain_text("göndəriləcək: 1", timeout=20_000)
    phone.sign_in(office.it.who.aynur)
    phone.sync()
    phone.all_sent()
    assert findings(office) == 1


def test_a_large_outbox_goes_in_batches_that_pass_the_guard(office: Office, telephone: Make) -> None:
    phone = telephone(office.it.who.aynur)
    phone.take_along()
    phone.context.set_offline(True)
    phone.page.evaluate(
        """async () => {
             const me = Zeng.store.me().id, [held] = await Zeng.store.downloads(me);
             const note = "ə".repeat(450);
             for (let n = 0; n < 130; n += 1)
               await Zeng.lines.add(held, { what: "new", name: `Stul ${n}`, note, room: "", method: "typed" });
           }"""
    )
    sizes: list[int] = []
    phone.page.on("request", lambda asked: sizes.append(len(asked.post_data_buffer or b"")))
    phone.context.set_offline(False)
    phone.sync()
    phone.all_sent()
    assert findings(office) == 130
    assert max(sizes) < 64_000
    assert len([size for size in sizes if size]) > 3


def test_somebody_else_on_the_same_telephone_neither_sees_nor_sends(office: Office, telephone: Make) -> None:
    phone = telephone(office.it.who.aynur)
    phone.take_along()
    phone.context.set_offline(True)
    phone.room("11")
    phone.type_number("INV-002")
    expect(phone.page.locator("#sync")).to_contain_text("göndəriləcək: 1")
    phone.sign_in(office.it.who.kamran)
    phone.context.set_offline(False)
    phone.open()
    phone.all_sent()
    expect(phone.page.locator("body")).not_to_contain_text("INV-002")
    expect(phone.page.locator("#held")).to_be_empty()
    assert findings(office) == 0
    phone.sign_in(office.it.who.aynur)
    phone.open()
    phone.all_sent()
    assert office.asks(lambda s: s.exec(select(StocktakeFinding.by)).one()) == "aynur"


def test_who_signs_out_leaves_nothing_to_see_even_without_a_line(office: Office, telephone: Make) -> None:
    phone = telephone(office.it.who.aynur)
    phone.take_along()
    phone.context.set_offline(True)
    phone.room("11")
    phone.type_number("INV-002")
    expect(phone.page.locator("#sync")).to_contain_text("göndəriləcək: 1")
    phone.page.route("**/api/v1/sync**", lambda route: route.abort())
    phone.context.set_offline(False)
    phone.page.goto(f"{office.url}/")
    phone.page.get_by_role("button", name="Çıxış").click()
    phone.context.set_offline(True)
    phone.page.goto(f"{office.url}/phone/")
    expect(phone.page.locator("#sync")).to_contain_text("Əvvəlcə daxil olun", timeout=20_000)
    expect(phone.page.locator("#held")).to_be_empty()
    kept = phone.page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((n) => caches.open(n).then((c) => c.keys()))))"
        ".then((all) => all.flat().map((request) => new URL(request.url).pathname))"
    )
    assert kept
    assert not [path for path in kept if not path.startswith(("/static/dist/", "/phone/"))]


def test_what_the_server_refuses_stays_on_the_telephone_with_the_reason(office: Office, telephone: Make) -> None:
    phone = telephone(office.it.who.aynur)
    phone.take_along()
    phone.context.set_offline(True)
    phone.room("11")
    phone.type_number("INV-002")
    expect(phone.page.locator("#sync")).to_contain_text("göndəriləcək: 1")

    def signed_meanwhile(session: Session) -> None:
        count = session.exec(select(Stocktake)).one()
        count.state, count.open = StocktakeState.SIGNED, False

    office.asks(signed_meanwhile)
    phone.context.set_offline(False)
    phone.sync()
    expect(phone.page.locator("#refused")).to_contain_text("imzalanıb", timeout=20_000)
    expect(phone.page.locator("#sync")).to_contain_text("qəbul olunmayıb: 1")
    phone.page.locator("#refused button").click()
    expect(phone.page.locator("#s-refused")).to_be_hidden()


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_the_page_fits_a_phone_in_every_language(office: Office, telephone: Make, language: str) -> None:
    phone = telephone(office.it.who.aynur)
    phone.open(f"/phone/?lang={language}")
    expect(phone.page.locator("html")).to_have_attribute("lang", language)
    phone.take_along()
    phone.room("11")
    phone.type_number("INV-002")
    wide = phone.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    small = phone.page.evaluate(
        "[...document.querySelectorAll('button, select, input:not([type=radio]), .pbar a')]"
        ".filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)"
    )
    assert small == []
    phone.context.set_offline(True)
    phone.page.goto(f"{office.url}/phone/")
    expect(phone.page.locator("html")).to_have_attribute("lang", language)


def test_a_reader_reads_every_label_on_the_sheet(office: Office, telephone: Make) -> None:
    phone = telephone(office.it.who.aynur)
    phone.page.set_viewport_size({"width": 1280, "height": 900})
    phone.page.goto(f"{office.url}/labels?school=190")
    picture = Image.open(io.BytesIO(phone.page.screenshot(full_page=True)))
    read = {found.text for found in zxingcpp.read_barcodes(picture)}
    assert read == {f"{office.url}/e/INV-{n:03}" for n in range(1, 11)}


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_the_office_pages_fit_a_phone_in_every_language(office: Office, telephone: Make, language: str) -> None:
    phone = telephone(office.it.who.aynur)
    for n, room in ((1, "11"), (2, "12")):
        said = Said(uid(n), cast.NOW, code="INV-002", room=office.it.rooms[room].uid)
        office.asks(
            lambda session, said=said: (
                finding_made(session, office.it.stocktake.uid, said, by=office.it.aynur, at=cast.NOW).id
            )
        )
    for url in ("/stocktakes", f"/stocktakes/{office.it.stocktake.uid}", "/conflicts", "/labels?school=190"):
        phone.page.goto(f"{office.url}{url}{'&' if '?' in url else '?'}lang={language}")
        wide = phone.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{url} in {language}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(office: Office, telephone: Make, scheme: Literal["light", "dark"]) -> None:
    phone = telephone(office.it.who.aynur)
    phone.page.emulate_media(color_scheme=scheme)
    phone.take_along()
    phone.room("11")
    phone.type_number("INV-006")
    phone.all_sent()
    for url in ("", "/stocktakes", f"/stocktakes/{office.it.stocktake.uid}", "/conflicts", "/labels?school=190"):
        if url:
            phone.page.goto(office.url + url)
        phone.page.evaluate(AXE)
        found = phone.page.evaluate("(tags) => axe.run({runOnly: tags})", TAGS)
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], url
