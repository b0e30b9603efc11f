"""Files: choose one, look at how it is read, start it, watch it, see what became of it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from django.contrib.messages import ERROR
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.models import Agreement
from leads.doors.dictionary import read_for, words_to_choose
from leads.doors.files import runs
from leads.doors.files.drafts import choose_sheet, forget_reading
from leads.doors.files.preview import first_lines, foreign_words, preview
from leads.doors.files.reading.recognition import Asked, Plan, recognise
from leads.doors.files.remembering import remember
from leads.doors.files.runs import with_known_words
from leads.doors.files.undoing import can_be_undone
from leads.doors.files.wording import told, worded
from leads.enums import RowKind, RunStatus
from leads.models import ImportRun, Lead, WaitingRow
from leads.pages.answers import csv_file
from leads.pages.fetch import MOST, marketed_run, marketed_runs
from leads.pages.imports.differing import differing_rows
from leads.pages.imports.forms import ReadingForm, UploadForm, opened
from leads.pages.imports.undo_page import undone
from leads.tasks import run_import
from smarketing.accounts.access import marketers
from smarketing.exports.answers import download
from smarketing.exports.sheets import XLSX, sheet_pieces
from smarketing.lib.file_problems import FileProblem, RefusedFile, Unreadable
from smarketing.lib.htmx import fragment, is_partial
from smarketing.lib.notices import say
from smarketing.lib.paging import page_of
from smarketing.lib.request import PortalRequest

UNDER_WAY = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.UNDOING)


@marketers
@require_safe
def imports(request: PortalRequest) -> HttpResponse:
    agreements = Agreement.objects.marketed_by(request.access)
    found = ImportRun.objects.filter(agreement__in=agreements).select_related("agreement", "by")
    waiting = WaitingRow.objects.filter(agreement__in=agreements)
    page = page_of(found, ("-created_at", "-id"), request.GET)
    context = {"page": page, "waiting": waiting.count(), "now": request.now, "agreements": agreements}
    return TemplateResponse(request, "leads/imports.html", context)


@marketers
def new(request: PortalRequest) -> HttpResponse:
    agreements = Agreement.objects.marketed_by(request.access)
    sent = (request.POST or None, request.FILES or None)
    form = UploadForm(*sent, agreements=agreements, at=request.now, initial={"kind": "leads"})
    if request.method == "POST" and form.is_valid():
        return redirect(form.draft(by=request.user))
    context = {"form": form, "has_agreements": agreements.exists()}
    return TemplateResponse(request, "leads/import_new.html", context, status=422 if form.errors else 200)


@marketers
@require_safe
def detail(request: PortalRequest, pk: int) -> HttpResponse:
    run = marketed_run(request, pk)
    if run.status == RunStatus.DRAFT:
        return _while_there(request, run, _draft_page)
    rejects = page_of(run.rejects.all(), ("line", "id"), request.GET)
    waiting = WaitingRow.objects.filter(agreement=run.agreement).count() if run.waiting else 0
    return TemplateResponse(
        request,
        "leads/import.html",
        {
            "run": run,
            "page": rejects,
            "rejects": [(row, told(row)) for row in rejects.rows],
            "error": worded(FileProblem.parse(run.error)) if run.error else "",
            "still_waiting": waiting,
            "differing": differing_rows(run),
            "pending": run.differing_rows.filter(taken_at=None).count(),
            "is_under_way": run.status in UNDER_WAY,
            "can_be_undone": can_be_undone(run),
            "to_hand_over": _to_hand_over(run),
            "undone": undone(run) if run.status == RunStatus.UNDONE else None,
            "can_be_removed": run.status in runs.DISCARDED and not run.read,
            "percent": _percent(run),
            "now": request.now,
        },
    )


@marketers
@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: PortalRequest, pk: int) -> HttpResponse:
    """Another way of reading the file: the preview is made again, and the choice kept."""
    if request.method != "POST":
        return redirect(marketed_run(request, pk))
    return _while_there(request, _draft(request, pk), _read_anew)


def _read_anew(request: PortalRequest, run: ImportRun) -> HttpResponse:
    form, error = _reread(run, request.POST, request.now)
    if form.is_valid() and not error:
        return _draft_page(request, run) if is_partial(request) else redirect(run)
    return _draft_page(request, run, form=form, error=error, status=422)


@marketers
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PortalRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        return redirect(marketed_run(request, pk))
    return _while_there(request, _draft(request, pk), _started)


def _started(request: PortalRequest, run: ImportRun) -> HttpResponse:
    form, error = _reread(run, request.POST, request.now)
    if not form.is_valid() or error or _plan(run).problem:
        return _draft_page(request, run, form=form if form.errors else None, error=error, status=422)
    with transaction.atomic():
        if runs.queue(run, run.options, at=request.now):
            with run.file.open("rb") as file:
                remember(run, opened(file), by=request.user, at=request.now)
            _enqueue(run)
    return redirect(run)


@marketers
@require_POST
def forget(request: PortalRequest, pk: int) -> HttpResponse:
    """How files with these columns were read before; this one is read anew."""
    run = _draft(request, pk)
    forget_reading(run, at=request.now)
    say(request, _("Forgotten. The file is read as it shows itself."))
    return redirect(run)


@marketers
@require_safe
def progress(request: PortalRequest, pk: int) -> HttpResponse:
    run = marketed_run(request, pk)
    if run.status not in UNDER_WAY:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return fragment(request, "leads/import.html#progress", {"run": run, "percent": _percent(run)})


@marketers
@require_POST
def retry(request: PortalRequest, pk: int) -> HttpResponse:
    run = marketed_run(request, pk)
    with transaction.atomic():
        if runs.retry(run, at=request.now):
            _enqueue(run)
    return redirect(run)


@marketers
@require_POST
def delete(request: PortalRequest, pk: int) -> HttpResponse:
    """A file that brought nothing is put away; the record of one that did stays."""
    run = marketed_run(request, pk)
    if runs.discard(run):
        say(request, _("%(file)s was removed.") % {"file": run.file_name})
        return redirect("leads:imports")
    say(request, _("This import has started or finished and cannot be removed."), level=ERROR)
    return redirect(run)


@marketers
@require_safe
def rejects(request: PortalRequest, pk: int) -> HttpResponseBase:
    """As it came: of a workbook as a workbook."""
    run = marketed_run(request, pk)
    name, count = f"rejects-{run.pk}", run.rejects.count()
    if run.sheet:
        pieces = partial(sheet_pieces, pgettext("file", "Rejected"), _reject_heads(run), _rejects(run))
        return download(request, f"{name}.xlsx", XLSX, pieces, rows=count)
    return csv_file(request, name, lambda: chain([_reject_heads(run)], _rejects(run)), count=count)


def _reject_heads(run: ImportRun) -> list[str]:
    return [_("line"), _("column"), _("reason"), *run.options.get("labels", [])]


def _rejects(run: ImportRun) -> Iterator[list[object]]:
    for row in run.rejects.iterator():
        yield [row.line, row.column, told(row), *row.values]


def _to_hand_over(run: ImportRun) -> list[int]:
    """Its new leads that nobody has handed over, if they are so few that one step takes them."""
    if run.status != RunStatus.DONE or not run.created or run.kind != RowKind.LEADS:
        return []
    leads = Lead.objects.filter(run=run).never_handed_over().order_by("pk").values_list("pk", flat=True)
    found = list(leads[: MOST + 1])
    return found if len(found) <= MOST else []


def _draft(request: PortalRequest, pk: int) -> ImportRun:
    run: ImportRun = get_object_or_404(marketed_runs(request).filter(status=RunStatus.DRAFT), pk=pk)
    return run


def _while_there(
    request: PortalRequest, run: ImportRun, page: Callable[[PortalRequest, ImportRun], HttpResponse]
) -> HttpResponse:
    """The page of a draft, unless its file is gone or is not what was sent."""
    try:
        return page(request, run)
    except FileNotFoundError:
        problem = FileProblem("file_gone")
    except RefusedFile as refused:
        problem = refused.problem
    runs.discard(run)
    say(request, worded(problem), level=ERROR)
    return redirect("leads:imports")


def _plan(run: ImportRun) -> Plan:
    with run.file.open("rb") as file:
        if run.file.size != run.size:
            raise RefusedFile(FileProblem("file_changed"))
        asked = with_known_words(run, Asked.of(run.options))
        return recognise(opened(file), run.kind, asked, **read_for(run.agreement))


def _reading_form(run: ImportRun, plan: Plan, at: datetime, data: Any = None) -> ReadingForm:
    with run.file.open("rb") as file:
        spelled = words_to_choose(run.agreement)
        lines, foreign = first_lines(opened(file), plan), foreign_words(opened(file), plan, spelled)
    return ReadingForm(data, run=run, plan=plan, at=at, lines=lines, foreign=foreign, spelled=spelled)


def _reread(run: ImportRun, data: Any, at: datetime) -> tuple[ReadingForm, str]:
    """The form over the file as it was read until now; if it can be read the new way, that is kept."""
    form = _reading_form(run, _plan(run), at, data)
    if not form.is_valid():
        return form, ""
    before, run.options = run.options, form.options()
    try:
        if form.other_sheet:
            choose_sheet(run, form.other_sheet, at=at)
            return form, ""
        run.options = _plan(run).options()
    except (RefusedFile, Unreadable) as refusal:
        run.options = before
        return form, worded(refusal.problem)
    ImportRun.objects.filter(pk=run.pk, status=RunStatus.DRAFT).update(options=run.options)
    return form, ""


def _draft_page(
    request: PortalRequest, run: ImportRun, *, form: ReadingForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    plan = _plan(run)
    with run.file.open("rb") as file:
        rows = preview(opened(file), plan, at=request.now)
    context = {
        "run": run,
        "plan": plan,
        "form": form or _reading_form(run, plan, request.now),
        "preview": rows,
        "now": request.now,
        "problem": error or (worded(plan.problem) if plan.problem else ""),
    }
    template = "leads/import_draft.html" + ("#reading" if is_partial(request) else "")
    return TemplateResponse(request, template, context, status=status)


def _enqueue(run: ImportRun) -> None:
    pk = run.pk
    transaction.on_commit(lambda: run_import.delay(run_id=pk), robust=True)


def _percent(run: ImportRun) -> int:
    return min(100, 100 * run.position // run.size) if run.size else 0
