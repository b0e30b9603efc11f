"""Actions: how a file was read is remembered for its agreement and its columns, and used for the next one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any, BinaryIO

from leads.doors.dictionary import read_for
from leads.doors.files.reading.choices import squeezed
from leads.doors.files.reading.columns import labels
from leads.doors.files.reading.dialect import HEADER_WITHIN
from leads.doors.files.reading.recognition import Asked, Plan, opened, recognise
from leads.doors.files.reading.rows import kept
from leads.models import ImportRun, RememberedReading
from smarketing.accounts.models import User
from smarketing.lib.file_problems import RefusedFile, Unreadable

KEPT = ("wanted", "constants", "time_zone", "date_order", "decimal_mark", "hand_over", "left_out", "empties")
LEFT_OPEN = {
    "unclear_date_order": "date_order",
    "unclear_decimal_mark": "decimal_mark",
}  # what a file alone may not show
OF_ONE_FILE = "created_at"  # a day given to all rows of one list says nothing of the next


def columns_of(names: Iterable[str]) -> str:
    found = sorted(squeezed(name) or name for name in names)
    return sha256("\n".join(found).encode()).hexdigest()


def remember(run: ImportRun, file: BinaryIO, *, by: User, at: datetime) -> None:
    """What somebody has set differently from what the file tells by itself; else nothing is to be remembered."""
    asked = Asked(encoding=run.options["encoding"], delimiter=run.options["delimiter"])
    own = recognise(file, run.kind, asked, **read_for(run.agreement)).options()
    options = run.options
    if not options["has_header"]:
        return
    which: dict[str, Any] = {"agreement": run.agreement, "kind": run.kind, "columns": columns_of(options["labels"])}
    said = {name: options.get(name) for name in KEPT}
    said["constants"] = {name: value for name, value in options["constants"].items() if name != OF_ONE_FILE}
    if all(said[name] == own.get(name) for name in KEPT) and own["header"] == options["header"]:
        RememberedReading.objects.filter(**which).delete()
        return
    new: dict[str, Any] = {"options": said, "file_name": run.file_name, "by": by, "at": at}
    RememberedReading.objects.update_or_create(**which, defaults=new)


def recalled(file: BinaryIO, bare: Plan, run: ImportRun) -> tuple[Plan, RememberedReading] | None:
    """The plan by which a file with these columns was read before, wherever in it their names stand."""
    known = {one.columns: one for one in RememberedReading.objects.filter(agreement=run.agreement, kind=run.kind)}
    if not known:
        return None
    with opened(file, bare.encoding, bare.delimiter, glance=True) as records:
        heads = [(record.line, columns_of(labels(kept(record.cells)))) for record in islice(records, HEADER_WITHIN)]
    line, columns = next(((line, columns) for line, columns in heads if columns in known), (0, ""))
    if not line:
        return None
    try:
        return _read_alike(file, bare, known[columns], line, read_for(run.agreement)), known[columns]
    except (RefusedFile, Unreadable):  # a column is there twice now, or what it says cannot be any more
        return None


def _read_alike(file: BinaryIO, bare: Plan, before: RememberedReading, line: int, own: dict[str, Any]) -> Plan:
    """The order of its dates and its decimal mark a file shows itself, if it does."""
    said = {name: value for name, value in before.options.items() if name not in LEFT_OPEN.values()}
    asked = Asked.of({**said, "encoding": bare.encoding, "delimiter": bare.delimiter, "header": line})
    plan = recognise(file, bare.kind, asked, **own)
    while plan.problem and (name := LEFT_OPEN.get(plan.problem.code)) and not getattr(asked, name):
        told: dict[str, Any] = {name: before.options.get(name) or ""}
        asked = replace(asked, **told)
        if not getattr(asked, name):
            break
        plan = recognise(file, bare.kind, asked, **own)
    return plan


def forget(run: ImportRun) -> None:
    RememberedReading.objects.filter(pk=run.read_as_id or 0).delete()
