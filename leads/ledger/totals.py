"""PURE. Months with an amount each, out of a file or as they were pasted from a spreadsheet."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import BinaryIO, TypeVar
from zoneinfo import ZoneInfo

from leads.doors.files.reading.dates import instant
from leads.doors.files.reading.dialect import codec, recognised_delimiter, recognised_encoding
from leads.doors.files.reading.records import Record, Records, without_footer, without_hint
from smarketing.lib.amounts import column_money, is_in, money, recognised_mark
from smarketing.lib.file_problems import FileProblem, RefusedFile, Unreadable
from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR

T = TypeVar("T")
MOST_ROWS = 1_200  # months of a hundred years
MOST_COLUMNS, LONGEST = 40, 60  # characters of a cell that can be a month
UTC = ZoneInfo("UTC")
_NUMERIC = re.compile(r"(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4})", re.ASCII)


@dataclass(frozen=True)
class TotalsFault:
    """What is wrong in a line; 0 is the file as a whole."""

    line: int
    problem: FileProblem


@dataclass(frozen=True)
class Totals:
    """The amounts by first day of the month. With faults nothing of it is to be taken."""

    amounts: dict[date, Decimal]
    faults: tuple[TotalsFault, ...]


def read_totals(file: BinaryIO, currency: str) -> Totals:
    """The first column that reads as months, and the first other one that reads as amounts.

    A line above, in which neither does, is the header. Rows without an amount are passed over.
    """
    try:
        return _read(_rows(file), currency)
    except RefusedFile as refusal:
        return Totals({}, (TotalsFault(0, refusal.problem),))


def _rows(file: BinaryIO) -> list[Record]:
    encoding = recognised_encoding(file)
    delimiter = recognised_delimiter(file, encoding, _known)
    records = Records(file, codec(encoding), delimiter)
    found = list[Record]()
    for record in without_footer(without_hint(records), 2):
        found.append(record)
        if len(found) > MOST_ROWS:
            raise RefusedFile(FileProblem("too_many_rows", str(MOST_ROWS)))
    records.detach()
    return found


def _known(cells: list[str]) -> int:
    return sum(_reads(month_of, cell) or _reads(_amount, cell) for cell in cells[:MOST_COLUMNS])


def _reads(reader: Callable[[str], object], cell: str) -> bool:
    try:
        reader(cell)
    except Unreadable:
        return False
    return True


def _amount(cell: str) -> Decimal:
    return money(cell, mark=".").amount


def _read(rows: list[Record], currency: str) -> Totals:
    place = next(filter(None, (_places(row.cells) for row in rows)), None)
    if place is None:
        raise RefusedFile(FileProblem("no_months"))
    months, amounts = place
    given = [row for row in rows if _cell(row, amounts)]
    mark = recognised_mark(_cell(row, amounts) for row in given)
    found, faults = dict[date, Decimal](), list[TotalsFault]()
    for row in given:
        if row is rows[0] and not _places(row.cells):
            continue
        try:
            month, amount = month_of(_cell(row, months)), _in(_cell(row, amounts), mark, currency)
            if month in found:
                raise Unreadable("month_twice")
            found[month] = amount
        except Unreadable as error:
            faults.append(TotalsFault(row.line, error.problem))
    return Totals(found, tuple(faults))


def _places(cells: list[str]) -> tuple[int, int] | None:
    """The columns of the month and of the amount."""
    month = next((n for n, cell in enumerate(cells[:MOST_COLUMNS]) if _reads(month_of, cell)), None)
    others = (n for n, cell in enumerate(cells[:MOST_COLUMNS]) if n != month and cell.strip() and _reads(_amount, cell))
    amount = next(others, None)
    return None if month is None or amount is None else (month, amount)


def _cell(row: Record, place: int) -> str:
    return row.cells[place].strip() if place < len(row.cells) else ""


def _in(cell: str, mark: str, currency: str) -> Decimal:
    found = column_money(cell, mark=mark)
    if not is_in(found.sign, currency):
        raise Unreadable("other_currency", found.sign)
    if found.amount < 0:
        raise Unreadable("negative")
    return found.amount


def month_of(cell: str) -> date:
    """The first day of the month: of 2026-03, 03/2026, March 2026, or of any day of it.

    Raises Unreadable.
    """
    if len(cell) > LONGEST:
        raise Unreadable("no_month")
    text = " ".join(cell.split())
    if match := _NUMERIC.fullmatch(text):
        year, month = (match[1], match[2]) if match[1] else (match[4], match[3])
        if not (1 <= int(month) <= 12 and FIRST_YEAR <= int(year) <= LAST_YEAR):
            raise Unreadable("no_month")
        return date(int(year), int(month), 1)
    for written in _as_days(text):
        try:
            found = instant(written, order="dmy", zone=UTC).at.date()
        except (Unreadable, ValueError):
            continue
        return found.replace(day=1)
    raise Unreadable("no_month")


def _as_days(text: str) -> Iterator[str]:
    """As a day of that month; what could be an amount is none."""
    if any(sign.isalpha() for sign in text):
        yield f"1 {text}"
        yield text
    elif re.fullmatch(r"\d{4}-\d\d-\d\d(?: .*)?|\d{1,2}\.\d{1,2}\.\d{4}", text, re.ASCII):
        yield text


def text_as_file(text: str) -> BinaryIO:
    return io.BytesIO(text.encode())
