"""Telephone numbers as people write them, and as they are dialled (ITU-T E.164)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from inventory.places import PhoneKind

COUNTRY: Final = "AZ"
SHORT: Final = frozenset({"101", "102", "103", "104", "112", "113", "146", "185"})
AREA_NEEDED_UP_TO: Final = 7  # a local number of seven digits would be read as a wrong +994 number
EXTENSION: Final = re.compile(r"(?i)\s*(?:ext|əlavə|доб|daxili|#|,)\.?\s*(\d{1,6})\s*$")


@dataclass(frozen=True, slots=True)
class Number:
    """`e164` is empty where the number cannot be read: it is kept as it was written, never dropped."""

    raw: str
    e164: str
    extension: str
    last7: str
    kind: PhoneKind


def read(raw: str, prefixes: Sequence[str] = ()) -> Number:
    """A number as somebody wrote it. `prefixes`: national prefixes of the district, for a number without its area.

    A prefix longer than the area code (libphonenumber's 2222 for Ağstafa: 022 22x xx xx) completes a number of fewer
    digits; the first that makes nine national digits is taken.
    """
    raw = " ".join(raw.split())
    body, extension = raw, ""
    if found := EXTENSION.search(raw):
        body, extension = raw[: found.start()], found[1]
    digits = re.sub(r"\D", "", body)
    if digits in SHORT:
        return Number(raw, digits, extension, digits[-7:], PhoneKind.SHORT)
    dialled = f"+{digits}" if body.strip().startswith("+") else digits
    if len(digits) <= AREA_NEEDED_UP_TO and not dialled.startswith("+"):
        dialled = _with_area(digits, prefixes)
    try:
        parsed = phonenumbers.parse(dialled, COUNTRY)
    except NumberParseException:
        return Number(raw, "", extension, digits[-7:], PhoneKind.UNKNOWN)
    if not phonenumbers.is_possible_number(parsed):
        return Number(raw, "", extension, digits[-7:], PhoneKind.UNKNOWN)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Number(raw, e164, extension, digits[-7:] or e164[-7:], _kind(parsed))


def _with_area(digits: str, prefixes: Sequence[str]) -> str:
    for prefix in prefixes:
        area = prefix[: 9 - len(digits)]
        if len(area) + len(digits) == 9 and (len(area) == len(prefix) or digits.startswith(prefix[len(area) :])):
            return f"0{area}{digits}"
    return digits


def _kind(parsed: phonenumbers.PhoneNumber) -> PhoneKind:
    kind = phonenumbers.number_type(parsed)
    if kind == PhoneNumberType.MOBILE:
        return PhoneKind.MOBILE
    if kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return PhoneKind.FIXED
    return PhoneKind.UNKNOWN
