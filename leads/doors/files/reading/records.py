"""PURE. A text file as records with their physical line numbers, in bounded memory whatever the file holds."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from smarketing.lib.file_problems import FileProblem, RefusedFile

SHEET = "\x1f"  # between the cells of what was a sheet of a workbook: its rows are counted, and not its lines
LIMIT = 2**20  # characters of one record; more is no row of a table
csv.field_size_limit(LIMIT)  # one cell may have them all
MOST_AGAIN = 2**26  # characters read in vain, and then again, after quotes that are never closed
A_LINE = 32  # characters that take as long as beginning a line does
MOST_BLANK = 1_100_000  # lines one after the other: a sheet of a workbook has 1,048,576
GLANCED_BLANK = 20_000  # after which a glance at the first rows has seen enough
UNDECODABLE = "\udcff"
MOST_FOOTERS = 30
TOTALS = ("total", "grand total", "sum", "gesamt", "i alt", "copyright", "confidential")
_MARK = "leads.doors.files.mark"
codecs.register_error(_MARK, lambda error: (UNDECODABLE, error.end))  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Record:
    """`line` counts physical lines from 1. With a problem the cells are what could be read of it."""

    line: int
    cells: list[str]
    problem: FileProblem | None = None
    follows_blank: bool = False


class TooLong(Exception):
    """A record is longer than LIMIT."""


class _Lines:
    """Physical lines of the record being read; those read too far can be given back."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self._size = 0
        self._is_cut = False

    def begin(self) -> None:
        if self._is_cut:
            self._skip_rest()
        self.taken, self._size, self._is_cut = [], 0, False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._text.readline(LIMIT + 1)
        if not line:
            raise StopIteration
        self.taken.append(line)
        self._size += len(line)
        if self._size > LIMIT:
            raise TooLong
        return line

    @property
    def weight(self) -> int:
        return self._size + A_LINE * len(self.taken)

    def give_back(self) -> None:
        """Leaves the first line and gives back the others; of a line too long the rest is skipped, later."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]
        self._is_cut = len(self.taken[0]) > LIMIT

    def _skip_rest(self) -> None:
        line = self.taken[0]
        while line and line[-1] not in "\r\n":
            line = self._text.readline(LIMIT)


class Records:
    """Iterates over the records of a binary file from its beginning; blank ones are passed over.

    A record that is no CSV (a quote never closed, longer than LIMIT) comes with its problem, and reading goes on in
    the line after its first. Raises RefusedFile for a file with so many of them, or of blank lines, that this would
    not end. Bytes that are not of the encoding stand as UNDECODABLE in their cell.
    """

    def __init__(self, file: BinaryIO, encoding: str, delimiter: str, *, glance: bool = False) -> None:
        """A `glance` ends at the first long gap: somebody waits for it; the import reads what follows."""
        self._glance = glance
        file.seek(0)
        self._text = io.TextIOWrapper(file, encoding, errors=_MARK, newline="")
        self._lines = _Lines(self._text)
        self._reader = csv.reader(self._lines, delimiter=delimiter, strict=True)
        self._is_sheet = delimiter == SHEET
        self._line = self._again = 0

    def detach(self) -> None:
        """Gives the binary file back, which otherwise is closed with this object."""
        self._text.detach()

    def __iter__(self) -> Iterator[Record]:
        blank = 0
        while (record := self._next()) is not None:
            if record.problem or any(map(str.strip, record.cells)):
                yield replace(record, follows_blank=True) if blank else record
                blank = 0
                continue
            blank += 1
            if self._glance and blank > GLANCED_BLANK:
                return
            if blank > MOST_BLANK:
                raise RefusedFile(FileProblem("too_many_blank_lines", str(record.line)))

    def _next(self) -> Record | None:
        first = self._line + 1
        self._lines.begin()
        try:
            record = Record(first, next(self._reader))
        except StopIteration:
            return None
        except (TooLong, csv.Error):
            record = self._broken(first)
        self._line += 1 if self._is_sheet else len(self._lines.taken)
        return record

    def _broken(self, first: int) -> Record:
        taken = self._lines.taken
        is_long = len(taken) == 1 and len(taken[0]) > LIMIT
        self._again += self._lines.weight if len(taken) > 1 else 0
        if self._again > MOST_AGAIN:
            raise RefusedFile(FileProblem("too_many_open_quotes", str(first)))
        self._lines.give_back()
        return Record(first, [taken[0][:1000]], FileProblem("too_long_record" if is_long else "open_quote"))


def limited(records: Iterable[Record], characters: int) -> Iterator[Record]:
    """Those that come before so many characters have been read; the one with which it is so many is the last."""
    line = 0
    for record in records:
        yield record
        characters -= sum(map(len, record.cells)) + len(record.cells) + A_LINE * (record.line - line)
        line = record.line
        if characters <= 0:
            return


def padded(records: Iterable[Record], width: int) -> Iterator[Record]:
    """Rows of a sheet end with what is in them."""
    for record in records:
        yield replace(record, cells=[*record.cells, *[""] * (width - len(record.cells))])


def without_hint(records: Iterable[Record]) -> Iterator[Record]:
    """Without the hint `sep=;` in front with which Excel is told the delimiter."""
    for number, record in enumerate(records):
        if number or not record.cells[0].lower().startswith("sep="):
            yield record


def without_footer(records: Iterable[Record], width: int) -> Iterator[Record]:
    """Without the lines at the end, after a blank one, that are no rows: totals, who may read it, copyright."""
    held: list[Record] = []
    for record in records:
        if (held or record.follows_blank) and _is_footer(record, width) and len(held) < MOST_FOOTERS:
            held.append(record)
            continue
        yield from held
        held.clear()
        yield record


def _is_footer(record: Record, width: int) -> bool:
    if record.problem:
        return False
    first = next(cell for cell in record.cells if cell.strip()).strip()
    return len(record.cells) < width or first.casefold().startswith(TOTALS)
