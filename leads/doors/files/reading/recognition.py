"""PURE. A file and what was asked for become a plan: how to read each of its cells."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import partial
from itertools import islice
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from leads.doors.files.reading import columns, dates, dialect, rows
from leads.doors.files.reading.choices import DEFAULT_REASONS, Words, squeezed
from leads.doors.files.reading.records import SHEET, Record, Records, limited, padded, without_footer, without_hint
from smarketing.lib import amounts
from smarketing.lib.cells import plain_cell
from smarketing.lib.file_problems import FileProblem, RefusedFile, Unreadable
from smarketing.lib.words import key

SEARCHED = 200_000  # rows looked at for the order of the dates and the decimal mark, and no more characters than:
SEARCHED_CHARACTERS = 2**25
BEFORE_REJECTS = 3
REJECTS = frozenset({("line", "column", "reason"), ("zeile", "spalte", "grund"), ("linje", "kolonne", "arsag")})


@dataclass(frozen=True)
class Asked:
    """What a person set. Empty means: recognise it. `wanted`: field -> names of columns; none leaves the field out.

    `header` is the line in which the header stands. `words`: field -> foreign word -> what is to be read in its place;
    `empties` are words of the file for an empty cell.
    """

    encoding: str = ""
    delimiter: str = ""
    date_order: str = ""
    decimal_mark: str = ""
    time_zone: str = ""
    header: int = 0
    has_header: bool = True
    hand_over: bool = False
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Words = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    empties: tuple[str, ...] = ()

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Asked":
        """From the JSON of an import run."""
        known = {own.name: options[own.name] for own in fields(cls) if own.name in options}
        known["wanted"] = {name: tuple(found) for name, found in options.get("wanted", {}).items()}
        known |= {name: tuple(options.get(name, ())) for name in ("left_out", "empties")}
        return cls(**known)


@dataclass(frozen=True)
class Plan:
    """How a file is read. With a problem it cannot be taken yet; the rest shows what was recognised.

    `header` is its line, 0 where there is none. `is_rejects`: the file is a list of rows that were rejected before; the
    three columns that were set before them are no part of it.
    """

    kind: str
    encoding: str
    delimiter: str
    time_zone: str
    currency: str
    header: int
    is_rejects: bool
    hand_over: bool
    labels: tuple[str, ...]
    mapped: columns.Mapped
    constants: Mapping[str, str]
    words: Words
    left_out: tuple[str, ...]
    empties: tuple[str, ...] = ()
    date_order: str = ""
    decimal_mark: str = ""
    problem: FileProblem | None = None
    reasons: Mapping[str, str] = field(default_factory=lambda: DEFAULT_REASONS)

    @property
    def is_sheet(self) -> bool:
        return self.delimiter == SHEET

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
            "header": self.header,
            "has_header": self.header > 0,
            "hand_over": self.hand_over,
            "wanted": {name: [self.labels[index] for index in self.mapped.get(name, ())] for name in free},
            "constants": dict(self.constants),
            "words": {name: dict(words) for name, words in self.words.items()},
            "left_out": list(self.left_out),
            "empties": list(self.empties),
            "labels": list(self.labels),
        }

    def required(self) -> "Plan":
        """The plan, if it can be carried out; raises RefusedFile otherwise."""
        if self.problem:
            raise RefusedFile(self.problem, self.labels)
        return self

    def checker(self) -> rows.Checker:
        zone = ZoneInfo(self.time_zone)
        reading = rows.Notation(
            self.date_order, self.decimal_mark, zone, self.currency, self.words, self.reasons, self.empties
        )
        return rows.Checker(self.kind, self.labels, self.mapped, self.constants, reading)

    def records(self, file: BinaryIO, *, glance: bool = False) -> Generator[Record]:
        """The rows of the table: what stands above its header and under its end is none."""
        width = len(self.labels) + (BEFORE_REJECTS if self.is_rejects else 0)
        with opened(file, self.encoding, self.delimiter, glance=glance) as records:
            below = (record for record in records if record.line > self.header)
            table = padded(below, width) if self.is_sheet else below
            for record in without_footer(table, width):
                yield _as_before(record, is_sheet=self.is_sheet) if self.is_rejects else record


def recognise(
    file: BinaryIO,
    kind: str,
    asked: Asked,
    *,
    time_zone: str,
    currency: str = "",
    reasons: Mapping[str, str] = DEFAULT_REASONS,
) -> Plan:
    """`time_zone` and `currency` are the agreement's: of instants without an offset where none was asked for, and of
    amounts, among which another currency is set apart. `reasons` of returns: key -> label.

    Raises RefusedFile for what is no table at all, and Unreadable for an option that cannot be.
    """
    columns.check_fields(kind, {**asked.wanted, **asked.words}, asked.constants)
    encoding = dialect.asked_encoding(file, asked.encoding) if asked.encoding else dialect.recognised_encoding(file)
    delimiter = _delimiter(file, kind, encoding, asked)
    header = _header(file, kind, encoding, delimiter, asked)
    is_rejects = asked.has_header and tuple(map(squeezed, header.cells[:BEFORE_REJECTS])) in REJECTS
    labels = _labels(_as_before(header, is_sheet=delimiter == SHEET) if is_rejects else header, asked)
    plan = Plan(
        kind=kind,
        encoding=encoding,
        delimiter=delimiter,
        time_zone=asked.time_zone or time_zone,
        currency=currency,
        header=header.line if asked.has_header else 0,
        is_rejects=is_rejects,
        hand_over=asked.hand_over and kind == "leads",
        labels=tuple(labels),
        mapped=columns.mapped(kind, labels, asked.wanted, asked.constants, asked.left_out),
        constants=asked.constants,
        words=asked.words,
        left_out=asked.left_out,
        empties=asked.empties,
        reasons=reasons,
    )
    with closing(plan.records(file, glance=True)) as records:
        if next(records, None) is None:
            raise RefusedFile(FileProblem("header_only"), plan.labels)
    order = asked.date_order or dates.recognised_order(_cells(file, plan, rows.INSTANTS | rows.DAYS))
    mark = asked.decimal_mark or amounts.recognised_mark(_cells(file, plan, rows.AMOUNTS))
    plan = replace(plan, date_order=order, decimal_mark=mark)
    return replace(plan, problem=_problem(plan))


@contextmanager
def opened(file: BinaryIO, encoding: str, delimiter: str, *, glance: bool = False) -> Iterator[Iterator[Record]]:
    records = Records(file, dialect.codec(encoding), delimiter, glance=glance)
    try:
        yield without_hint(records)
    finally:
        records.detach()


def _as_before(record: Record, *, is_sheet: bool) -> Record:
    """A record of a list of rejects as it stood in the file that was rejected."""
    cells = record.cells[BEFORE_REJECTS:]
    return replace(record, cells=cells if is_sheet else [plain_cell(cell) for cell in cells])


def _delimiter(file: BinaryIO, kind: str, encoding: str, asked: Asked) -> str:
    if asked.delimiter:
        return dialect.delimiter_named(asked.delimiter)
    return dialect.recognised_delimiter(file, encoding, partial(columns.known_columns, kind, wanted=asked.wanted))


def _header(file: BinaryIO, kind: str, encoding: str, delimiter: str, asked: Asked) -> Record:
    """The record with the names of the columns, or the first one of a file without such."""
    with opened(file, encoding, delimiter, glance=True) as records:
        if asked.header:
            found = next((record for record in records if record.line >= asked.header), None)
            if found is None or found.line != asked.header:
                raise Unreadable("no_such_line", str(asked.header))
        else:
            found = _recognised_header(records, kind, asked)
        if found.problem:
            raise RefusedFile(found.problem)
    return found


def _recognised_header(records: Iterator[Record], kind: str, asked: Asked) -> Record:
    """The first record, unless further down, below titles, one names more columns."""
    heads = list(islice(records, dialect.HEADER_WITHIN if asked.has_header else 1))
    if not heads:
        raise RefusedFile(FileProblem("empty"))
    if heads[0].problem or not columns.lacking(
        kind, columns.recognised(kind, heads[0].cells[: columns.MOST_COLUMNS]).keys()
    ):
        return heads[0]
    known = [columns.known_columns(kind, record.cells, asked.wanted) for record in heads]
    best = max(known)
    return heads[known.index(best)] if best > 1 else heads[0]


def _labels(header: Record, asked: Asked) -> list[str]:
    if len(header.cells) > columns.MOST_COLUMNS:
        raise RefusedFile(FileProblem("too_many_columns", str(columns.MOST_COLUMNS)))
    if not asked.has_header:
        return [str(number) for number in range(1, len(header.cells) + 1)]
    return columns.labels(rows.kept(header.cells))


def _cells(file: BinaryIO, plan: Plan, names: frozenset[str]) -> Iterator[str]:
    """The filled cells of these fields in the first rows."""
    indexes = [index for name in names & plan.mapped.keys() for index in plan.mapped[name]]
    if not indexes:
        return
    empty = set(map(key, plan.empties))
    with closing(plan.records(file, glance=True)) as records:
        for record in limited(islice(records, SEARCHED), SEARCHED_CHARACTERS):
            for index in indexes:
                if index < len(record.cells) and (cell := record.cells[index].strip()) and key(cell) not in empty:
                    yield cell


def _problem(plan: Plan) -> FileProblem | None:
    missing = columns.lacking(plan.kind, {**plan.mapped, **plan.constants})
    if missing:
        return FileProblem("missing_fields", ", ".join(missing))
    if not plan.date_order:
        return FileProblem("unclear_date_order")
    if not plan.decimal_mark:
        return FileProblem("unclear_decimal_mark")
    try:
        plan.checker()
    except Unreadable as error:
        return FileProblem("wrong_constant", str(error.problem))
    return None
