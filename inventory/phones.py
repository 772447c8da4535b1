"""Telephone numbers as people write them, and as they are dialled (ITU-T E.164)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult

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
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:  # or a local one
        return Number(raw, "", extension, digits[-7:], PhoneKind.UNKNOWN)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Number(raw, e164, extension, e164[-7:], _kind(parsed))


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


class Fit(StrEnum):
    """How well a caller's number fits one that is known: the same number, or its last seven digits."""

    EXACT = "exact"
    MAYBE = "maybe"
    NOT = "not"


def fit(caller: Number, e164: str, last7: str) -> Fit:
    """A number that could not be read (`e164` empty) fits by its last seven digits at best, if it has seven."""
    if caller.e164 and caller.e164 == e164:
        return Fit.EXACT
    return Fit.MAYBE if len(last7) == 7 and caller.last7 == last7 else Fit.NOT
