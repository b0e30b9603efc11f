"""What a team lead has to look at: the clocks that are due soon or overdue."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from leads.alerts.noted import mark_seen, noted, noted_clocks, unseen_count
from leads.models import Escalation, Handoff
from leads.pages.fetch import has_several, ids
from leads.work import queue
from smarketing.accounts.access import sales_leads
from smarketing.lib.notices import say
from smarketing.lib.paging import kept_instant
from smarketing.lib.request import PortalRequest


@sales_leads
@require_safe
def escalations(request: PortalRequest) -> HttpResponse:
    at, user, access = kept_instant(request), request.user, request.access
    handoffs = noted(access, at=at)
    counts = queue.counts(handoffs, at=at)
    page = queue.page(handoffs, request.GET, at=at, total=counts.all)
    rows = noted_clocks(page.rows, user, at=at)
    reps = queue.team_reps({entry.row.handoff.agreement.sales_team_id for entry in rows})
    context = {
        "rows": [(entry, reps[entry.row.handoff.agreement.sales_team_id]) for entry in rows],
        "counts": counts,
        "in_queue": queue.counts(Handoff.objects.led_by(access).open(), at=at),
        "unseen": unseen_count(access, at=at),
        "page": page,
        "has_several": has_several(request),
        "now": at,
    }
    return TemplateResponse(request, "leads/escalations.html", context)


@sales_leads
@require_safe
def escalation_count(request: PortalRequest) -> HttpResponse:
    count = unseen_count(request.access, at=request.now)
    return TemplateResponse(request, "leads/escalations.html#count", {"count": count})


@sales_leads
@require_POST
def seen(request: PortalRequest) -> HttpResponse:
    """Some, or with `all` every one that is open."""
    at, access = request.now, request.access
    own = Escalation.objects.filter(clock__handoff__in=Handoff.objects.led_by(access))
    if "all" not in request.POST:
        own = own.filter(clock__handoff__in=ids(request, "handoff"))
    count = mark_seen(own, by=request.user, at=at)
    text = ngettext("%(count)d escalation is seen.", "%(count)d escalations are seen.", count)
    say(request, text % {"count": count} if count else gettext("All escalations had already been seen."))
    return redirect(reverse("leads:escalations"))
