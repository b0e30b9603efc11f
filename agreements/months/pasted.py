"""PURE. Quotas out of a spreadsheet: cells pasted, or a CSV file, by month, quarter or year.

Rows with a period in front ("2026-04", "April", "Q2", "2026"), periods side by side with their sums below, or sums
alone: twelve, four or one. A heading names the parts of the quota where there are several columns.
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from agreements.months.spreading import spread
from smarketing.lib import words
from smarketing.lib.amounts import column_money, is_in, recognised_mark, ways
from smarketing.lib.file_problems import Unreadable
from smarketing.lib.month_names import month_number
from smarketing.lib.periods import Period

LONGEST = 20_000  # characters
MOST_PARTS = 20
Weights = Callable[[Sequence[Period]], Sequence[int | Decimal]]

_TOTALS = frozenset(
    {"amount", "quota", "total", "sum", "revenue", "betrag", "summe", "gesamt", "umsatz", "umsatzvorgabe", "quote"}
    | {"beløb", "i alt", "sum", "omsætning", "salgsbudget", "budget"}
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ISO = re.compile(r"(?P<year>\d{4})-(?P<number>\d{1,2})(?:-\d{1,2})?")
_QUARTER = r"(?:(?P<year>\d{4})[ /-]*)?(?:q|quarter|quartal|kvartal) ?(?P<number>[1-4])(?:[ /-]*(?P<later>\d{4}))?"
_KINDS = (
    ("month", _ISO),
    ("month", re.compile(r"(?:\d{1,2}[./])?(?P<number>\d{1,2})[./](?P<year>\d{4})")),
    ("quarter", re.compile(_QUARTER)),
    ("quarter", re.compile(r"(?P<number>[1-4])\. ?(?:quarter|quartal|kvartal)(?: (?P<year>\d{4}))?")),
    ("year", re.compile(r"(?P<year>\d{4})(?:/\d{2,4})?")),
    ("month", re.compile(r"(?P<number>[^\W\d_]+)\.?[ '’./-]*(?P<year>\d{4}|\d{2})?")),
)


def _(text: str) -> str:
    """Marks a reason for translation; whoever shows it translates."""
    return text


@dataclass(frozen=True)
class PasteFault:
    """What is wrong in a line; `text` is a template for `values`."""

    line: int
    text: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Pasted:
    """The quotas read, by month, and their parts by name.

    Of months that are not `whole` the parts not named stay as they were: the quota is more than the sum of those read.
    """

    quotas: dict[date, Decimal] = field(default_factory=dict)
    parts: dict[date, dict[str, Decimal]] = field(default_factory=dict)
    whole: set[date] = field(default_factory=set)
    faults: list[PasteFault] = field(default_factory=list)

    def refuse(self, line: int, reason: str, /, **values: object) -> None:
        said = {name: _shown(value) if isinstance(value, str) else value for name, value in values.items()}
        self.faults.append(PasteFault(line, reason, said))


def _shown(text: str) -> str:
    return _CONTROL.sub("\ufffd", text)


def read_quotas(
    text: str,
    months: Sequence[Period],
    currency: str,
    weights: Weights,
    *,
    parts: Sequence[str] = (),
    tiers: Sequence[str] = (),
) -> Pasted:
    """`months` are those of the planning year; `weights` says how a quarter's or the year's sum lies on its months.

    `parts` are those into which quotas are split already: a column of its own may be headed by one. Of `tiers` there
    are no quotas.
    """
    found = Pasted()
    if len(text) > LONGEST:
        found.refuse(1, _("this is longer than {most} characters"), most=LONGEST)
        return found
    rows = [(line, cells) for line, cells in enumerate(_grid(text.lstrip("\ufeff")), 1) if any(cells)]
    if not rows:
        found.refuse(1, _("there is nothing in it"))
        return found
    rows = _turned(rows, months)
    head = rows[0][0]
    names, rows = _heading(rows, parts, tiers)
    if len(names) > MOST_PARTS:
        found.refuse(1, _("these are more than {most} columns"), most=MOST_PARTS)
        return found
    if of_tiers := [name for name in names if words.key(name) in map(words.key, tiers)]:
        found.refuse(head, _("“{text}” is a tier: quotas are split by region or product line"), text=of_tiers[0][:40])
        return found
    known = {*map(words.key, parts), *_TOTALS}
    if len(names) == 1 and words.key(names[0]) not in known:
        text = _("“{text}” is none of the columns, which are {names}: call it one of them, or Quota for the whole")
        found.refuse(head, text, text=names[0][:40], names=", ".join(parts))
        return found
    mark = recognised_mark(cell for _line, cells in rows for cell in cells if not _is_period(cell))
    for line, periods, cells in _with_periods(rows, months, found):
        _take(
            found,
            line,
            periods,
            [_amount(found, line, cell, mark, currency) for cell in cells],
            names=names,
            weights=weights,
        )
    return found


def _grid(text: str) -> list[list[str]]:
    """Cells parted by tabs as spreadsheets copy them, by semicolons, or by commas behind a period."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    delimiter = next((sign for sign in "\t;" if sign in text), ",")
    return [_cells(line, delimiter) for line in lines]


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == "," and not (re.match(r"\s*\"?[^,\"]*[^\W\d_]", line) or _ISO.match(line.strip(' "'))):
        return [line.strip().strip('"').strip()]  # an amount like 200,000 alone
    cells = next(csv.reader([line.replace("\0", "")], delimiter=delimiter, skipinitialspace=True), [])
    return [cell.strip() for cell in cells]


Rows = list[tuple[int, list[str]]]


