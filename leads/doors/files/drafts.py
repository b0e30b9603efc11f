"""Actions: a file that was sent becomes a draft of an import, read as well as can be told; nothing of it is taken."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from os import SEEK_END
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from agreements.models import Agreement
from leads.doors.dictionary import read_for
from leads.doors.files.reading.columns import lacking
from leads.doors.files.reading.recognition import Asked, Plan, recognise
from leads.doors.files.reading.records import SHEET
from leads.doors.files.reading.workbook import Book, is_workbook, opened_workbook
from leads.doors.files.runs import digest_of
from leads.enums import RowKind, RunStatus
from leads.models import ImportRun
from smarketing.lib.file_problems import Unreadable


@dataclass(frozen=True)
class TableText:
    """A file as imports read it: itself, or the text that one sheet of a workbook was made."""

    file: BinaryIO
    asked: Mapping[str, Any]
    sheet: str = ""
    sheets: tuple[tuple[str, bool], ...] = ()

    @property
    def size(self) -> int:
        return self.file.seek(0, SEEK_END)

    def close(self) -> None:
        self.file.close()


def text_of(file: BinaryIO, kind: str, sheet: str = "") -> TableText:
    """Without the name of a sheet the likeliest. Raises RefusedFile, or Unreadable for a sheet that is not there."""
    if not is_workbook(file):
        return TableText(file, {})
    with opened_workbook(file) as book:
        sheets = tuple((one.name, one.is_hidden) for one in book.sheets)
        if sheet and sheet not in dict(sheets):
            raise Unreadable("no_sheet", sheet[:80])
        name = sheet or book.likeliest(kind)
        return TableText(_written(book, name), {"encoding": "utf-8", "delimiter": SHEET}, name, sheets)


def _written(book: Book, sheet: str) -> BinaryIO:
    file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115  whose text it is closes it
    try:
        book.write(sheet, file)
    except BaseException:
        file.close()
        raise
    return file


def read_first(text: TableText, kind: str, agreement: Agreement, at: datetime) -> Plan:
    """How a file is read before anybody has said anything. A list of leads without a date is taken as won today."""
    known, asked = read_for(agreement), Asked.of(text.asked)
    plan = recognise(text.file, kind, asked, **known)
    if kind == RowKind.LEADS and lacking(kind, {**plan.mapped, **plan.constants}) == ("created_at",):
        today = at.astimezone(ZoneInfo(known["time_zone"])).date()
        return recognise(text.file, kind, replace(asked, constants={"created_at": today.isoformat()}), **known)
    return plan


def drafted(run: ImportRun, sent: "UploadedFile[Any]", text: TableText) -> ImportRun:
    """Keeps a draft. `run` knows whose it is and how its rows are read."""
    run.file_name = (sent.name or "")[-255:]
    if text.sheet:
        sent.seek(0)
        run.workbook.save(f"{uuid4().hex}.xlsx", sent, save=False)
        run.sheets = list(text.sheets)
    _keep(run, text)
    return run


def choose_sheet(run: ImportRun, sheet: str, *, at: datetime) -> bool:
    """Reads another sheet of a draft's workbook in the place of the one before. False for one that is no draft now.

    Raises RefusedFile where that is no table; then nothing has changed.
    """
    with run.workbook.open("rb") as workbook:
        text = text_of(cast("BinaryIO", workbook), run.kind, sheet)
    with closing(text), transaction.atomic():
        plan = read_first(text, run.kind, run.agreement, at)
        if not ImportRun.objects.select_for_update().filter(pk=run.pk, status=RunStatus.DRAFT).exists():
            return False
        forget = partial(run.file.storage.delete, str(run.file.name))
        run.options = plan.options()
        _keep(run, text)
        transaction.on_commit(forget, robust=True)
    return True


def _keep(run: ImportRun, text: TableText) -> None:
    run.sheet, run.size, run.digest = text.sheet[:200], text.size, digest_of(text.file)
    text.file.seek(0)
    run.file.save(f"{uuid4().hex}.csv", File(text.file))
