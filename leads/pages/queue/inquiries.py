"""Known leads that ask again, for whoever does the next thing: who has or had the lead, team leads, marketing."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from leads.alerts.asking import asking_leads
from leads.models import Inquiry
from leads.pages.fetch import has_several
from smarketing.accounts.access import practitioners
from smarketing.lib.paging import kept_instant, page_of
from smarketing.lib.request import PortalRequest


@practitioners
@require_safe
def inquiries(request: PortalRequest) -> HttpResponse:
    at = kept_instant(request)
    waiting = Inquiry.objects.waiting_for(request.access, request.user)
    known = waiting.select_related("lead", "agreement", "handoff__rep", "recorded_by")
    page = page_of(known, ("asked_at", "id"), request.GET, at=at)
    context = {
        "rows": asking_leads(page.rows, at=at),
        "page": page,
        "has_several": has_several(request),
        "now": at,
    }
    return TemplateResponse(request, "leads/inquiries.html", context)


@practitioners
@require_safe
def inquiry_count(request: PortalRequest) -> HttpResponse:
    count = Inquiry.objects.waiting_for(request.access, request.user).count()
    return TemplateResponse(request, "leads/inquiries.html#count", {"count": count})
