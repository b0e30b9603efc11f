"""PURE. Amounts of money as people and programs write them."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from smarketing.lib.decimals import is_kept
from smarketing.lib.file_problems import Unreadable

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 16 - 1  # exclusive: sixteen digits before the point
LONGEST = 60
UNCLEAR = "?"
_OTHER = {",": ".", ".": ","}
# A sign may mean several currencies; whether it is the agreement's own is all that is asked.
SIGNS = {
    "€": {"EUR"},
    "EURO": {"EUR"},
    "£": {"GBP"},
    "$": {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"},
    "US$": {"USD"},
    "R$": {"BRL"},
    "C$": {"CAD"},
    "A$": {"AUD"},
    "¥": {"JPY", "CNY"},
    "₹": {"INR"},
    "₺": {"TRY"},
    "₽": {"RUB"},
    "₩": {"KRW"},
    "₪": {"ILS"},
    "₴": {"UAH"},
    "ZŁ": {"PLN"},
    "KČ": {"CZK"},
    "FT": {"HUF"},
    "KR": {"DKK", "SEK", "NOK", "ISK"},
    "FR": {"CHF"},
    "SFR": {"CHF"},
}
_PARTS = re.compile(
    r"([+-]?) ?([^\W\d_]+\.? ?|[^\d+.,'’-]*)([+-]?) ?(\d[\d.,'’ ]*(?:[eE][+-]?\d{1,2})?|[.,]\d+)([^\d]*)"
)
_NO_CENTS = re.compile(r"([.,]) ?[-\u2013\u2014](?=[^\d]*$)")
_PLAIN = re.compile(r"\d*(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_GROUPED = re.compile(r"([1-9]\d{0,2}(?:([.,'’ ])\d{3})(?:\2\d{3})*|\d+)(?:([.,])(\d*))?", re.ASCII)
_UNCLEAR = re.compile(r"[1-9]\d{0,2}([.,])\d{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, rounded half up to cents, and the sign or code that stands beside it."""

    amount: Decimal
    sign: str


def money(text: str, *, mark: str) -> Money:
    """`mark` is the decimal mark, needed where 1.234 could mean either; without one such an amount is refused.

    Raises Unreadable for what is no finite number, or has more digits than the databases keep.
    """
    read = _exact(text, mark)
    amount = read.amount.quantize(CENT, ROUND_HALF_UP)
    if not is_kept(amount):
        raise Unreadable("too_large")
    return Money(amount or abs(amount), read.sign)


def _exact(text: str, mark: str) -> Money:
    sign, digits, is_negative = _parts(text)
    number = Decimal(_canonical(digits, mark))
    if number >= LARGEST:
        raise Unreadable("too_large")
    return Money(-number if is_negative and number else number, sign)


def column_money(text: str, *, mark: str) -> Money:
    """A sum out of a column whose other amounts show this decimal mark, or none.

    Three digits behind an only mark are thousands, as no sum of money has three decimals. Where the column says that
    they are decimals it can be read in two ways, and is refused.
    """
    own = _only_mark(text)
    if own and own == mark:
        raise Unreadable("two_ways", text)
    return money(text, mark=_OTHER.get(own, "."))


def typed_money(text: str, *, mark: str, currency: str) -> Decimal:
    """Not rounded. `mark` is that of the reader's language: 500.000 can be read in two ways where it is a point.

    With its currency beside it, it comes out of a spreadsheet, and no sum of money has three decimals.
    """
    own = _only_mark(text)
    read = _exact(text, _OTHER.get(own, mark))
    if not is_in(read.sign, currency):
        raise Unreadable("other_currency", read.sign)
    if own and own == mark and not read.sign:
        raise Unreadable("two_ways", text)
    return read.amount


def ways(text: str) -> dict[str, str]:
    """Of an amount that can be read in two ways: itself, and how to write the one and the other."""
    digits = _parts(text)[1]
    return {"text": text, "whole": re.sub(r"[.,]", "", digits), "small": digits[:-1]}


def _only_mark(text: str) -> str:
    """The mark of an amount like 1.234 or 1,234, else nothing."""
    try:
        match = _UNCLEAR.fullmatch(_parts(text)[1])
    except Unreadable:
        return ""
    return match[1] if match else ""


def is_in(sign: str, currency: str) -> bool:
    """Whether an amount with this sign or code can be one in this currency. Without a sign it is."""
    return not sign or sign == currency or currency in SIGNS.get(sign, ())


def _parts(text: str) -> tuple[str, str, bool]:
    """The sign or code, the digits with their marks, and whether the amount is below zero: −5, 5−, (5)."""
    if len(text) > LONGEST:
        raise Unreadable("no_number")
    bare = _NO_CENTS.sub(r"\g<1>0", " ".join(text.replace("\u2212", "-").split()))
    in_brackets = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1].strip() if in_brackets else bare
    trails = bare.endswith("-") and bare[:-1].strip() != ""
    match = _PARTS.fullmatch(bare[:-1].strip() if trails else bare)
    minus = [in_brackets, trails, match[1] == "-", match[3] == "-"] if match else []
    if not match or sum(minus) > 1 or (match[1] and match[3]) or (not match[4].isascii() and "’" not in match[4]):
        raise Unreadable("no_number")
    return _sign(match[2], match[5]), match[4].strip(), any(minus)


def _sign(before: str, behind: str) -> str:
    """The one sign, or the code that says which of its currencies is meant."""
    found = {part.strip(" .").upper() for part in (before, behind)} - {""}
    codes = {sign for sign in found if len(sign) == 3 and sign.isascii() and sign.isalpha()} - SIGNS.keys()
    if not found <= SIGNS.keys() | codes or len(codes) > 1 or (len(found) > 1 and not codes):
        raise Unreadable("no_number")
    code = next(iter(codes or found), "")
    if not all(is_in(sign, code) for sign in found):
        raise Unreadable("no_number")
    return code


def _canonical(digits: str, mark: str) -> str:
    if unclear := _UNCLEAR.fullmatch(digits):
        if not mark:
            raise Unreadable("unclear_amount")
        return digits.replace(unclear[1], "." if unclear[1] == mark else "")
    if _PLAIN.fullmatch(digits):
        return digits
    match = _GROUPED.fullmatch(digits)
    if not match or (match[2] and match[2] == match[3]):
        raise Unreadable("no_number")
    return f"{re.sub(r'[^0-9]', '', match[1])}.{match[4] or 0}"


def mark_vote(cell: str) -> str:
    """The decimal mark that an amount shows, UNCLEAR for one that can be read in two ways, or nothing."""
    try:
        _sign, digits, _is_negative = _parts(cell)
    except Unreadable:
        return ""
    if _UNCLEAR.fullmatch(digits):
        return UNCLEAR
    match = _GROUPED.fullmatch(digits)
    return (match[3] or _OTHER.get(match[2] or "", "")) if match else ""


def recognised_mark(cells: Iterable[str]) -> str:
    """The decimal mark of a column: "" where amounts can be read in two ways and no other settles it.

    A point where it does not matter.
    """
    votes = Counter(map(mark_vote, cells))
    if votes[","] and votes["."]:
        return "" if votes[UNCLEAR] else "."
    if votes[","] or votes["."]:
        return "," if votes[","] else "."
    return "" if votes[UNCLEAR] else "."
