"""Write off a projector with a commission of three, print it, scan it back; and move a computer to another school."""

import io
from collections.abc import Callable

import pypdfium2  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Page, expect

from inventory.equipment import Kind
from inventory.lifecycle import AssetState
from server import db
from tests.browser.conftest import Desk
from tests.inventory import papered

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def register(site: object) -> papered.Desk:
    """A commission of three in Sabirabad, a broken projector and a computer at school 190."""
    engine = db.open_engine(site.database)  # type: ignore[attr-defined]
    with db.writing(engine) as session:
        here = papered.desk(session, site.who)  # type: ignore[attr-defined]
        here.piece(session, AssetState.IN_REPAIR, kind=Kind.PROJECTOR)
        here.piece(session)
        session.expunge_all()
    engine.dispose()
    return here


def scan_of(page: Page, tilt: float = 1.5) -> bytes:
    """What a scanner makes of the printed act: grey, 150 dpi, not quite straight."""
    made = page.request.get(f"{page.url.partition('#')[0]}/pdf")
    out = io.BytesIO()
    picture = pypdfium2.PdfDocument(made.body())[0].render(scale=150 / 72).to_pil().convert("L")
    picture.rotate(tilt, fillcolor="white").save(out, "JPEG", quality=75)
    return out.getvalue()


def test_a_projector_is_written_off_by_a_commission_of_three(desk: Desk, register: papered.Desk) -> None:
    technician = desk.open("/acts/new", person=desk.site.who.aynur)
    technician.get_by_role("radio", name="Silinmə").check()
    technician.get_by_label("Avadanlığın aid olduğu məktəbin kodu").fill("190")
    technician.get_by_role("button", name="Növbəti").click()
    technician.get_by_role("checkbox", name="INV-0001").check()
    technician.get_by_label("Səbəb").select_option(label="sıradan çıxma")
    technician.get_by_role("button", name="Tərtib et").click()
    technician.get_by_role("button", name="Təqdim et").click()
    expect(technician.get_by_role("heading", level=1)).to_contain_text("SİL-2026-000001")
    address = technician.url.removeprefix(desk.site.url)

    keeper = desk.open(address, person=desk.site.who.leyla)
    keeper.get_by_role("button", name="Təsdiq et").click()
    scan = {"name": "skan.jpg", "mimeType": "image/jpeg", "buffer": scan_of(keeper)}
    keeper.goto(desk.site.url + "/acts/scans")
    keeper.get_by_label("İmzalanmış aktın skanı").set_input_files(scan)  # type: ignore[arg-type]
    keeper.get_by_role("button", name="Yüklə").click()
    expect(keeper).to_have_url(f"{desk.site.url}{address}#sign")
    for name in (papered.CHAIR, papered.DEPUTY, papered.MEMBER):
        keeper.get_by_role("checkbox", name=name).check()
    keeper.get_by_role("button", name="İmzaları qeyd et").click()
    keeper.get_by_role("button", name="İcra et").click()
    expect(keeper.locator(".headline .step")).to_contain_text("İcra edilib")
    keeper.goto(desk.site.url + "/equipment/INV-0001")
    expect(keeper.locator("main")).to_contain_text("Balansdan silinib")
    expect(keeper.locator("main")).to_contain_text("SİL-2026-000001")


def test_a_computer_is_transferred_to_another_school(desk: Desk, register: papered.Desk) -> None:
    technician = desk.open("/acts/new?kind=transfer&school=190", person=desk.site.who.aynur)
    technician.get_by_role("checkbox", name="INV-0002").check()
    technician.get_by_label("Təhvil alan məktəbin kodu").fill("21")
    technician.get_by_label("Səbəb").select_option(label="ehtiyac")
    technician.get_by_role("button", name="Tərtib et").click()
    technician.get_by_role("button", name="Təqdim et").click()
    address = technician.url.removeprefix(desk.site.url)
    keeper = desk.open(address, person=desk.site.who.leyla)
    keeper.get_by_role("button", name="Təsdiq et").click()
    keeper.get_by_label("190 nömrəli tam orta məktəb adından imzalayan").fill("Elçin Rzayev")
    keeper.get_by_label("Necə").select_option(label="planşetdə")
    keeper.get_by_role("button", name="İmzaları qeyd et").click()
    expect(keeper.locator("main")).to_contain_text("Yoldadır")
    keeper.get_by_label("Şıxlı kənd tam orta məktəbi adından imzalayan").fill("Nərgiz Babayeva")
    keeper.get_by_label("Necə").select_option(label="planşetdə")
    keeper.get_by_role("button", name="İmzaları qeyd et").click()
    expect(keeper.locator(".headline .step")).to_contain_text("İcra edilib")
    stranger = desk.open("/equipment/INV-0002", person=desk.site.who.kamran)
    expect(stranger.locator("main")).to_contain_text("Şıxlı kənd tam orta məktəbi")


@pytest.mark.parametrize("language", ["az", "en", "ru"])
@pytest.mark.parametrize(
    "path",
    ["/acts", "/acts/new", "/acts/new?kind=transfer&school=190", "/acts/commissions", "/acts/1", "/acts/1/paper"],
)
def test_acts_fit_a_telephone_and_work_without_scripts(
    desk: Desk, register: papered.Desk, sideways: Callable[[Page], int], path: str, language: str
) -> None:
    page = desk.open(path, person=desk.site.who.leyla, language=language, viewport=PHONE, java_script_enabled=False)
    assert sideways(page) == 0
    expect(page.get_by_role("heading", level=1)).to_be_visible()
