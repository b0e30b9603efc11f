"""PURE. A sheet of a workbook (XLSX) becomes the same table that a text file is, once, before anything reads it.

A workbook is a zip archive of XML, and a few kilobytes of either can unfold to what no machine holds. So what the
archive declares is looked at first; it cannot hold more than that, for reading ends there.
"""

import csv
import io
import logging
import re
import struct
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from os import SEEK_END
from typing import Any, BinaryIO
from zipfile import ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.escape import unescape
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from leads.doors.files.reading.columns import MOST_COLUMNS, known_columns
from leads.doors.files.reading.dialect import HEADER_WITHIN
from leads.doors.files.reading.records import SHEET
from smarketing.lib.file_problems import FileProblem, RefusedFile

logger = logging.getLogger(__name__)

SIGNATURE = b"PK\x03\x04"
MOST_BYTES = 100 * 2**20  # of all parts unfolded: about four million cells
MOST_FOLDED = 100  # times its size a workbook may unfold to, if that is more than:
ALWAYS = 8 * 2**20
MOST_OF_A_PART = 8 * 2**20  # except for cells and strings all parts are read as a whole
LARGE_PARTS = re.compile(r"xl/(?:worksheets/sheet\d*|sharedStrings)\.xml")
MOST_DIRECTORY = 2**20  # bytes of the archive's list of parts
MOST_ROWS = 2**20  # of a sheet
MOST_CELLS = 10_000_000
MOST_SHEETS = 50
EXACT = 10**15  # a spreadsheet keeps fifteen digits
BLOCK = 2**20
_OVERLAP = 200
_ROW = re.compile(rb"<(?:\w+:)?row\s(?:[^>]*?\s)?r=[\"'](\d{1,10})[\"']")
_NO_RESULT = re.compile(rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f(?:\s[^<>]*)?/>)\s*</(?:\w+:)?c>")
_THREE_DECIMALS = re.compile(r"-?\d+\.\d{3}")


@dataclass(frozen=True)
class NamedSheet:
    name: str
    is_hidden: bool = False


