"""Dates, numbers and units as a reader of the language writes them. Always here, never in the browser.

Chromium has no Azerbaijani data: it would write "2026 M11 22" and "1,234,567.89".
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from server.words import LEVELS, N_, PARTS, VALUES

BABEL_UNITS = {
    "V": "electric-volt",
    "A": "electric-ampere",
    "W": "power-watt",
    "Hz": "frequency-hertz",
    "C": "temperature-celsius",
    "h": "duration-hour",
}
RATES = ((1e9, N_("%(number)s Gbit/s")), (1e6, N_("%(number)s Mbit/s")), (1e3, N_("%(number)s kbit/s")))
DECIBEL = N_("%(number)s dB")
MILLISECONDS = N_("%(number)s ms")
KILOMETRES = N_("%(number)s km")
NOTHING = "—"


class Formats:
    """The formats of one language in one zone; `gettext` translates the few units that CLDR does not know."""

    def __init__(self, language: str, zone: ZoneInfo, gettext: Callable[[str], str]) -> None:
        self._locale = Locale.parse(language)
        self._zone = zone
        self._gettext = gettext

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def clock(self, at: datetime) -> str:
        """`14:05`"""
        return format_time(self.local(at), "HH:mm", locale=self._locale)

    def day(self, at: datetime) -> str:
        """`24 noy 2026`"""
        return format_date(self.local(at), "medium", locale=self._locale)

    def calendar_day(self, day: date) -> str:
        """A day of the calendar, which has no zone: `24 noy 2026`."""
        return format_date(day, "medium", locale=self._locale)

    def when(self, at: datetime, now: datetime) -> str:
        """Shortest way that cannot be mistaken: `14:05` today, `23 noy 14:05` in this year, else with the year."""
        local, today = self.local(at), self.local(now)
        if local.date() == today.date():
            return self.clock(at)
        if local.year == today.year:
            return f"{format_date(local, 'd MMM', locale=self._locale)} {self.clock(at)}"
        return f"{self.day(at)} {self.clock(at)}"

    def exact(self, at: datetime) -> str:
        """`24 noy 2026 14:05:31`"""
        return f"{self.day(at)} {format_time(self.local(at), 'HH:mm:ss', locale=self._locale)}"

    def ago(self, at: datetime, now: datetime) -> str:
        """`3 dəqiqə öncə`; what comes from a clock that runs ahead of ours is now."""
        return format_timedelta(-max(now - at, timedelta(0)), add_direction=True, locale=self._locale)

    def lasted(self, seconds: float) -> str:
        """The two greatest units: `45 san`, `24 dəq`, `1 saat 10 dəq`, `3 gün 4 saat`."""
        whole = round(abs(seconds))
        if whole < 60:
            return self._unit(whole, "duration-second")
        days, hours, minutes = whole // 86_400, whole // 3_600 % 24, whole // 60 % 60
        parts = [(days, "duration-day"), (hours, "duration-hour"), (minutes, "duration-minute")]
        while not parts[0][0]:
            parts.pop(0)
        return " ".join(self._unit(number, unit) for number, unit in parts[:2] if number)

    def number(self, value: float) -> str:
        """As many digits as tell something: `1.234`, `31`, `9,5`, `0,031`."""
        digits = 0 if abs(value) >= 100 or value == round(value) else 1 if abs(value) >= 1 else 3
        return format_decimal(round(value, digits), locale=self._locale)

    def percent(self, value: float) -> str:
        """`9,4 %` of 9.375."""
        pattern = str(self._locale.percent_formats[None].pattern).replace("#,##0", "#,##0.0")
        return format_percent(round(value / 100, 3), pattern, locale=self._locale)

    def one_digit(self, value: float) -> str:
        """`13,5`: for ratios, so that neighbours in a table have the same digits."""
        return format_decimal(round(value, 1), "#,##0.0", locale=self._locale)

    def reading(self, value: float | int | str | None, unit: str) -> str:
        """A value with its unit as a person says it; `—` where the device itself does not know."""
        if value is None or value == "":
            return NOTHING
        if isinstance(value, str):
            return ", ".join(self._word(word) for word in value.replace(",", " ").split())
        if unit == "%":
            return format_percent(round(value / 100, 3), locale=self._locale, decimal_quantization=False)
        if unit == "s":
            return self.milliseconds(value) if abs(value) < 1 and value else self.lasted(value)
        if unit == "bit/s":
            for size, pattern in RATES:
                if value >= size:
                    return self._gettext(pattern) % {"number": self.number(value / size)}
            return self._gettext(RATES[-1][1]) % {"number": self.number(value / 1e3)}
        if unit == "dB":
            return self._gettext(DECIBEL) % {"number": self.number(value)}
        if unit in BABEL_UNITS:
            return format_unit(round(value, 1), BABEL_UNITS[unit], "short", locale=self._locale)
        return f"{self.number(value)} {unit}".strip()

    def km(self, distance: float) -> str:
        """`0,4 km`, `12,3 km`, `230 km`"""
        shown = format_decimal(round(distance, 1) if distance < 100 else round(distance), locale=self._locale)
        return self._gettext(KILOMETRES) % {"number": shown}  # CLDR's short Azerbaijani has "1 kilometr", "2 km"

    def milliseconds(self, seconds: float) -> str:
        """For round trips. None takes no time at all: 0 is a clock that counts in whole ms, as that of Windows does."""
        number = round(seconds * 1000, 1)
        return self._gettext(MILLISECONDS) % {"number": self.number(number) if number else "<" + self.number(1)}

    def _unit(self, number: int, unit: str) -> str:
        return format_unit(number, unit, "short", locale=self._locale)

    def _word(self, word: str) -> str:
        part, is_part, level = word.partition("=")
        if is_part:
            return f"{self._said(PARTS, part)}: {self._said(LEVELS, level)}"
        return self._said(VALUES, word)

    def _said(self, words: Mapping[str, str], word: str) -> str:
        return self._gettext(words[word]) if word in words else word
