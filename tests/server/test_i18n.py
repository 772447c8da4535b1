"""Three languages, complete; dates, numbers and units as their readers write them."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.state import Reason, State
from alerts.verdict import Finding, Sign
from inventory.roles import Role
from server import i18n, words
from server.pages.formats import Formats
from server.pages.view import formats

NOON = datetime(2026, 11, 24, 8, 0, 31, tzinfo=UTC)
DASH = "—"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_no_sentence_is_untranslated(language: str) -> None:
    assert i18n.untranslated(language) == []


@pytest.mark.parametrize("language", ["az", "ru"])
def test_azerbaijani_and_russian_are_not_copies_of_english(language: str) -> None:
    catalogue = i18n._catalogue(language)
    same = [m.id for m in catalogue if m.id and m.string == m.id and not str(m.id).startswith("%(number)s")]
    allowed = {
        "UPS", "Agent", "agent %(number)s", "operator", "auditor", "mentor", "intranet", "disk", "lamp", "model",
        "token", "lot", "Lot", "Model", "Modem", "Monitor", "Server", "Disk, GB", "Printer", "PDF", "ADSL", "VDSL",
        "DSL", "WiMAX", "Ethernet",
    }  # fmt: skip
    assert {str(sentence) for sentence in same} <= allowed


def test_every_state_reason_finding_sign_and_role_has_words() -> None:
    assert set(words.STATES) == set(words.GLYPHS) == set(State)
    assert set(words.REASONS) == set(Reason)
    assert set(words.FINDINGS) == set(Finding)
    assert set(words.SIGNS) == set(Sign)
    assert set(words.ROLES) == set(Role)


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        ("az", 5, "5 xətt"),
        ("en", 1, "1 link"),
        ("en", 2, "2 links"),
        ("ru", 1, "1 линия"),
        ("ru", 3, "3 линии"),
        ("ru", 11, "11 линий"),
    ],
)
def test_plural_forms(language: str, number: int, expected: str) -> None:
    sentence = i18n.translations(language).ngettext("%(num)s link", "%(num)s links", number)
    assert sentence % {"num": number} == expected


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de-DE,de;q=0.9,en;q=0.3,az;q=0.5", "az"),
        ("fr", None),
        ("", None),
        ("en;q=nonsense,ru", "ru"),
    ],
)
def test_the_language_that_a_browser_wishes(header: str, language: str | None) -> None:
    assert i18n.wished(header) == language


def _formats(language: str) -> Formats:
    return formats(language, "Asia/Baku")


@pytest.mark.parametrize(
    ("language", "value", "unit", "expected"),
    [
        ("az", 98, "%", "98%"),
        ("ru", 98, "%", "98\xa0%"),
        ("az", 1440, "s", "24 dəq"),
        ("az", 4200, "s", "1 saat 10 dəq"),
        ("az", 0.0312, "s", "31,2 ms"),
        ("ru", 0.0312, "s", "31,2 мс"),
        ("az", 9.5, "dB", "9,5 dB"),
        ("az", 3_600_000, "bit/s", "3,6 Mbit/s"),
        ("az", 229, "V", "229 V"),
        ("az", None, "%", DASH),
        ("az", "mains", "enum", "elektrik şəbəkəsi"),
        ("ru", "lowPaper, jammed", "flags", "мало бумаги, замятие бумаги"),
        ("en", "something-new", "enum", "something-new"),
        ("az", 0, "s", "0 san"),
        ("az", 4096, "", "4.096"),
    ],
)
def test_a_reading_as_a_person_says_it(language: str, value: float | str | None, unit: str, expected: str) -> None:
    assert _formats(language).reading(value, unit) == expected


@pytest.mark.parametrize(
    ("language", "at", "expected"),
    [
        ("az", NOON, "12:00"),
        ("az", NOON - timedelta(days=1), "23 noy 12:00"),
        ("en", NOON - timedelta(days=1), "23 Nov 12:00"),
        ("az", NOON - timedelta(days=400), "20 okt 2025 12:00"),
    ],
)
def test_a_moment_in_the_shortest_way_that_cannot_be_mistaken(language: str, at: datetime, expected: str) -> None:
    assert _formats(language).when(at, NOON) == expected


def test_a_clock_that_runs_ahead_is_not_in_the_future() -> None:
    assert _formats("az").ago(NOON + timedelta(seconds=20), NOON) == _formats("az").ago(NOON, NOON)
