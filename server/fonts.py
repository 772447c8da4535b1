"""Inter cut down to the letters that the pages use, in four files that a browser loads only where it needs them.

Letters fall through the seams of ready-made subsets: ı (U+0131) lies in the font's `latin` file, Ə ğ İ ş in
`latin-ext`, Ұ ұ І і in `cyrillic` and the other Kazakh letters in `cyrillic-ext`. So each unicode-range is written
from the glyphs that the file really holds.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.varLib import instancer  # type: ignore[import-untyped]

FAMILY: Final = "Inter"
WEIGHTS: Final = (400, 700)
FEATURES: Final = ("kern", "liga", "ccmp", "locl", "mark", "mkmk", "tnum")
ALPHABETS: Final = {
    "az": "AaBbCcÇçDdEeƏəFfGgĞğHhXxIıİiJjKkQqLlMmNnOoÖöPpRrSsŞşTtUuÜüVvYyZz₼",
    "ru": "АаБбВвГгДдЕеЁёЖжЗзИиЙйКкЛлМмНнОоПпРрСсТтУуФфХхЦцЧчШшЩщЪъЫыЬьЭэЮюЯя",
    "kk": "АаӘәБбВвГгҒғДдЕеЁёЖжЗзИиЙйКкҚқЛлМмНнҢңОоӨөПпРрСсТтУуҰұҮүФфХхҺһЦцЧчШшЩщЪъЫыІіЬьЭэЮюЯя",
    "en": "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz",
}
_MARKS: Final = tuple(ord(mark) for mark in "\u2007\u2009–—‘’“”„•…\u202f€↑↓−")
_LATIN: Final = (*range(0x20, 0x7F), *range(0xA0, 0x100), ord("ı"), *_MARKS)
_AZERBAIJANI: Final = tuple(ord(letter) for letter in "ƏəĞğİŞş₼")
_CYRILLIC: Final = (*range(0x400, 0x460), 0x4B0, 0x4B1, 0x2116)
_KAZAKH: Final = tuple(ord(letter) for letter in "ӘәҒғҚқҢңӨөҮүҺһ")
PARTS: Final = (
    ("latin", "latin", _LATIN),
    ("azerbaijani", "latin-ext", _AZERBAIJANI),
    ("cyrillic", "cyrillic", _CYRILLIC),
    ("kazakh", "cyrillic-ext", _KAZAKH),
)


@dataclass(frozen=True, slots=True)
class Face:
    """One font file (WOFF2) and the code points that it holds."""

    name: str
    data: bytes
    letters: tuple[int, ...]

    def css(self, url: str) -> str:
        """`font-display: optional`: the first visit is never held up by a font and never shifts."""
        return (
            f'@font-face{{font-family:"{FAMILY}";font-style:normal;font-display:optional;'
            f"font-weight:{WEIGHTS[0]} {WEIGHTS[1]};src:url({url}) format('woff2');"
            f"unicode-range:{ranges(self.letters)}}}"
        )


def faces(package: Path) -> Iterator[Face]:
    """The faces made of the npm package @fontsource-variable/inter."""
    for name, source, wanted in PARTS:
        yield cut(name, package / "files" / f"inter-{source}-wght-normal.woff2", wanted)


def cut(name: str, path: Path, wanted: tuple[int, ...]) -> Face:
    font: Any = TTFont(path, recalcTimestamp=False)  # otherwise the bytes differ from build to build
    options = subset.Options(layout_features=list(FEATURES), flavor="woff2", hinting=False, recalc_timestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    instancer.instantiateVariableFont(font, {"wght": WEIGHTS}, inplace=True)
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    return Face(name, out.getvalue(), tuple(sorted(font.getBestCmap())))


def ranges(letters: tuple[int, ...]) -> str:
    """`(0x20, 0x21, 0x131)` -> `U+20-21,U+131`."""
    runs: list[list[int]] = []
    for letter in letters:
        if runs and letter == runs[-1][1] + 1:
            runs[-1][1] = letter
        else:
            runs.append([letter, letter])
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in runs)
