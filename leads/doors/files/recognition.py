"""PURE. A file and what was asked for become a plan: how to read each of its cells."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import islice
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from leads.doors.files import amounts, columns, dates, dialect, rows
from leads.doors.files.problems import Problem, RefusedFile, Unreadable
from leads.doors.files.records import Record, Records, header_of

SEARCHED = 200_000  # rows looked at until one settles the order of the dates
SAMPLED = 1000


@dataclass(frozen=True)
class Asked:
    """What a person set. Empty means: recognise it. `wanted`: field -> names of columns; none leaves the field out."""

    encoding: str = ""
    delimiter: str = ""
    date_order: str = ""
    decimal_mark: str = ""
    time_zone: str = ""
    hand_over: bool = False
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Asked":
        """From the JSON of an import run."""
        known = {own.name: options[own.name] for own in fields(cls) if own.name in options}
        known["wanted"] = {name: tuple(found) for name, found in options.get("wanted", {}).items()}
        return cls(**known)


@dataclass(frozen=True)
class Plan:
    """How a file is read. With a problem it cannot be taken yet; the rest shows what was recognised."""

    kind: str
    encoding: str
    delimiter: str
    date_order: str
    decimal_mark: str
    time_zone: str
    hand_over: bool
    labels: tuple[str, ...]
    mapped: columns.Mapped
    constants: Mapping[str, str]
    problem: Problem | None = None

    @property
    def ignored(self) -> list[str]:
        used = {index for indexes in self.mapped.values() for index in indexes}
        return [label for index, label in enumerate(self.labels) if index not in used]

    @property
    def columns(self) -> dict[str, str]:
        """Field -> its columns, by name."""
        return {name: " + ".join(self.labels[index] for index in found) for name, found in self.mapped.items()}

    def options(self) -> dict[str, Any]:
        """All that was recognised, as if it had been asked for: the rest of the file is read the same way."""
        free = [name for name in columns.FIELDS[self.kind] if name not in self.constants]
        return {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "date_order": self.date_order,
            "decimal_mark": self.decimal_mark,
            "time_zone": self.time_zone,
            "hand_over": self.hand_over,
            "wanted": {name: [self.labels[index] for index in self.mapped.get(name, ())] for name in free},
            "constants": dict(self.constants),
            "labels": list(self.labels),
        }

    def required(self) -> "Plan":
        """The plan, if it can be carried out; raises RefusedFile otherwise."""
        if self.problem:
            raise RefusedFile(self.problem, self.labels)
        return self

    def checker(self) -> rows.Checker:
        reading = rows.Reading(self.date_order, self.decimal_mark, ZoneInfo(self.time_zone))
        return rows.Checker(self.kind, self.labels, self.mapped, self.constants, reading)


def recognise(file: BinaryIO, kind: str, asked: Asked, *, time_zone: str) -> Plan:
    """`time_zone` is the agreement's, for instants without an offset where none was asked for.

    Raises RefusedFile for what is no table at all, and Unreadable for an option that cannot be.
    """
    columns.check_fields(kind, asked.wanted, asked.constants)
    encoding = dialect.asked_encoding(file, asked.encoding) if asked.encoding else dialect.recognised_encoding(file)
    delimiter = _delimiter(file, kind, encoding, asked)
    labels = _labels(file, encoding, delimiter)
    mapped = columns.mapped(kind, labels, asked.wanted, asked.constants)
    order = asked.date_order or _order(file, encoding, delimiter, mapped)
    mark = asked.decimal_mark or _mark(file, encoding, delimiter, mapped)
    plan = Plan(
        kind=kind,
        encoding=encoding,
        delimiter=delimiter,
        date_order=order,
        decimal_mark=mark,
        time_zone=asked.time_zone or time_zone,
        hand_over=asked.hand_over and kind == "leads",
        labels=tuple(labels),
        mapped=mapped,
        constants=asked.constants,
    )
    return Plan(**{**plan.__dict__, "problem": _problem(plan)})


def records_of(file: BinaryIO, encoding: str, delimiter: str) -> Generator[Record]:
    """The records after the header."""
    records = Records(file, dialect.codec(encoding), delimiter)
    try:
        found = iter(records)
        if header_of(found):
            yield from found
    finally:
        records.detach()


def _delimiter(file: BinaryIO, kind: str, encoding: str, asked: Asked) -> str:
    if asked.delimiter:
        return dialect.delimiter_named(asked.delimiter)
    return dialect.recognised_delimiter(file, encoding, partial(columns.known_columns, kind, wanted=asked.wanted))


def _labels(file: BinaryIO, encoding: str, delimiter: str) -> list[str]:
    records = Records(file, dialect.codec(encoding), delimiter)
    try:
        found = iter(records)
        header = header_of(found)
        if header is None:
            raise RefusedFile(Problem("empty"))
        if header.problem:
            raise RefusedFile(header.problem)
        labels = columns.labels(rows.kept(header.cells[: columns.MOST_COLUMNS + 1]))
        if len(header.cells) > columns.MOST_COLUMNS:
            raise RefusedFile(Problem("too_many_columns", str(columns.MOST_COLUMNS)))
        if next(found, None) is None:
            raise RefusedFile(Problem("header_only"), tuple(labels))
    finally:
        records.detach()
    return labels


def _cells(
    file: BinaryIO, encoding: str, delimiter: str, mapped: columns.Mapped, fields: frozenset[str]
) -> Iterator[str]:
    indexes = [index for name in fields & mapped.keys() for index in mapped[name]]
    for record in records_of(file, encoding, delimiter) if indexes else ():
        for index in indexes:
            if index < len(record.cells) and (cell := record.cells[index].strip()):
                yield cell


def _order(file: BinaryIO, encoding: str, delimiter: str, mapped: columns.Mapped) -> str:
    return dates.recognised_order(islice(_cells(file, encoding, delimiter, mapped, rows.INSTANTS), SEARCHED), SAMPLED)


def _mark(file: BinaryIO, encoding: str, delimiter: str, mapped: columns.Mapped) -> str:
    cells = islice(_cells(file, encoding, delimiter, mapped, rows.AMOUNTS), SAMPLED)
    return amounts.recognised_mark(cells, delimiter)


def _problem(plan: Plan) -> Problem | None:
    missing = [name for name in columns.REQUIRED[plan.kind] if name not in plan.mapped and name not in plan.constants]
    if missing:
        return Problem("missing_fields", ", ".join(missing))
    if not plan.date_order:
        return Problem("unclear_date_order")
    try:
        plan.checker()
    except Unreadable as error:
        return Problem("wrong_constant", str(error.problem))
    return None
