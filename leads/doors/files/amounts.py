"""PURE. Amounts of money as people and programs write them."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from leads.doors.files.problems import Unreadable

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 16  # exclusive: sixteen digits before the point
LONGEST = 60
_SIGNS = r"(?:[A-Z]{3}|kr\.?|R?\$|\u20ac|\u00a3)"
_MONEY_SIGNS = re.compile(rf"^{_SIGNS}\s*|\s*{_SIGNS}$", re.ASCII)
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_GROUPED = re.compile(r"([+-]?)([1-9]\d{0,2}(?:([.,'\u2019 ])\d{3})(?:\3\d{3})*|\d+)(?:([.,])(\d*))?", re.ASCII)
_UNCLEAR = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}", re.ASCII)


def amount(text: str, *, mark: str) -> Decimal:
    """The amount, rounded half up to cents. `mark` is the decimal mark, needed where 1.234 could mean either.

    Raises Unreadable for what is no finite number, is below zero or has more than sixteen digits before the point.
    """
    bare = _MONEY_SIGNS.sub("", text).replace("\u00a0", " ").replace("\u202f", " ").strip()
    if len(bare) > LONGEST:
        raise Unreadable("no_number")
    number = Decimal(_canonical(bare, mark))
    if number < 0:
        raise Unreadable("negative")
    if number >= LARGEST - CENT:
        raise Unreadable("too_large")
    return abs(number).quantize(CENT, ROUND_HALF_UP)


def _canonical(text: str, mark: str) -> str:
    if unclear := _UNCLEAR.fullmatch(text):
        return text.replace(unclear[1], "." if unclear[1] == mark else "")
    if _PLAIN.fullmatch(text):
        return text
    match = _GROUPED.fullmatch(text)
    if not match or (match[3] and match[3] == match[4]):
        raise Unreadable("no_number")
    whole = re.sub(r"\D", "", match[2])
    return f"{match[1]}{whole}.{match[5] or 0}"


def recognised_mark(cells: Iterable[str], delimiter: str) -> str:
    """The decimal mark that the clear cells show; where none does, a comma in a file that semicolons divide."""
    votes: Counter[str] = Counter()
    for cell in cells:
        bare = _MONEY_SIGNS.sub("", cell).strip()
        match = _GROUPED.fullmatch(bare)
        if match and not _UNCLEAR.fullmatch(bare):
            votes[match[4] or {",": ".", ".": ","}.get(match[3] or "", "")] += 1
    if votes[","] == votes["."]:
        return "," if delimiter == ";" else "."
    return "," if votes[","] > votes["."] else "."
