"""PURE. Cells of a CSV file that a spreadsheet must show and never run."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

_SIGNS = "=+-@"
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # they show nothing: Hangul fillers, empty Braille
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+-]?\d+)?%?", re.ASCII)
_EXTENSION = r"(?:[ ,]{1,2}(?:ext|extension|x|#|app|dw|durchwahl|lok|lokal)[.:]? ?\d{1,8})?"
_PHONE = re.compile(rf"\+\d(?:[ \u00a0\u202f./()\[\]\u2010-\u2013-]{{0,3}}\d)*{_EXTENSION}", re.ASCII | re.IGNORECASE)


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet might read it as a formula.

    Risky beginnings are = + - @ in every form that Unicode has of them, and whatever is a blank or shows nothing
    (OWASP, "CSV Injection"; it may be trimmed off and uncover a sign behind it). Plain numbers and phone numbers stay
    as they are. A text that begins with such an apostrophe itself gets another, so that `plain_cell` gives every text
    back as it was.
    """
    if not _is_risky(text) or _NUMBER.fullmatch(text) or _PHONE.fullmatch(text):
        return text
    return f"'{text}"


def plain_cell(cell: str) -> str:
    """The text that `safe_cell` made safe."""
    return cell[1:] if cell.startswith("'") and _is_risky(cell) else cell


def safe_row(cells: Iterable[object]) -> list[str]:
    """Every value as text for a CSV writer: None is an empty cell."""
    return ["" if cell is None else safe_cell(str(cell)) for cell in cells]


def _is_risky(text: str) -> bool:
    first = text.lstrip("'")[:1]
    return bool(first) and _begins_risky(first)


@lru_cache(maxsize=4096)
def _begins_risky(sign: str) -> bool:
    is_unseen = sign in _BLANK_LETTERS or unicodedata.category(sign)[0] in "ZCM"  # blanks, controls, marks of nothing
    return is_unseen or unicodedata.normalize("NFKC", sign)[0] in _SIGNS or sign == "\u2212"  # the minus of mathematics


MARK = "\ufeff"  # without it spreadsheets read umlauts as something else


def csv_lines(rows: Iterable[Sequence[object]], separator: str = ",") -> Iterator[str]:
    """The lines of a CSV file (RFC 4180) as the rows come, with nothing in it that a spreadsheet would run."""
    writer = csv.writer(_Echo(), delimiter=separator)
    for row in rows:
        yield writer.writerow(safe_row(row))


class _Echo:
    """A file for the CSV writer that hands each line back."""

    def write(self, line: str) -> str:
        return line
