"""PURE. A record of a file becomes checked values, or says which column is wrong and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from leads.doors.fields import IDENTITY, KINDS, Field, Reads, fields_that
from leads.doors.files.reading.choices import (
    DEFAULT_REASONS,
    OPEN,
    Words,
    choice,
    compared,
    direction_in,
    own_words,
    words_for,
)
from leads.doors.files.reading.columns import Mapped, currency_in
from leads.doors.files.reading.dates import Moment, check_day, instant
from leads.doors.files.reading.records import UNDECODABLE, Record
from leads.doors.texts import CONTROL, Partly, read_text
from smarketing.lib import amounts
from smarketing.lib.file_problems import FileProblem, Unreadable
from smarketing.lib.words import key

INSTANTS = frozenset().union(*(fields_that(kind, Reads.INSTANT) for kind in KINDS))
AMOUNTS = frozenset().union(*(fields_that(kind, Reads.AMOUNT) for kind in KINDS))
DAYS = frozenset().union(*(fields_that(kind, Reads.DAY) for kind in KINDS))
OTHERS = frozenset().union(*(fields_that(kind, Reads.COUNT, Reads.FLAG) for kind in KINDS))
LARGEST = 2_147_483_647
EMPTY: dict[str, Any] = dict.fromkeys(AMOUNTS | INSTANTS | DAYS | OTHERS) | {
    "channel": "phone",
    "direction": "outbound",
}
SENT_ITSELF = frozenset({"email", "message", "automated"})  # channels whose attempts need no word for their result
LONGEST_EMPTY = 100
KEPT_CELLS = 300
KEPT_CHARACTERS = 25_000  # of a cell: what is longer is not taken into any field

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Remark:
    """What a line of a file is told to lack, in which column; `cells` are the line's."""

    line: int
    column: str
    problem: FileProblem
    cells: list[str]


class Rejection(Remark):
    """The row is not taken."""


class Warned(Remark):
    """The row is taken without this cell, or with what could be read of it."""


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """`values` has `precision` too: to how many seconds the row's main instant is known."""

    line: int
    values: Values
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """Neither won nor lost yet: counted apart, and not kept."""

    line: int


@dataclass(frozen=True)
class Notation:
    """How the cells of a file are read. `words`: field -> foreign word -> what is to be read in its place.

    Without `currency`, the agreement's own, amounts in any are taken. `reasons`: its reasons of returns, key -> label.
    `empties`: words of the file for an empty cell.
    """

    order: str
    mark: str
    zone: ZoneInfo
    currency: str = ""
    words: Words = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=lambda: DEFAULT_REASONS)
    empties: tuple[str, ...] = ()


class Checker:
    """Turns records into rows. `columns` are the labels of the file, `mapped` says which field is in which of them."""

    def __init__(
        self, kind: str, columns: Sequence[str], mapped: Mapped, constants: Mapping[str, str], reading: Notation
    ) -> None:
        self._width = len(columns)
        self._kind, self._reading = kind, reading
        self._empties = frozenset(map(key, reading.empties))
        known = {own.name: own for own in KINDS[kind]}
        # An open deal needs nothing else, so its stage is read first; a wrong currency costs the amount read before it.
        order = sorted(mapped, key=lambda name: (name != "outcome", name == "currency"))
        self._columns = [
            (known[name], " + ".join(columns[index] for index in mapped[name]), mapped[name], self._parser(known[name]))
            for name in order
        ]
        self._currencies = {name: currency_in(columns[mapped[name][0]]) for name in AMOUNTS & mapped.keys()}
        self._is_directed = "direction" in mapped or "direction" in constants
        self._constants = {name: self._constant(known[name], text) for name, text in constants.items()}

    def check(self, record: Record, at: datetime) -> CheckedRow | OpenDeal | Rejection:
        """`at`: what lies after it has not happened yet and is refused."""
        cells = record.cells
        if record.problem:
            return Rejection(record.line, "", record.problem, kept(cells))
        if len(cells) != self._width and (problem := self._miscounted(cells)):
            return Rejection(record.line, "", problem, kept(cells))
        read: Values = dict(self._constants)
        warnings: list[Warned] = []
        for own, label, indexes, parse in self._columns:
            try:
                read[own.name] = self._read(own, self._told(own, cells, indexes, read), parse, at)
            except Partly as found:
                read[own.name] = found.value
                warnings.append(Warned(record.line, label, found.problem, kept(cells)))
            except Unreadable as error:
                if own.is_required or self._costs_the_row(own, error):
                    return Rejection(record.line, label, error.problem, kept(cells))
                read |= left_empty(own)
                warnings.append(Warned(record.line, label, error.problem, kept(cells)))
            if own.name == "channel" and not self._is_directed and (told := direction_in(self._text(cells, indexes))):
                read["direction"] = told
            if own.name == "outcome" and read["outcome"] == OPEN:
                return OpenDeal(record.line)
        if not any(read.get(name) for name in IDENTITY[self._kind]):
            return Rejection(record.line, self.label_of("external_id"), FileProblem("nobody"), kept(cells))
        return CheckedRow(record.line, values_of(self._kind, read, self._reading), tuple(warnings))

    def _miscounted(self, cells: list[str]) -> FileProblem | None:
        if len(cells) < self._width:
            return FileProblem("too_few_cells", f"{len(cells)}/{self._width}")
        if any(cell.strip() for cell in cells[self._width :]):
            return FileProblem("too_many_cells", f"{len(cells)}/{self._width}")
        return None

    def label_of(self, name: str) -> str:
        return next((label for own, label, *_rest in self._columns if own.name == name), "")

    def _told(self, own: Field, cells: list[str], indexes: tuple[int, ...], read: Values) -> str:
        text = self._text(cells, indexes)
        if self._empties and key(text[:LONGEST_EMPTY]) in self._empties:
            text = ""
        is_sent = own.name == "result" and not text.strip() and read.get("channel") in SENT_ITSELF
        return "sent" if is_sent else text

    @staticmethod
    def _text(cells: list[str], indexes: tuple[int, ...]) -> str:
        if len(indexes) == 1:
            return cells[indexes[0]]
        return " ".join(filter(None, (cells[index].strip() for index in indexes)))

    def _costs_the_row(self, own: Field, error: Unreadable) -> bool:
        """A deal in another currency is set apart whole: without its revenue it would look as if it had none."""
        return self._kind == "outcomes" and (own.reads is Reads.CURRENCY or error.problem.code == "other_currency")

    def _parser(self, own: Field) -> Callable[[str], Any]:
        parse, foreign = parser(own, self._reading), own_words(self._reading.words, own.name)
        return (lambda text: parse(foreign.get(compared(text), text))) if foreign else parse

    def _constant(self, own: Field, text: str) -> Any:
        value = self._value(own, text, self._parser(own))
        if own.name == "outcome" and value == OPEN:
            raise Unreadable("no_choice", text[:80])
        return value

    def _read(self, own: Field, text: str, parse: Callable[[str], Any], at: datetime) -> Any:
        value = self._value(own, text, parse)
        if isinstance(value, Moment) and value.at > at:
            raise Unreadable("in_future")
        if own.reads is Reads.DAY and value:
            check_day(value, at, self._reading.zone)
        if isinstance(value, Decimal) and (sign := self._currencies.get(own.name)):
            own_currency(sign, self._reading.currency)
        return value

    def _value(self, own: Field, text: str, parse: Callable[[str], Any]) -> Any:
        bare = text.strip().strip("\ufeff")
        if UNDECODABLE in bare:
            raise Unreadable("undecodable")
        if bare:
            return parse(bare)
        if own.is_required and own.name not in IDENTITY[self._kind]:
            raise Unreadable("required")
        return EMPTY.get(own.name, "")


