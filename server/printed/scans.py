"""A signed act comes back as a scan: the code on its paper is read, so that the page files itself."""

import io
import re
from collections.abc import Iterator
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import pypdfium2  # type: ignore[import-untyped]
import zxingcpp
from PIL import Image, UnidentifiedImageError

from inventory.errors import Invalid

PAGES: Final = 20  # of a PDF that are looked at
DPI: Final = 200
QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
LARGEST_SIDE: Final = 12_000  # pixels; A4 at 600 dpi is 4961 x 7016
LARGEST_AREA: Final = 60_000_000
CODE: Final = re.compile(r"/check/([A-Z2-9]{12})$")
MEDIA: Final = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_pdfium: Final = Lock()  # PDFium is not made for several threads at once


def media_type(body: bytes) -> str:
    """By the first bytes, whatever the name says. Invalid for all but PDF, PNG and JPEG."""
    for beginning, kind in MEDIA.items():
        if body.startswith(beginning):
            return kind
    raise Invalid("file", "This is neither a PDF nor a PNG or JPEG picture; scan the signed act again.")


def check_codes(body: bytes) -> list[str]:
    """The check codes of acts on these pages, each once, in their order. Invalid for a file that cannot be read."""
    kind = media_type(body)
    found: list[str] = []
    for picture in _pages(body) if kind == "application/pdf" else [_picture(body)]:
        for code in zxingcpp.read_barcodes(picture, formats=QR, try_downscale=True):
            match = CODE.search(urlsplit(code.text).path)
            if match and match[1] not in found:
                found.append(match[1])
    return found


def _picture(body: bytes) -> Any:
    try:
        picture = Image.open(io.BytesIO(body), formats=("PNG", "JPEG"))
        if max(picture.size) > LARGEST_SIDE or picture.width * picture.height > LARGEST_AREA:
            raise Invalid("file", "The picture is too large; right are at most 600 dpi of an A4 page.")
        return picture.convert("L")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid("file", "The picture cannot be read; it may be damaged. Scan the act again.") from error


def _pages(body: bytes) -> Iterator[Any]:
    """The first pages as grey pictures, one after the other, at 200 dpi or as much as is allowed."""
    try:
        with _pdfium:
            document = pypdfium2.PdfDocument(body)
        for number in range(min(len(document), PAGES)):
            with _pdfium:
                picture = _drawn(document[number])
            yield picture
        with _pdfium:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise Invalid("file", "The PDF cannot be read; it may be damaged, or locked by a password.") from error


def _drawn(page: Any) -> Any:
    width, height = page.get_size()  # points, 1/72 inch
    scale = min(DPI / 72, (LARGEST_AREA / max(width * height, 1)) ** 0.5, LARGEST_SIDE / max(width, height, 1))
    return page.render(scale=scale, grayscale=True).to_pil()
