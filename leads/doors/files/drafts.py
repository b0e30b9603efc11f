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

from leads.doors.dictionary import read_for
from leads.doors.files.reading.columns import lacking
from leads.doors.files.reading.recognition import Asked, Plan, recognise
from leads.doors.files.reading.records import SHEET
from leads.doors.files.reading.workbook import Book, is_workbook, opened_workbook
from leads.doors.files.remembering import forget, recalled
from leads.doors.files.runs import digest_of, with_known_words
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


def read_first(text: TableText, run: ImportRun, at: datetime) -> Plan:
    """How a file is read before anybody has said anything: as files with these columns were read before, else as it
    shows itself. A list of leads without a date is taken as won today."""
    known, asked = read_for(run.agreement), with_known_words(run, Asked.of(text.asked))
    plan = recognise(text.file, run.kind, asked, **known)
    run.read_as = None
    if found := recalled(text.file, plan, run):
        plan, run.read_as = found
    if run.kind == RowKind.LEADS and lacking(run.kind, {**plan.mapped, **plan.constants}) == ("created_at",):
        today = _day_of_the_same(run, text) or at.astimezone(ZoneInfo(known["time_zone"])).date().isoformat()
        asked = with_known_words(run, Asked.of(plan.options()))
        wanted = {name: columns for name, columns in asked.wanted.items() if name != "created_at"}
        asked = replace(asked, wanted=wanted, constants={**plan.constants, "created_at": today})
        return recognise(text.file, run.kind, asked, **known)
    return plan


def _day_of_the_same(run: ImportRun, text: TableText) -> str:
    """The day that was said for this very file when it was imported before: sent again it changes nothing."""
    same = ImportRun.objects.filter(agreement=run.agreement, kind=run.kind, digest=digest_of(text.file))
    before = same.filter(status=RunStatus.DONE).order_by("-pk").first()
    return str(before.options.get("constants", {}).get("created_at", "")) if before else ""


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
        plan = read_first(text, run, at)
        if not ImportRun.objects.select_for_update().filter(pk=run.pk, status=RunStatus.DRAFT).exists():
            return False
        forget = partial(run.file.storage.delete, str(run.file.name))
        run.options = plan.options()
        _keep(run, text)
        transaction.on_commit(forget, robust=True)
    return True


def forget_reading(run: ImportRun, *, at: datetime) -> None:
    """How files with the draft's columns were read before is forgotten, and the draft is read as it shows itself."""
    forget(run)
    with run.file.open("rb") as file:
        asked = {"encoding": "utf-8", "delimiter": SHEET} if run.sheet else {}
        run.options = read_first(TableText(cast("BinaryIO", file), asked), run, at).options()
    run.save(update_fields=["options", "read_as"])


def _keep(run: ImportRun, text: TableText) -> None:
    run.sheet, run.size, run.digest = text.sheet[:200], text.size, digest_of(text.file)
    text.file.seek(0)
    run.file.save(f"{uuid4().hex}.csv", File(text.file))
