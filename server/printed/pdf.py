"""The PDF of an act: WeasyPrint with the font that the pages use, embedded. Needs Pango from the system.

The same page gives the same bytes: no time of printing, no random name is in the file.
"""

import base64
import hashlib
import os
from threading import Lock
from typing import Final

from inventory.errors import Conflict
from server.printed import paper, typeface
from server.printed.paper import Paper

_one_at_a_time: Final = Lock()  # Pango's font maps are not made for several threads at once


class NoPrinter(Conflict):
    """The server cannot make PDFs; the sentence says what is missing and what works instead."""


def made(page: Paper) -> bytes:
    """PDF 1.7; NoPrinter where WeasyPrint or what it needs of the system is not installed."""
    try:
        # Loads Pango: 0.6 s, and not installed everywhere.
        from weasyprint import CSS, HTML  # type: ignore[import-untyped]
        from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
        from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]
    except (ImportError, OSError) as error:
        raise NoPrinter(
            "This server cannot make PDFs, because Pango is not installed; print the page itself."
        ) from error
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")  # fontTools writes the time into each font that it cuts
    text = paper.html(page, styles="")
    identifier = hashlib.sha256(text.encode()).digest()[:16]
    fetcher = URLFetcher(allowed_protocols=("data",))  # the code in the page itself, and our font
    with _one_at_a_time:
        fonts = FontConfiguration()
        styles = CSS(string=_faces() + paper.CSS.read_text(encoding="utf-8"), font_config=fonts, url_fetcher=fetcher)
        document = HTML(string=text, url_fetcher=fetcher)
        made: bytes = document.write_pdf(stylesheets=[styles], font_config=fonts, pdf_identifier=identifier)
    return made


def _faces() -> str:
    return "".join(
        f'@font-face{{font-family:"{typeface.FAMILY}";font-weight:{weight};'
        f"src:url(data:font/ttf;base64,{base64.b64encode(font).decode()})}}\n"
        for weight, font in typeface.faces().items()
    )
