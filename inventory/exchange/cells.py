"""One cell of a file: text into a value and back. What is written is read as the same value again."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from inventory.errors import Invalid
from inventory.folding import folded

HOME: Final = ZoneInfo("Asia/Baku")
CLEAR: Final = "CLEAR"
Value: TypeAlias = Any  # str, int, float, bool, date, datetime, list[str], None
Read: TypeAlias = Callable[[str, str], Value]  # (key of the column, text)

# A spreadsheet takes these for a formula (OWASP ASVS 1.2.10). The guard is an apostrophe; more are guarded by one more.
_FORMULA: Final = re.compile(r"'*(?:[=+\-@\t\r\0]|CLEAR\Z)")
_GUARDED: Final = re.compile(r"'+(?:[=+\-@\t\r\0]|CLEAR\Z)")
_ROUNDED: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?E\+\d+")  # as spreadsheets show it; 5E10 is a serial number
_YES: Final = frozenset({"1", "true", "yes", "y", "beli", "var", "da", "x", "+"})
_NO: Final = frozenset({"0", "false", "no", "n", "xeyr", "yox", "net"})


def guarded(text: str) -> str:
    """Text that no spreadsheet computes, and that is not taken for the word CLEAR."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def bare(text: str) -> str:
    """Blanks are how people align things; two texts that differ by them alone say the same."""
    return " ".join(text.split())


def line(most: int, *, needed: bool = False) -> Read:
    def read(key: str, text: str) -> str:
        clean = bare(text)
        if _ROUNDED.fullmatch(clean):
            raise Invalid(
                key, "“%(text)s” is a number that has lost its digits; make the column text in the spreadsheet and "
                "enter it again.", text=clean,
            )  # fmt: skip
        if len(clean) > most or not (clean.isprintable() or not clean) or (needed and not clean):
            raise Invalid(
                key, "“%(text)s” cannot stand here; right are at most %(most)s printable characters.",
                text=clean[:40], most=most,
            )  # fmt: skip
        return clean

    return read


def whole(least: int = 0, most: int = 2**31 - 1) -> Read:
    def read(key: str, text: str) -> int:
        digits = re.sub(r"[\s\u00a0]", "", text)
        if not re.fullmatch(r"[+-]?\d{1,12}", digits) or not least <= int(digits) <= most:
            raise Invalid(
                key, "“%(text)s” cannot be right; right is a whole number from %(least)s to %(most)s.",
                text=text[:40], least=least, most=most,
            )  # fmt: skip
        return int(digits)

    return read


def degrees(limit: int) -> Read:
    def read(key: str, text: str) -> float:
        try:
            value = float(text.strip().replace(",", "."))
        except ValueError:
            value = limit + 1.0
        if not -limit <= value <= limit:
            raise Invalid(
                key, "“%(text)s” are no degrees; right is a number from -%(limit)s to %(limit)s, for example 40.0103.",
                text=text[:40], limit=limit,
            )  # fmt: skip
        return value

    return read


def money(key: str, text: str) -> int:
    """Manat with two decimals -> qəpik."""
    clean = re.sub(r"[\s\u00a0]", "", text).replace(",", ".")
    if not re.fullmatch(r"\d{1,7}(\.\d{1,2})?", clean):
        raise Invalid(key, "“%(text)s” is no sum; right is manat, for example 1250.50.", text=text[:40])
    manat, _, qepik = clean.partition(".")
    return int(manat) * 100 + int(qepik.ljust(2, "0"))


def yes_no(key: str, text: str) -> bool:
    word = "+" if text.strip() == "+" else folded(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Invalid(key, "“%(text)s” is neither yes nor no; right is 1 or 0, yes or no.", text=text[:40])


def day(key: str, text: str) -> date:
    """ISO (2026-11-24) or as people write it (24.11.2026)."""
    clean = text.strip().removesuffix(" 00:00:00")
    try:
        if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", clean):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if re.fullmatch(r"\d{4}-\d\d-\d\d", clean):
            return date.fromisoformat(clean)
    except ValueError:
        pass  # told below: the 31st of February
    raise Invalid(key, "“%(text)s” is no date; right is 2026-11-24 or 24.11.2026.", text=text[:40])


def moment(key: str, text: str) -> datetime:
    """ISO with or without a zone, or 24.11.2026 14:05; without a zone the clock on the wall in Baku."""
    clean = text.strip()
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4}) (\d{1,2}:\d\d(?::\d\d)?)", clean):
        clock = found[4] if found[4][2] == ":" else f"0{found[4]}"
        clean = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02} {clock}"
    try:
        read = datetime.fromisoformat(clean)
    except ValueError as error:
        raise Invalid(
            key, "“%(text)s” is no time; right is 2026-11-24 14:05 or 24.11.2026 14:05.", text=text[:40]
        ) from error
    return (read if read.tzinfo else read.replace(tzinfo=HOME)).astimezone(UTC)


def one_of(words: type[StrEnum], names: Mapping[str, str] | None = None) -> Read:
    """A stable key, or one of its names (`names`: folded name -> key)."""
    known = {folded(word.value): word for word in words}
    known |= {folded(word.value.replace("_", " ")): word for word in words}
    known |= {folded(name): words(key) for name, key in (names or {}).items()}
    told = ", ".join(words)

    def read(key: str, text: str) -> StrEnum:
        word = known.get(folded(text))
        if word is None:
            raise Invalid(key, "“%(text)s” is not known; right is one of %(known)s.", text=text[:40], known=told)
        return word

    return read


def several(most: int) -> Read:
    """Texts with a | or a new line between, in their order, each once."""

    def read(key: str, text: str) -> list[str]:
        parts = list(dict.fromkeys(part for part in map(bare, re.split(r"[|\n]", text)) if part))
        if any(len(part) > most or not part.isprintable() for part in parts):
            raise Invalid(key, "One of these is too long; right are at most %(most)s characters each.", most=most)
        return parts

    return read


def written(value: Value) -> str:
    """As it stands in a file that we write, unguarded: what `read` of its column makes the same value of."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        local = value.astimezone(HOME)
        return local.isoformat(" ", "microseconds" if local.microsecond else "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list | tuple):
        return " | ".join(value)
    return str(value)


def manat(value: Value) -> str:
    return "" if value is None else f"{value // 100}.{value % 100:02}"


def same(old: Value, new: Value) -> bool:
    """Whether a cell changes nothing."""
    if isinstance(old, str) and isinstance(new, str) and not isinstance(new, StrEnum):
        return old == new or bare(old) == new
    if isinstance(old, list) and isinstance(new, list):
        return [bare(each) if isinstance(each, str) else each for each in old] == new
    return bool(old == new)
