"""How a file is written is guessed from its bytes; what cannot be a file is refused."""

import pytest

from inventory.errors import Invalid
from inventory.exchange import sheets
from inventory.exchange.cells import day, line, moment, money
from inventory.exchange.guess import form_of
from inventory.imports import Form, Media

AZ = "kod;ad\n190;Şəki şəhər məktəbi\n21;Gəncə\n"
TURKISH = "kod;ad\n190;Şirvan şehir okulu, öğrenci\n21;Gence ilçesi\n"
RU = "код,название\n190,Средняя школа\n21,Лицей\n"


@pytest.mark.parametrize(
    ("text", "encoding", "delimiter"),
    [
        (AZ, "utf-8", ";"), (AZ, "utf-8-sig", ";"), (AZ, "utf-16", ";"), (AZ.replace(";", "\t"), "utf-8", "\t"),
        (TURKISH, "cp1254", ";"), (RU, "cp1251", ","), (RU, "utf-8", ","), ('a,b\n"x;y;z",2\n', "utf-8", ","),
    ],
)  # fmt: skip
def test_the_encoding_and_the_delimiter_are_guessed(text: str, encoding: str, delimiter: str) -> None:
    body = text.encode(encoding)
    assert form_of(body) == Form(Media.CSV, encoding, delimiter)
    assert next(sheets.rows(body, form_of(body))) == text.splitlines()[0].split(delimiter)


@pytest.mark.parametrize("body", [b"", b"  \n", b"%PDF-1.7", b"\xd0\xcf\x11\xe0old", b"\x1f\x8bgz"])
def test_what_is_no_table_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(Invalid):
        form_of(body)


@pytest.mark.parametrize(
    ("text", "value"),
    [("24.11.2026", "2026-11-24"), ("4.1.2026", "2026-01-04"), ("2026-11-24", "2026-11-24"), ("31.02.2026", None),
     ("11/24/2026", None), ("2026", None)],
)  # fmt: skip
def test_days_are_iso_or_with_dots(text: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(Invalid):
            day("d", text)
    else:
        assert day("d", text).isoformat() == value


def test_a_time_without_a_zone_is_that_of_baku() -> None:
    assert moment("at", "24.11.2026 9:05").isoformat() == "2026-11-24T05:05:00+00:00"
    assert moment("at", "2026-11-24T09:05:00+00:00").hour == 9


@pytest.mark.parametrize("text", ["0012345678901234567890", "5E10", "1.2E10", "007"])
def test_numbers_that_are_text_stay_as_they_are(text: str) -> None:
    assert line(40)("serial", text) == text


@pytest.mark.parametrize("text", ["1.2E+10", "1,23457E+19", "4E+15"])
def test_a_number_that_has_lost_its_digits_is_an_error(text: str) -> None:
    with pytest.raises(Invalid, match="lost its digits"):
        line(40)("serial", text)


@pytest.mark.parametrize(("text", "qepik"), [("1250.50", 125050), ("1 250,5", 125050), ("12", 1200)])
def test_sums_are_manat(text: str, qepik: int) -> None:
    assert money("value", text) == qepik
