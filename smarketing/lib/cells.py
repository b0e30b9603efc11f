"""PURE. Cells of a CSV file that a spreadsheet must show and never run."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

_RISKY = frozenset("=+-@\t\r\n \x00")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+-]?\d+)?%?", re.ASCII)
_PHONE = re.compile(r"\+\d(?:[ ./-]?(?:\d|\(\d+\)))*", re.ASCII)


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet might read it as a formula.

    Risky beginnings are = + - @, tab, carriage return, line feed, space and NUL (OWASP, "CSV Injection"; a blank
    may be trimmed off and uncover a sign behind it). Plain numbers and phone numbers stay as they are. A text that
    begins with such an apostrophe itself gets another, so that `plain_cell` gives every text back as it was.
    """
    if not text or text.lstrip("'")[:1] not in _RISKY:
        return text
    if _NUMBER.fullmatch(text) or _PHONE.fullmatch(text):
        return text
    return f"'{text}"


def plain_cell(cell: str) -> str:
    """The text that `safe_cell` made safe."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'")[:1] in _RISKY else cell


def safe_row(cells: Iterable[object]) -> list[str]:
    """Every value as text for a CSV writer: None is an empty cell."""
    return ["" if cell is None else safe_cell(str(cell)) for cell in cells]


MARK = "\ufeff"  # without it spreadsheets read umlauts as something else


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180) as the rows come, with nothing in it that a spreadsheet would run."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow(safe_row(row))


class _Echo:
    """A file for the CSV writer that hands each line back."""

    def write(self, line: str) -> str:
        return line
