"""The rep's queue."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from leads.pages.answers import here
from leads.pages.queue.filter import QueueFilter
from leads.work import queue
from smarketing.accounts.access import reps
from smarketing.lib.htmx import fragment, is_partial
from smarketing.lib.paging import kept_instant
from smarketing.lib.request import PortalRequest


@reps
@require_safe
def queue_page(request: PortalRequest) -> HttpResponse:
    at, user, access = kept_instant(request), request.user, request.access
    form = QueueFilter(request.GET, access=access)
    asked = form.asked()
    handoffs = queue.workload(access, user, whose=asked.whose, agreement=asked.agreement)
    handoffs = handoffs.outside_criteria() if asked.is_outside else handoffs
    counts = queue.counts(handoffs, at=at)
    context: dict[str, Any] = {
        "filter": form,
        "clear_url": reverse("leads:queue") if asked.is_filtered else "",
        "asked": asked,
        "has_several": "agreement" in form.fields,
        "tiles": asked.tiles(counts, request.GET),
        "here": here(request),
        "now": at,
    }
    if is_partial(request) and request.htmx.target == "queue-counts":
        return fragment(request, "leads/queue.html#counts", context)
    shown = queue.clocked(handoffs, asked.clock, at=at)
    context["page"] = page = queue.page(shown, request.GET, at=at, total=asked.total(counts))
    context["rows"] = found = queue.rows(page.rows, user, at=at)
    folds = asked.clock != queue.FOLLOWED_UP
    context["settled"] = [row for row in found if row.is_settled and folds]
    context["pending"] = [row for row in found if not (row.is_settled and folds)]
    if context["rows"]:
        context["given"] = [row for row in context["rows"] if asked.whose == queue.MINE or not row.rep]
        context["reps"] = queue.reps_for(context["rows"], access)
    if is_partial(request):
        return fragment(request, "leads/queue.html#list", context)
    return TemplateResponse(request, "leads/queue.html", context)
