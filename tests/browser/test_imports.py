"""A keeper brings a file of all schools of the country, twice; and exports what is there."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from inventory.exchange import sheets
from tests.browser.conftest import Desk

SCHOOLS = 3450


def country(path: Path) -> Path:
    """A file as EMIS writes it: cp1254 would not know ə, so UTF-8 with a mark and semicolons."""
    lines = [["UTİS kodu", "Müəssisənin adı", "Rayon", "Növü", "Şagird sayı", "Tədris ili", "Telefon"]]
    lines += [
        [f"{70000 + n}", f"{n} nömrəli tam orta məktəb", ("Sabirabad", "Şəmkir")[n % 2], "tam orta məktəb",
         str(100 + n % 700), "2026", f"(022) {300 + n % 600:03} {n % 100:02} {n // 100:02}"]
        for n in range(SCHOOLS)
    ]  # fmt: skip
    path.write_bytes(b"".join(sheets.csv_written(lines)))
    return path


def brought(page: Page, file: Path) -> None:
    page.goto("/".join([*page.url.split("/")[:3], "imports"]))
    page.locator("select[name=kind]").select_option("schools")
    page.get_by_label("Fayl", exact=True).set_input_files(file)
    page.get_by_role("button", name="Fayla bax").click()
    expect(page.get_by_role("heading", name="Sütunların mənası")).to_be_visible()
    expect(page.get_by_text("utf-8-sig, nöqtəli vergül")).to_be_visible()
    page.get_by_role("button", name="Yoxla").click()


def test_the_schools_of_the_country_are_imported_twice(desk_of_its_own: Desk, tmp_path: Path) -> None:
    file, desk = country(tmp_path / "mektebler.csv"), desk_of_its_own
    page = desk.open("/imports", person=desk.site.who.leyla, language="az")
    brought(page, file)
    apply = page.get_by_role("button", name=re.compile("3.450 sətri tətbiq et"))
    apply.wait_for(timeout=240_000)
    apply.click()
    expect(page.get_by_text("Nə edilib")).to_be_visible(timeout=240_000)
    expect(page.get_by_role("link", name=re.compile("yeni 3.450"))).to_be_visible()
    brought(page, file)
    expect(page.get_by_text("Bu fayl artıq idxal edilib")).to_be_visible()
    expect(page.get_by_text("Tətbiq ediləcək heç nə yoxdur")).to_be_visible(timeout=240_000)
    expect(page.get_by_role("link", name=re.compile("fərq yoxdur 3.450"))).to_be_visible()
    with page.expect_download() as download:
        page.evaluate("location.href = '/export/schools.csv?district=AZ-SAB'")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.startswith("EMIS kodu;Adı;")
    assert text.count("\n") == SCHOOLS // 2 + 2, "the headers, half of the schools, and school 190"
