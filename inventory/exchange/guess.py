"""How a file is written: its encoding and its delimiter, as far as its bytes tell."""

import codecs
import csv
import io
import re
from typing import Final

from inventory.errors import Invalid
from inventory.imports import Form, Media

ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "cp1254", "cp1251")
DELIMITERS: Final = (";", ",", "\t")
SAMPLE: Final = 65_536  # bytes
_WORDS: Final = re.compile(r"[^\W\d_]+")


def form_of(body: bytes) -> Form:
    """Invalid for what is neither CSV nor XLSX."""
    if body.startswith(b"PK\x03\x04"):
        return Form(Media.XLSX)
    if body.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")):
        raise Invalid("file", "This is no file that can be imported; right is CSV, or XLSX (not the older XLS).")
    if not body.strip():
        raise Invalid("file", "The file is empty.")
    encoding = encoding_of(body)
    return Form(Media.CSV, encoding, delimiter_of(_sample(body, encoding)))


def encoding_of(body: bytes) -> str:
    """By its mark, else UTF-8 if all of it is, else Turkish or Cyrillic by the look of its words.

    In Azerbaijani or Turkish text letters beyond ASCII stand among ASCII letters ("şəhər"), in Russian text a word has
    only such letters.
    """
    if body.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _is_utf8(body):
        return "utf-8"
    head = body[:SAMPLE].decode("cp1251", "replace")
    beyond = [word for word in _WORDS.findall(head) if not word.isascii()]
    pure = sum(not any(letter.isascii() for letter in word) for word in beyond)
    return "cp1251" if pure * 2 > len(beyond) else "cp1254"


def _is_utf8(body: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(body), SAMPLE):
            decoder.decode(body[start : start + SAMPLE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _sample(body: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(body[:SAMPLE])


def delimiter_of(sample: str) -> str:
    """The one that cuts most lines into as many cells as the first one, and into the most."""
    best, score = DELIMITERS[0], (0.0, 1)
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row][:20]
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        own = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
        if own > score:
            best, score = delimiter, own
    return best
