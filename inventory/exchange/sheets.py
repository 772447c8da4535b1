"""Files as rows of text: CSV and XLSX are read and written here alone, a row at a time."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any, Final

import python_calamine
import xlsxwriter  # type: ignore[import-untyped]

from inventory.errors import Invalid
from inventory.imports import Form, Media

MOST_ROWS: Final = 250_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 4000
LARGEST_UNPACKED: Final = 400_000_000  # bytes of an XLSX; a file of 100,000 rows and 20 columns has 100 MB
EXACT_BELOW: Final = 10**15  # a spreadsheet keeps fifteen digits of a number, and writes noughts for the rest
CSV_CHUNK: Final = 500


def rows(body: bytes, form: Form) -> Iterator[list[str]]:
    """All rows, the headers first, blank ones too (they count). Invalid for a file that ends in the middle."""
    for number, row in enumerate(_xlsx(body) if form.media is Media.XLSX else _csv(body, form), start=1):
        if number > MOST_ROWS + 1:
            raise Invalid("file", "A file has at most %(most)s rows; cut it into several.", most=MOST_ROWS)
        if len(row) > MOST_COLUMNS:
            raise Invalid("file", "A file has at most %(most)s columns.", most=MOST_COLUMNS)
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise Invalid("file", "A cell of row %(row)s is longer than %(most)s characters.", row=number,
                          most=LONGEST_CELL)  # fmt: skip
        yield row


def _csv(body: bytes, form: Form) -> Iterator[list[str]]:
    text = io.TextIOWrapper(io.BytesIO(body), form.encoding, newline="")
    try:
        yield from csv.reader(text, delimiter=form.delimiter)
    except UnicodeDecodeError as error:
        raise Invalid("file", "The file is not written in %(encoding)s; choose another encoding.",
                      encoding=form.encoding) from error  # fmt: skip
    except csv.Error as error:
        raise Invalid("file", "The file is no CSV: %(fault)s.", fault=str(error)) from error


def _xlsx(body: bytes) -> Iterator[list[str]]:
    """The first sheet that has cells."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise Invalid("file", "The file is too large when it is unpacked; cut it into several.")
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height:
                for row in sheet.iter_rows():
                    yield [_as_text(cell) for cell in row]
                return
    except (zipfile.BadZipFile, python_calamine.CalamineError) as error:
        raise Invalid("file", "The file is no XLSX, or it is damaged.") from error


def _as_text(cell: Any) -> str:
    """A number with more digits than a spreadsheet keeps comes out as one that has visibly lost them (1.2E+15)."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        if not cell.is_integer():
            return repr(cell)
        return str(int(cell)) if abs(cell) < EXACT_BELOW else f"{cell:.6E}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time(0) else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(round(cell.total_seconds()))
    return str(cell)


def csv_written(lines: Iterable[Sequence[str]], form: Form | None = None) -> Iterator[bytes]:
    """Bytes of a CSV in pieces; with a BOM and `;`, as Excel of this region opens it, unless `form` says otherwise."""
    encoding = form.encoding if form else "utf-8-sig"
    encoder = codecs.getincrementalencoder(encoding)("replace")
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=form.delimiter if form else ";")
    for count, line in enumerate(lines, start=1):
        writer.writerow(line)
        if count % CSV_CHUNK == 0:
            yield encoder.encode(out.getvalue())
            out.seek(0)
            out.truncate()
    yield encoder.encode(out.getvalue(), final=True)


def xlsx_written(file: IO[bytes], lines: Iterable[Sequence[str]], numbers: Sequence[bool]) -> None:
    """One sheet into `file`, a row in memory at a time. `numbers`: columns whose digits are written as numbers; all
    else is text and stays text.
    """
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for place, line in enumerate(lines):
        for column, cell in enumerate(line):
            if place == 0:
                sheet.write_string(0, column, cell, bold)
            elif cell and numbers[column] and cell.isascii() and cell.isdigit() and len(cell) < 15:
                sheet.write_number(place, column, int(cell))
            elif cell:
                sheet.write_string(place, column, cell)
    book.close()
