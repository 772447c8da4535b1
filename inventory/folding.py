"""Letters of Azerbaijani: small and capital, their order, and a key under which any keyboard finds a name."""

import re
import unicodedata
from functools import lru_cache

ALPHABET = "abcçdeəfgğhxıijkqlmnoöprsştuüvyz"
_ORDER = {letter: place for place, letter in enumerate(ALPHABET)}
_LOWER = str.maketrans({"I": "ı", "İ": "i"})
_UPPER = str.maketrans({"i": "İ", "ı": "I"})
# What people type who have no Azerbaijani keyboard: Semkir, Sheki, Gence for Şəmkir, Şəki, Gəncə.
_FOLD = str.maketrans("əıişçğöü", "eiiscgou")
_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "j", "з": "z", "и": "i", "й": "y",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
        "х": "x", "ц": "s", "ч": "c", "ш": "s", "щ": "s", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "yu", "я": "ya",
        "ә": "e", "ғ": "g", "ҝ": "g", "ө": "o", "ү": "u", "һ": "h", "ҹ": "c", "ј": "y",
    }
)  # fmt: skip
_DIGITS = re.compile(r"(\d+)")


def az_lower(text: str) -> str:
    """`"İSTİSMAR"` -> `"istismar"`, `"ILIQ"` -> `"ılıq"`; str.lower would make two code points of İ and i of I."""
    return text.translate(_LOWER).lower()


def az_upper(text: str) -> str:
    return text.translate(_UPPER).upper()


@lru_cache(maxsize=20_000)  # a board of 3,450 schools sorts the same names every time
def az_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts by the Azerbaijani alphabet, numbers by their size: 9 before 21, Çıraqlı between Cəlilabad and Dəvəçi."""
    key: list[tuple[int, int, str]] = []
    for part in _DIGITS.split(az_lower(text)):
        if part.isdigit():
            key.append((0, int(part), ""))
        else:
            key.extend((1, _ORDER.get(letter, len(_ORDER) + ord(letter)), letter) for letter in part)
    return tuple(key)


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """The search key of a name: small Latin letters without marks, whichever keyboard it was typed on."""
    plain = unicodedata.normalize("NFC", az_lower(text)).translate(_FOLD).translate(_CYRILLIC)
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", bare).split())


def found(sought: str, *names: str) -> bool:
    """Whether every word that is sought begins a word of one of the names (already folded)."""
    haystack = " " + " ".join(names)
    return all(f" {word}" in haystack for word in folded(sought).split())