def _turned(rows: Rows, months: Sequence[Period]) -> Rows:
    """Periods side by side are put one below the other."""
    periods = [cell for cell in rows[0][1] if cell]
    if len(periods) < 2 or not all(_period(cell, months) or _is_period(cell) for cell in periods):
        return rows
    width = len(rows[0][1])
    columns = zip(*[[*cells, *[""] * width][:width] for _line, cells in rows], strict=True)
    return [(rows[0][0], list(column)) for column in columns]


def _heading(rows: Rows, parts: Sequence[str], tiers: Sequence[str]) -> tuple[list[str], Rows]:
    """The names of the columns behind the period, where a heading says them.

    Over one column alone a name says nothing where no quota is split, but that of a tier.
    """
    head = rows[0][1]
    has_sums = any(char.isdigit() for cell in (head[1:] or head) for char in cell)
    if len(rows) == 1 or has_sums or _is_period(head[0]):
        return [], rows
    names = head[1:]
    given = [name for name in names if name]
    is_said = len(given) > 1 or any(parts or words.key(name) in map(words.key, tiers) for name in given)
    return (names if is_said else []), rows[1:]


def _with_periods(rows: Rows, months: Sequence[Period], found: Pasted) -> list[tuple[int, Sequence[Period], list[str]]]:
    if any(_is_period(cells[0]) and len(cells) > 1 for _line, cells in rows):
        return [row for line, cells in rows if (row := _with_period(line, cells, months, found))]
    sums = [(line, cell) for line, cells in rows for cell in cells if cell]
    if len(sums) not in (1, 4, 12):
        text = _("{n} sums without a month: twelve, four or one can be told apart, or write the month before each")
        found.refuse(sums[0][0], text, n=len(sums))
        return []
    each = 12 // len(sums)
    return [(line, months[n * each : (n + 1) * each], [cell]) for n, (line, cell) in enumerate(sums)]


def _with_period(
    line: int, cells: list[str], months: Sequence[Period], found: Pasted
) -> tuple[int, Sequence[Period], list[str]] | None:
    periods = _period(cells[0], months)
    if periods:
        return line, periods, cells[1:]
    if _is_period(cells[0]):
        found.refuse(line, _("“{text}” is not in this year"), text=cells[0][:40])
    else:
        found.refuse(line, _("“{text}” is no month, quarter or year"), text=cells[0][:40])
    return None


def _is_period(text: str) -> bool:
    return _numbers(text) is not None


def _numbers(text: str) -> tuple[str, int, int | None] | None:
    """The kind of the period, its number, and its year where one is said."""
    key = words.key(text)
    for kind, pattern in _KINDS:
        if match := pattern.fullmatch(key):
            said = match.groupdict()
            year = next((int(said[name]) for name in ("year", "later") if said.get(name)), None)
            number = said.get("number") or "1"
            place = int(number) if number.isdecimal() else month_number(number)
            return (kind, place, 2000 + year if year is not None and year < 100 else year) if place else None
    return None


def _period(text: str, months: Sequence[Period]) -> Sequence[Period]:
    """The months that it means; a quarter is one of the planning year, which is called by the year it begins in."""
    said = _numbers(text)
    if said is None:
        return []
    kind, number, year = said
    if kind == "month":
        return [m for m in months if m.start_on.month == number and year in (None, m.start_on.year)]
    if year not in (None, months[0].start_on.year):
        return []
    return months if kind == "year" else months[3 * number - 3 : 3 * number]


def _amount(found: Pasted, line: int, cell: str, mark: str, currency: str) -> Decimal | None:
    """None for an empty cell, and for one that is refused."""
    if not cell:
        return None
    try:
        read = column_money(cell, mark=mark)
    except Unreadable as refusal:
        if refusal.problem.code == "two_ways":
            found.refuse(line, _("“{text}” can be read in two ways: write {whole} or {small}"), **ways(cell))
        else:
            found.refuse(line, _("“{text}” is no amount"), text=cell[:40])
        return None
    if not is_in(read.sign, currency):
        found.refuse(line, _("“{text}” is not in {currency}"), text=cell[:40], currency=currency)
    elif read.amount < 0:
        found.refuse(line, _("“{text}” is below zero"), text=cell[:40])
    else:
        return read.amount
    return None


def _take(
    found: Pasted,
    line: int,
    periods: Sequence[Period],
    amounts: list[Decimal | None],
    *,
    names: list[str],
    weights: Weights,
) -> None:
    named = dict(zip(names, amounts, strict=False))
    parts = {name: sum_ for name, sum_ in named.items() if name and words.key(name) not in _TOTALS and sum_ is not None}
    totals = [sum_ for name, sum_ in named.items() if words.key(name) in _TOTALS and sum_ is not None]
    if not names:
        given = [sum_ for sum_ in amounts if sum_ is not None]
        if len(given) > 1:
            found.refuse(line, _("several sums in one line: a heading has to say what each of them is"))
            return
        totals = given
    if parts and totals and sum(parts.values()) != totals[0]:
        values = {"sum": _plain(sum(parts.values(), Decimal(0))), "total": _plain(totals[0])}
        found.refuse(line, _("the parts come to {sum}, not to {total}"), **values)
        return
    if not parts and not totals:
        return
    if twice := [month for month in periods if month.start_on in found.quotas]:
        found.refuse(line, _("{month} is there twice"), month=twice[0].label)
        return
    if totals or not parts:
        found.whole |= {month.start_on for month in periods}
    scale = weights(periods) if len(periods) > 1 else [1]
    if parts:
        spreads = {name: spread(sum_, scale) for name, sum_ in parts.items()}
        for n, month in enumerate(periods):
            found.parts[month.start_on] = {name: own[n] for name, own in spreads.items()}
            found.quotas[month.start_on] = sum(found.parts[month.start_on].values(), Decimal(0))
    else:
        for month, own in zip(periods, spread(totals[0], scale), strict=True):
            found.quotas[month.start_on] = own


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
