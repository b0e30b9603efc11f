"""One search from every page: what stands in the bar, while it is typed."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from leads.finding.search import found, meant
from leads.models import Lead
from leads.pages.fetch import has_several
from leads.querysets import LeadQuerySet
from smarketing.accounts.access import practitioners
from smarketing.lib.request import PortalRequest

SHOWN = 8


@practitioners
@require_safe
def find(request: PortalRequest) -> HttpResponse:
    question = request.GET.get("q", "").strip()
    visible: LeadQuerySet = Lead.objects.visible_to(request.access)
    hits = list(_latest(visible, question)) if question else []
    context = {
        "question": question,
        "hits": hits[:SHOWN],
        "has_several": bool(hits) and has_several(request),
        "has_more": len(hits) > SHOWN,
        "meant": meant(visible, question) if question and not hits else "",
    }
    return TemplateResponse(request, "leads/find.html", context)


def _latest(visible: LeadQuerySet, question: str) -> LeadQuerySet:
    return found(visible.select_related("agreement"), question).order_by("-created_at", "-id")[: SHOWN + 1]
