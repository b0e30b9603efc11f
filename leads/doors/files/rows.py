"""PURE. A record of a file becomes checked values, or says which column is wrong and why."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from leads.doors.files.amounts import amount
from leads.doors.files.choices import choice
from leads.doors.files.columns import REQUIRED, Mapped
from leads.doors.files.dates import instant
from leads.doors.files.problems import Problem, Unreadable
from leads.doors.files.records import UNDECODABLE, Record

INSTANTS = frozenset({"created_at", "handed_at", "attempted_at", "closed_at"})
AMOUNTS = frozenset({"value", "revenue"})
CHOICES = frozenset({"channel", "result", "outcome"})
LONGEST = {
    "external_id": 200,
    "source": 100,
    "tier": 60,
    "email": 254,
    "name": 200,
    "company": 200,
    "phone": 60,
    "rep": 150,
    "note": 20_000,
    "reason": 200,
}
KEPT_CELLS = 300
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f]")
_EMAIL = re.compile(r"[^@\s,;<>()\[\]]+@[^@\s,;<>()\[\]]+\.[^@\s,;<>()\[\].]{2,}")

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    values: Values


@dataclass(frozen=True, slots=True)
class Rejection:
    line: int
    column: str
    problem: Problem
    cells: list[str]


@dataclass(frozen=True)
class Reading:
    """How the cells of a file are read."""

    order: str
    mark: str
    zone: ZoneInfo


class Checker:
    """Turns records into rows. `columns` are the labels of the file, `mapped` says which field is in which of them."""

    def __init__(
        self, kind: str, columns: Sequence[str], mapped: Mapped, constants: Mapping[str, str], reading: Reading
    ) -> None:
        self._width = len(columns)
        self._required = frozenset(REQUIRED[kind])
        self._columns = [
            (field, " + ".join(columns[index] for index in indexes), indexes, parser(field, reading))
            for field, indexes in mapped.items()
        ]
        self._constants = {field: self._value(field, text, parser(field, reading)) for field, text in constants.items()}
        self._instants = [field for field in INSTANTS if field in mapped or field in constants]

    def check(self, record: Record, at: datetime) -> Row | Rejection:
        """`at`: what lies after it has not happened yet and is refused."""
        cells = record.cells
        if record.problem:
            return Rejection(record.line, "", record.problem, kept(cells))
        if len(cells) != self._width and (problem := self._miscounted(cells)):
            return Rejection(record.line, "", problem, kept(cells))
        values: Values = dict(self._constants)
        for field, label, indexes, parse in self._columns:
            try:
                values[field] = self._value(field, self._text(cells, indexes), parse)
                if field in INSTANTS and values[field] > at:
                    raise Unreadable("in_future")
            except Unreadable as error:
                return Rejection(record.line, label, error.problem, kept(cells))
        return Row(record.line, values)

    def _miscounted(self, cells: list[str]) -> Problem | None:
        if len(cells) < self._width:
            return Problem("too_few_cells", f"{len(cells)}/{self._width}")
        if any(cell.strip() for cell in cells[self._width :]):
            return Problem("too_many_cells", f"{len(cells)}/{self._width}")
        return None

    @staticmethod
    def _text(cells: list[str], indexes: tuple[int, ...]) -> str:
        if len(indexes) == 1:
            return cells[indexes[0]]
        return " ".join(filter(None, (cells[index].strip() for index in indexes)))

    def _value(self, field: str, text: str, parse: Callable[[str], Any]) -> Any:
        bare = text.strip().strip("\ufeff")
        if UNDECODABLE in bare:
            raise Unreadable("undecodable")
        if bare:
            return parse(bare)
        if field in self._required:
            raise Unreadable("required")
        return EMPTY.get(field, "")


EMPTY: dict[str, Any] = {"value": None, "revenue": None, "channel": "phone"}


def parser(field: str, reading: Reading) -> Callable[[str], Any]:
    if field in INSTANTS:
        return partial(instant, order=reading.order or "iso", zone=reading.zone)
    if field in AMOUNTS:
        return partial(amount, mark=reading.mark)
    if field in CHOICES:
        return partial(choice, field)
    if field == "email":
        return email
    return partial(words, longest=LONGEST[field], is_long=field == "note")


def words(text: str, *, longest: int, is_long: bool = False) -> str:
    """Text as it stands; only a note keeps its line breaks. Raises Unreadable rather than cutting anything off."""
    if _CONTROL.search(text):
        raise Unreadable("control_characters")
    if len(text) > longest:
        raise Unreadable("too_long", str(longest))
    if is_long:
        return text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL_OR_BREAK.sub(" ", text)


def email(text: str) -> str:
    found = words(text, longest=LONGEST["email"])
    if not _EMAIL.fullmatch(found):
        raise Unreadable("no_email")
    return found.lower()


def kept(cells: list[str]) -> list[str]:
    """The cells as a database takes them: without zero bytes and halves of characters."""
    return [_CONTROL.sub("\ufffd", cell) for cell in cells[:KEPT_CELLS]]


def packed(values: Values) -> dict[str, Any]:
    """Values as JSON."""
    return {
        field: value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, Decimal) else value
        for field, value in values.items()
    }


def unpacked(fields: Mapping[str, Any]) -> Values:
    values = dict(fields)
    for field in INSTANTS & values.keys():
        values[field] = None if values[field] is None else datetime.fromisoformat(values[field])
    for field in AMOUNTS & values.keys():
        values[field] = None if values[field] is None else Decimal(values[field])
    return values
