"""A file for spreadsheets (XLSX), row by row: what is text stays text, and runs nowhere."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 1_048_575  # rows of one sheet, below its heads
SIGN = 10_000  # rows after which the worker shows that it lives; `making.LEASE`
PIECE = 64 * 1024


class _Sheet(Worksheet):  # type: ignore[misc]
    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        """XlsxWriter takes a text that begins with <r> for markup of its own; from a lead's field it is none."""
        self._xml_inline_string(string, True, attributes)


def sheet_pieces(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file on the disk is the only whole one. Empty pieces say that it is still being written."""
    with TemporaryFile() as file:
        yield from _written(file, title, heads, rows)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _written(file: Any, title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    rest, number = iter(rows), 1
    with Workbook(file, {"constant_memory": True}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = _begun(book, title, heads, bold)
        for n, row in enumerate(rest, start=1):
            if n > number * MOST:
                number += 1
                sheet = _begun(book, f"{title} {number}", heads, bold)
            for column, value in enumerate(row):
                place = (n - (number - 1) * MOST, column)
                if isinstance(value, datetime):
                    sheet.write_datetime(*place, value, time)
                else:
                    sheet.write_string(*place, str(value), text)
            if n % SIGN == 0:
                yield b""


def _begun(book: Any, title: str, heads: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet(title, _Sheet)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heads) - 1, 22)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    return sheet
