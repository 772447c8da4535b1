"""Acts on paper: letters, fonts, the same bytes again, and the code read back from a scan."""

import io
from typing import Any, cast

import pypdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image

from inventory.errors import Invalid
from inventory.lifecycle import ActKind
from server import assets
from server.fonts import ALPHABETS
from server.printed import paper, pdf, scans
from server.printed.paper import Paper

SHA = "0123456789abcdef" * 4
CODE, NUMBER = "K7QF3MTAXW9E", "SİL-2026-000123"
LANGUAGES = ("az", "en", "ru")
LETTERS = "".join(dict.fromkeys("".join(ALPHABETS.values())))


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    if not assets.manifest():
        assets.build()


def line(place: int, **more: Any) -> dict[str, Any]:
    return {
        "place": place, "direction": "", "replaces": None, "inventory_no": f"INV-{place:06}", "kind": "projector",
        "maker": "Acer", "model": "X1160PZ", "serial": f"EYJ{place:05}", "state": "in_repair", "room": "12",
        "custodian": "", "delivery": None, "in_service_on": "2009-09-01", "quantity": 1, "value_qepik": 65_000,
        "residual_qepik": 1_250, "condition": "Lampa yanıb", "reason": "", "salvage": [], "challenges": [],
        "answered": "", **more,
    }  # fmt: skip


def snapshot(kind: ActKind = ActKind.WRITE_OFF, **more: Any) -> dict[str, Any]:
    school = {"emis": "190", "name": "190 nömrəli tam orta məktəb", "address": "",
              "district": {"az": "Sabirabad", "en": "Sabirabad", "ru": "Сабирабад"}}  # fmt: skip
    members = [{"name": "Şəhla Quliyeva", "position": "Baş mühasib", "role": "chair"},
               {"name": "İlqar Ağayev", "position": "", "role": "member"}]  # fmt: skip
    return {
        "form": 1, "number": NUMBER, "kind": kind.value, "layout": f"{kind.value}-1", "on": "2026-11-24",
        "school": school, "to_school": school if kind is ActKind.TRANSFER else None,
        "commission": {"order_no": "ƏM-14", "order_on": "2026-10-25", "quorum": 2, "members": members},
        "sides": ["from", "to"] if kind is ActKind.TRANSFER else ["commission"], "reason": "worn_out",
        "basis": "", "note": LETTERS, "drawn_by": "Aynur Məmmədova", "check_code": CODE,
        "lines": [line(1, challenges=[{"kind": "alive", "evidence": "2026-11-23T10:15:00+00:00"}]), line(2)],
        "value_qepik": 130_000, "residual_qepik": None, **more,
    }  # fmt: skip


def page(language: str = "az", act: dict[str, Any] | None = None, **more: Any) -> Paper:
    address = paper.check_address("https://zeng.example", CODE, NUMBER, SHA)
    return Paper(act or snapshot(), SHA, language, "az", address, **more)


def text_of(made: bytes) -> str:
    return "\n".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(made)).pages)


def scanned(made: bytes, dpi: int) -> Image.Image:
    picture: Image.Image = pypdfium2.PdfDocument(made)[0].render(scale=dpi / 72).to_pil()
    return picture


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_is_in_the_text_and_its_font_in_the_file(language: str) -> None:
    made = pdf.made(page(language))
    missing = [letter for letter in LETTERS if letter not in text_of(made)]
    assert not missing
    fonts: list[Any] = [font.get_object() for one in pypdf.PdfReader(io.BytesIO(made)).pages
             for font in cast(Any, one)["/Resources"]["/Font"].values()]  # fmt: skip
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor
        assert "Zeng" in font["/BaseFont"], "no letter came from a font of the system"


def test_capitals_are_those_of_the_language() -> None:
    assert "TƏSDİQ EDİRƏM" in text_of(pdf.made(page("az")))
    assert "ƏMLAKIN (QİYMƏTLİLƏRİN) LƏĞVİ AKTI" in text_of(pdf.made(page("az")))
    assert "АКТ О СПИСАНИИ ИМУЩЕСТВА" in text_of(pdf.made(page("ru")))


def test_the_same_act_gives_the_same_bytes() -> None:
    assert pdf.made(page()) == pdf.made(page())


def test_what_is_not_known_is_a_dash() -> None:
    text = text_of(pdf.made(page(act=snapshot(lines=[line(1, residual_qepik=None, in_service_on=None)]))))
    assert "Cəmi 1 1.300,00 —" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ActKind)
def test_every_kind_has_a_layout_in_every_language(kind: ActKind, language: str) -> None:
    made = paper.html(page(language, snapshot(kind)), styles="")
    assert NUMBER in made
    assert "{" not in made.replace("{{", "")
    form = paper.layout(f"{kind.value}-1")
    assert form[language]["title"]


def test_the_words_of_the_layouts_are_the_same_in_every_language() -> None:
    words = paper.layout("words-1")

    def keys(tree: Any) -> Any:
        return {name: keys(value) for name, value in tree.items()} if isinstance(tree, dict) else None

    assert keys(words["az"]) == keys(words["en"]) == keys(words["ru"])
    assert paper.names() == sorted(f"{kind.value}-1" for kind in ActKind)


def test_what_people_write_stays_text() -> None:
    made = paper.html(page(act=snapshot(note="<script>alert(1)</script>")), styles="")
    assert "<script>" not in made


@pytest.mark.parametrize("dpi", [100, 200, 300])
def test_a_scan_finds_its_act(dpi: int) -> None:
    out = io.BytesIO()
    scanned(pdf.made(page()), dpi).rotate(2, fillcolor="white").save(out, "JPEG", quality=60)
    assert scans.check_codes(out.getvalue()) == [CODE]


def test_a_pdf_of_two_pages_finds_its_act_on_the_second() -> None:
    out, made = io.BytesIO(), scanned(pdf.made(page()), 150)
    Image.new("L", made.size, 255).save(out, "PDF", save_all=True, append_images=[made.convert("L")], resolution=150)
    assert scans.check_codes(out.getvalue()) == [CODE]


def test_a_paper_without_a_code_names_no_act() -> None:
    out = io.BytesIO()
    Image.new("L", (800, 600), 255).save(out, "PNG")
    assert scans.check_codes(out.getvalue()) == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"hello", "neither a PDF"),
        (b"%PDF-1.7 rubbish", "PDF cannot be read"),
        (b"\x89PNG\r\n\x1a\nrubbish", "picture cannot be read"),
        (b"\xff\xd8\xffrubbish", "picture cannot be read"),
    ],
)
def test_what_is_no_scan_is_refused_with_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        scans.check_codes(body)


def test_without_pango_a_sentence_says_what_works_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(pdf.NoPrinter, match="Pango is not installed; print the page itself"):
        pdf.made(page())
