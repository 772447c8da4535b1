"""Inter as one font for print: the four files that browsers load by need, put together again.

A PDF needs it whole: the Cyrillic file alone has no blank, and a line in Russian would lose its spaces.
"""

import io
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

from fontTools.merge import Merger  # type: ignore[import-untyped]
from fontTools.merge import Options as MergeOptions
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.varLib import instancer  # type: ignore[import-untyped]

from server import assets

PARTS: Final = ("latin", "azerbaijani", "cyrillic", "kazakh")  # server.fonts.PARTS
WEIGHTS: Final = (400, 700)
DROPPED: Final = (
    "GSUB",
    "GPOS",
    "GDEF",
    "STAT",
    "HVAR",
    "avar",
    "MVAR",
    "gasp",
)  # cannot be merged, or mean nothing then
FAMILY: Final = "Zeng"
FACE: Final = re.compile(r"@font-face\{[^}]*\}")


@cache
def faces() -> dict[int, bytes]:
    """TrueType fonts by weight; empty where the web assets were not built: then the system's DejaVu Sans prints."""
    if not assets.manifest():
        return {}
    found = [sorted(assets.DIST.glob(f"inter-{part}.*.woff2")) for part in PARTS]
    if not all(found):
        return {}
    return {weight: _merged([paths[0] for paths in found], weight) for weight in WEIGHTS}


def for_browsers() -> str:
    """The rules by which the pages load Inter, for the print view of a browser; "" where nothing was built."""
    built = assets.manifest().get("app.css")
    if built is None:
        return ""
    styles = (assets.DIST / built.removeprefix(assets.URL)).read_text(encoding="utf-8")
    rules = "".join(FACE.findall(styles)).replace("url(inter", f"url({assets.URL}inter")
    return rules.replace("font-display:optional", "font-display:block")  # what is printed waits for its font


def _merged(paths: list[Path], weight: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for place, path in enumerate(paths):
            font: Any = TTFont(path, recalcTimestamp=False)
            instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
            for table in DROPPED:
                if table in font:
                    del font[table]
            _named(font, place, weight)
            font.flavor = None
            files.append(str(Path(folder) / f"{place}.ttf"))
            font.save(files[-1])
        merged = Merger(options=MergeOptions()).merge(files)
        merged.recalcTimestamp = False
        out = io.BytesIO()
        merged.save(out)
        return out.getvalue()


def _named(font: Any, place: int, weight: int) -> None:
    """The first file names the whole; glyphs of the others must not share their names with it."""
    style = "Bold" if weight == 700 else "Regular"
    for record in list(font["name"].names):
        if record.nameID not in (1, 2, 4, 6):
            font["name"].removeNames(nameID=record.nameID)
    for number, text in ((1, FAMILY), (2, style), (4, f"{FAMILY} {style}"), (6, f"{FAMILY}-{style}")):
        font["name"].setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