def is_workbook(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(len(SIGNATURE)) == SIGNATURE


@contextmanager
def opened_workbook(file: BinaryIO) -> Iterator["Book"]:
    """Raises RefusedFile for what is no workbook, or too much of one; whatever else is wrong in it comes out so too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what we do not use: drawings, validations
            _refuse_bombs(file)
            reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
            reader.read()
            _refuse_missing_sheets(reader)
            yield Book(reader.wb, ZipFile(file))
    except RefusedFile:
        raise
    except Exception as error:  # a broken archive, wrong XML, a number that is none: any of a dozen kinds
        logger.info("a workbook could not be read: %s", type(error).__name__)
        raise RefusedFile(FileProblem("broken_workbook")) from error


class Book:
    def __init__(self, book: Workbook, archive: ZipFile) -> None:
        self._archive = archive
        self._sheets: dict[str, ReadOnlyWorksheet] = {
            sheet.title: sheet for sheet in book._sheets if isinstance(sheet, ReadOnlyWorksheet)
        }
        if not self._sheets:
            raise RefusedFile(FileProblem("no_table_sheet"))

    @property
    def sheets(self) -> list[NamedSheet]:
        return [NamedSheet(name, sheet.sheet_state != "visible") for name, sheet in self._sheets.items()][:MOST_SHEETS]

    def likeliest(self, kind: str) -> str:
        """The sheet that names most columns; of those that name as many the first, and a visible one."""

        def named(sheet: NamedSheet) -> tuple[bool, int, bool]:
            heads = list(islice(self._rows(sheet.name), HEADER_WITHIN))
            return not sheet.is_hidden, max((known_columns(kind, head, {}) for head in heads), default=0), any(heads)

        return max(self.sheets, key=named).name

    def write(self, name: str, out: BinaryIO) -> None:
        """The table as text: a row of the sheet is a row of it, whatever is in its cells."""
        self._refuse_what_would_be_lost(self._sheets[name]._worksheet_path)
        text = io.TextIOWrapper(out, "utf-8", errors="replace", newline="")
        writer = csv.writer(text, delimiter=SHEET)
        blank = 0
        for row in self._rows(name):
            if not row:
                blank += 1
                continue
            writer.writerows([[]] * blank)
            writer.writerow(row)
            blank = 0
        text.detach()
        out.seek(0)

    def _rows(self, name: str) -> Iterator[list[str]]:
        """Each as long as what is in it. What the sheet says of its own size may be wrong."""
        sheet, cells = self._sheets[name], 0
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1, values_only=True), start=1):
            if number > MOST_ROWS:
                raise RefusedFile(FileProblem("too_many_rows", str(MOST_ROWS)))
            cells += len(row)
            if cells > MOST_CELLS:
                raise RefusedFile(FileProblem("large_workbook"))
            end = len(row)
            while end and row[end - 1] is None:
                end -= 1
            if end > MOST_COLUMNS:
                raise RefusedFile(FileProblem("too_many_columns", str(MOST_COLUMNS)))
            yield list(map(written, row[:end]))

    def _refuse_what_would_be_lost(self, path: str) -> None:
        """Rows that stand twice, and formulas whose results nobody has written down."""
        last, rest = 0, b""
        with self._archive.open(path) as part:
            while block := part.read(BLOCK):
                seen = rest + block
                if _NO_RESULT.search(seen):
                    raise RefusedFile(FileProblem("no_results"))
                numbers = [(int(found[1]), found.end()) for found in _ROW.finditer(seen)]
                for number, end in numbers:
                    if end <= len(rest):
                        continue  # seen with the block before
                    if number <= last:
                        raise RefusedFile(FileProblem("broken_workbook"))
                    last = number
                rest = seen[-_OVERLAP:]


def written(value: Any) -> str:
    """A cell as text that can be read in one way only."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "milliseconds").removesuffix(".000")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return _number(value)
    return str(unescape(str(value)))


def _number(value: float) -> str:
    if abs(value) >= EXACT:
        return f"{value:.14E}"  # its last digits are lost
    text = str(int(value)) if value.is_integer() else repr(value)
    return f"{text}0" if _THREE_DECIMALS.fullmatch(text) else text


def _refuse_bombs(file: BinaryIO) -> None:
    size = file.seek(0, SEEK_END)
    if _directory_size(file, size) > MOST_DIRECTORY:
        raise RefusedFile(FileProblem("large_workbook"))
    with ZipFile(file) as archive:
        parts = archive.infolist()
        _refuse_missing_parts(archive.namelist())
        unfolded = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
        if unfolded > min(MOST_BYTES, max(ALWAYS, MOST_FOLDED * size)):
            raise RefusedFile(FileProblem("large_workbook"))
        large = {part.filename for part in parts if part.file_size > MOST_OF_A_PART}
        if large and not _are_cells_and_strings(archive, large):
            raise RefusedFile(FileProblem("large_workbook"))


def _refuse_missing_parts(names: Collection[str]) -> None:
    """Whatever else is in an archive, a workbook of which a part got lost is not to be unpacked."""
    missing = [name for name in ("[Content_Types].xml", "xl/workbook.xml") if name not in names]
    if missing and any(name.startswith("xl/") for name in names):
        raise RefusedFile(FileProblem("missing_part", missing[0]))
    if missing:
        raise RefusedFile(FileProblem("no_text", "archive"))


def _refuse_missing_sheets(reader: ExcelReader) -> None:
    """openpyxl passes over them, and what somebody meant to send would look as if it had never been there."""
    for sheet, link in reader.parser.find_sheets():
        if link.target not in reader.valid_files:
            raise RefusedFile(FileProblem("missing_part", sheet.name[:80]))


def _are_cells_and_strings(archive: ZipFile, large: set[str]) -> bool:
    """Whether these parts are what their names say, and so are not read as a whole."""
    if not all(map(LARGE_PARTS.fullmatch, large)):
        return False
    names = [name for name in archive.namelist() if name.endswith("workbook.xml.rels")]
    links = [archive.read(name) for name in ("[Content_Types].xml", *names)]
    odd = re.compile(rb"[^<>]*?(?:main\+xml|chartsheet)[^<>]*")
    told = [element for text in links for element in odd.findall(text)]
    return not any(name.removeprefix("xl/").encode() in element for element in told for name in large)


def _directory_size(file: BinaryIO, size: int) -> int:
    """Of the archive's list of parts, by the record at its end: it would be read whole."""
    file.seek(max(0, size - 2**16 - 22))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise RefusedFile(FileProblem("broken_workbook"))
    found: int = struct.unpack_from("<L", tail, at + 12)[0]
    if at >= 76 and tail[at - 20 : at - 16] == b"PK\x06\x07":  # with a larger record before it
        found = struct.unpack_from("<Q", tail, at - 76 + 40)[0]
    return found