def values_of(kind: str, read: Values, reading: Notation) -> Values:
    """Instants as datetimes, those that a bare date tells at their latest; the first is the row's main one."""
    values = dict(read)
    for own in KINDS[kind]:
        moment = read.get(own.name)
        if isinstance(moment, Moment):
            values.setdefault("precision", moment.precision)
            values[own.name] = moment.at_the_latest(reading.zone) if own.has_span else moment.at
    currency = values.pop("currency", "")
    return {**values, "currency": currency or reading.currency} if kind == "outcomes" else values


def left_empty(own: Field) -> Values:
    """What stands in the place of a cell that cannot be read. An amount in an unknown currency is none."""
    if own.reads is Reads.CURRENCY:
        return dict.fromkeys(AMOUNTS & {"value"})
    return {own.name: EMPTY.get(own.name, "")}


def parser(own: Field, reading: Notation) -> Callable[[str], Any]:
    if own.name == "return_reason":
        return partial(choice, own.name, reasons=words_for(reading.reasons))
    known: dict[Reads, Callable[[str], Any]] = {
        Reads.INSTANT: partial(instant, order=reading.order or "iso", zone=reading.zone),
        Reads.DAY: partial(day, reading=reading),
        Reads.COUNT: partial(count, mark=reading.mark),
        Reads.AMOUNT: partial(amount, reading=reading, may_be_negative=own.may_be_negative),
        Reads.CURRENCY: partial(own_currency, currency=reading.currency),
        Reads.FLAG: flag,
        Reads.CHOICE: partial(choice, own.name),
    }
    return known.get(own.reads, partial(read_text, own))


def day(text: str, *, reading: Notation) -> date:
    return instant(text, order=reading.order or "iso", zone=reading.zone).at.astimezone(reading.zone).date()


def count(text: str, *, mark: str) -> int:
    found = amounts.money(text, mark=mark)
    if found.sign or found.amount != found.amount.to_integral_value():
        raise Unreadable("no_count")
    if found.amount < 0:
        raise Unreadable("negative")
    if found.amount > LARGEST:
        raise Unreadable("too_large")
    return int(found.amount)


def flag(text: str) -> bool:
    return choice("flag", text) == "yes"


def amount(text: str, *, reading: Notation, may_be_negative: bool) -> Decimal:
    found = amounts.money(text, mark=reading.mark)
    own_currency(found.sign, reading.currency)
    if found.amount < 0 and not may_be_negative:
        raise Unreadable("negative")
    return found.amount


def own_currency(sign: str, currency: str) -> str:
    """The agreement's currency, if this sign or code can mean it; raises Unreadable for another one."""
    bare = sign.strip(" .").upper()
    if currency and not amounts.is_in(bare, currency):
        raise Unreadable("other_currency", bare[:20])
    return currency or bare[:3]


def kept(cells: list[str]) -> list[str]:
    """The cells as a database takes them: without zero bytes and halves of characters."""
    return [CONTROL.sub("\ufffd", cell[:KEPT_CHARACTERS]) for cell in cells[:KEPT_CELLS]]


def packed(values: Values) -> dict[str, Any]:
    """Values as JSON."""
    return {
        name: value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        for name, value in values.items()
    }


def unpacked(fields: Mapping[str, Any]) -> Values:
    values = dict(fields)
    for name in INSTANTS & values.keys():
        values[name] = None if values[name] is None else datetime.fromisoformat(values[name])
    for name in DAYS & values.keys():
        values[name] = None if values[name] is None else date.fromisoformat(values[name])
    for name in AMOUNTS & values.keys():
        values[name] = None if values[name] is None else Decimal(values[name])
    return values
