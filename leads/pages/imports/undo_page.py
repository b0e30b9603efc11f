"""Undoing a whole import: what would go and what would stay, asked before; what has gone and what has stayed, after."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.messages import ERROR
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from leads.doors.files.undoing import LATER_FILE, WORKED_ON, begin_undoing, can_be_undone, would_stay
from leads.enums import RowKind, RunStatus
from leads.models import ImportRun, Lead
from leads.pages.fetch import marketed_run
from leads.tasks import undo_import as undo_task
from smarketing.accounts.access import marketers
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest

SHOWN = 20
WHY = {
    WORKED_ON: gettext_lazy("somebody has worked on it since"),
    LATER_FILE: gettext_lazy("a later file builds on it"),
}
GONE = [
    (RowKind.LEADS, gettext_lazy("Leads")),
    (RowKind.HANDOFFS, gettext_lazy("Handoffs")),
    (RowKind.ATTEMPTS, gettext_lazy("Attempts")),
    (RowKind.OUTCOMES, gettext_lazy("Outcomes")),
    (RowKind.INQUIRIES, gettext_lazy("Inquiries")),
    ("values", gettext_lazy("Values added to what was here")),
    ("waiting", pgettext_lazy("rows of a file", "Waiting")),
]


@dataclass(frozen=True)
class LeadThatStays:
    lead: Lead
    why: str


@dataclass(frozen=True)
class Undone:
    """`gone`: words and numbers. `kept` leads stay, the first of them are listed; other files' rows wait again."""

    gone: list[tuple[str, int]]
    kept: int
    staying: list[LeadThatStays]
    waiting_again: int


@marketers
@require_http_methods(["GET", "HEAD", "POST"])
def undo_import(request: PortalRequest, pk: int) -> HttpResponse:
    run = marketed_run(request, pk)
    if request.method != "POST" and can_be_undone(run):
        found, is_all = would_stay(run)
        staying = leads_that_stay(found.items())
        context = {"run": run, "kept": len(found), "is_all": is_all, "staying": staying, "now": request.now}
        return TemplateResponse(request, "leads/import_undo.html", context)
    if request.method == "POST":
        with transaction.atomic():
            has_begun = begin_undoing(run, by=request.user, at=request.now)
            if has_begun:
                transaction.on_commit(lambda: undo_task.delay(run_id=pk), robust=True)
        run.refresh_from_db(fields=["status"])  # by now another click may have begun it
        if not has_begun and run.status not in (RunStatus.UNDOING, RunStatus.UNDONE):
            say(request, _("This import has brought nothing that could be undone."), level=ERROR)
    return redirect(run)


def undone(run: ImportRun) -> Undone:
    told = run.undone
    return Undone(
        gone=[(str(name), told[key]) for key, name in GONE if told.get(key)],
        kept=told["kept"],
        staying=leads_that_stay(told["kept_leads"]),
        waiting_again=told.get("waiting_again", 0),
    )


def leads_that_stay(found: Iterable[tuple[int, str]]) -> list[LeadThatStays]:
    """The first of them."""
    why = dict(list(found)[:SHOWN])
    leads = Lead.objects.in_bulk(why)
    return [LeadThatStays(lead, str(WHY[why[pk]])) for pk, lead in leads.items()]
