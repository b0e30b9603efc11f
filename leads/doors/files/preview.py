"""Read: the first rows of a file as they would be taken, for the page before the import."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from agreements.enums import reason_words
from leads.doors.fields import KINDS, Reads
from leads.doors.files.reading.choices import choice, compared, own_words, words_for
from leads.doors.files.reading.recognition import Plan, opened
from leads.doors.files.reading.rows import CheckedRow, Rejection, kept
from leads.doors.files.wording import field_name, worded
from leads.enums import Channel, Direction, Result, Verdict
from smarketing.lib.file_problems import RefusedFile, Unreadable
from smarketing.lib.words import key

SHOWN = 8
CHECKED = 500
MOST_HEADS = 12
MOST_WORDS = 40
SEARCHED = 1000
CHOICES: dict[str, Any] = {
    "channel": Channel,
    "result": Result,
    "outcome": Verdict,
    "direction": Direction,
}


@dataclass(frozen=True)
class PreviewRow:
    """With a reason the row would not be taken, or not as it stands (`is_taken`)."""

    line: int
    cells: list[str]
    column: str = ""
    reason: str = ""
    is_taken: bool = False

    @property
    def is_rejected(self) -> bool:
        return bool(self.reason) and not self.is_taken


@dataclass(frozen=True)
class Preview:
    """`heads`: the name of the field, and the column it is read from (none for a constant).

    Where it is not clear yet how to read the file, the rows are shown as they stand in it. Of the first `checked` rows
    so many would be `rejected`, most of them for this `reason`.
    """

    heads: list[tuple[str, str]]
    rows: list[PreviewRow]
    checked: int = 0
    rejected: int = 0
    reason: str = ""

    @property
    def are_most_rejected(self) -> bool:
        return 2 * self.rejected > self.checked

    @property
    def are_all_rejected(self) -> bool:
        return 0 < self.rejected == self.checked < CHECKED


def preview(file: BinaryIO, plan: Plan, *, at: datetime) -> Preview:
    if plan.problem:
        return Preview(heads=[(label, "") for label in plan.labels], rows=list(_as_they_stand(file, plan)))
    fields = [*plan.mapped, *plan.constants]
    rows = list(_rows(file, plan, fields, at))
    reasons = Counter(f"{row.column}: {row.reason}".removeprefix(": ") for row in rows if row.is_rejected)
    return Preview(
        heads=[(field_name(field), plan.columns.get(field, "")) for field in fields],
        rows=rows[:SHOWN],
        checked=len(rows),
        rejected=reasons.total(),
        reason=next((reason for reason, _number in reasons.most_common(1)), ""),
    )


def _as_they_stand(file: BinaryIO, plan: Plan) -> Iterator[PreviewRow]:
    with closing(plan.records(file, glance=True)) as records:
        for record in islice(records, SHOWN):
            yield PreviewRow(record.line, [cell[:200] for cell in kept(record.cells[: len(plan.labels)])])


def _rows(file: BinaryIO, plan: Plan, fields: list[str], at: datetime) -> Iterator[PreviewRow]:
    checker, zone = plan.checker(), ZoneInfo(plan.time_zone)
    with closing(plan.records(file, glance=True)) as records:
        for record in islice(records, CHECKED):
            found = checker.check(record, at)
            if isinstance(found, CheckedRow):
                warning = found.warnings[0] if found.warnings else None
                cells = [shown(field, found.values.get(field), zone, plan.reasons) for field in fields]
                reason = worded(warning.problem) if warning else ""
                yield PreviewRow(found.line, cells, warning.column if warning else "", reason, is_taken=True)
                continue
            as_written = [" ".join(_cells(record.cells, plan.mapped.get(field, ()))) for field in fields]
            if isinstance(found, Rejection):
                yield PreviewRow(found.line, as_written, found.column, worded(found.problem))
            else:
                yield PreviewRow(
                    found.line, as_written, reason=_("An open deal: counted but not imported."), is_taken=True
                )


def first_lines(file: BinaryIO, plan: Plan) -> list[tuple[int, str]]:
    """Those among which the header may be, with their numbers."""
    with opened(file, plan.encoding, plan.delimiter, glance=True) as records:
        heads = islice(records, MOST_HEADS)
        return [
            (record.line, " · ".join(cell.strip() for cell in kept(record.cells) if cell.strip())) for record in heads
        ]


def foreign_words(file: BinaryIO, plan: Plan, spelled: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """Field and word: those of the first rows that mean nothing yet, or of which somebody said what they mean.

    `spelled`: field -> the words in use under the agreement, where a new one may be another word for one of them.
    """
    found: set[tuple[str, str]] = set()
    names = [field.name for field in KINDS[plan.kind] if field.reads is Reads.CHOICE or spelled.get(field.name)]
    known = {name: set(map(compared, words)) for name, words in spelled.items()}
    said = {name: own_words(plan.words, name) for name in names}
    with closing(plan.records(file, glance=True)) as records, suppress(RefusedFile):
        for record in islice(records, SEARCHED):
            for name in (name for name in names if name in plan.mapped):
                word = " ".join(_cells(record.cells, plan.mapped[name])).strip()
                if not word or len(found) >= MOST_WORDS:
                    continue
                is_known = compared(word) in known[name] if name in known else _is_known(plan, name, word)
                if not is_known or compared(word) in said[name]:
                    found.add((name, word))
    return sorted(found)


def _is_known(plan: Plan, field: str, word: str) -> bool:
    try:
        choice(field, word, words_for(plan.reasons) if field == "return_reason" else None)
    except Unreadable:
        return key(word) in map(key, plan.empties)
    return True


def _cells(cells: list[str], indexes: tuple[int, ...]) -> list[str]:
    return kept([cells[index][:200] for index in indexes if index < len(cells)])


def choices_of(plan: Plan, field: str) -> dict[str, str]:
    """The values that a field can have, with the words for them; none where it can have any."""
    if field == "return_reason":
        return {key: reason_words(key, label) for key, label in plan.reasons.items()}
    return dict(CHOICES[field].choices) if field in CHOICES else {}


def shown(field: str, value: Any, zone: ZoneInfo, reasons: Mapping[str, str]) -> str:
    """A value of a field as people read it. `reasons`: the agreement's for returns, key -> label."""
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return f"{date_format(local, 'DATE_FORMAT')}, {date_format(local, 'TIME_FORMAT')}"
    if isinstance(value, Decimal):
        return number_format(value, use_l10n=True)
    if field == "return_reason":
        return reason_words(str(value or ""), reasons.get(str(value), ""))
    if field in CHOICES and value:
        return str(CHOICES[field](value).label)
    return str(value or "")[:200]
