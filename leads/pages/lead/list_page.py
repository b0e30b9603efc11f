"""The list of leads."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from leads.models import Clock, Lead
from leads.pages.lead.export import FORM, SHEET
from leads.pages.lead.filter import LeadFilter
from leads.pages.lead.rows import listed
from leads.pages.lead.sorting import MOST, heads_of
from smarketing.accounts.access import practitioners
from smarketing.accounts.rights import Verb
from smarketing.lib.paging import address, kept_instant, page_of
from smarketing.lib.request import PortalRequest


@practitioners
@require_safe
def lead_list(request: PortalRequest) -> HttpResponse:
    at, access = kept_instant(request), request.access
    asked = LeadFilter(request.GET, queryset=Lead.objects.visible_to(access), access=access, at=at)
    keys = asked.sorted.keys
    shown = asked.sorted.leads.select_related("agreement").defer("notes", "found_by")
    page = page_of(shown, keys, request.GET, at=at, count_text=asked.count_text)
    rows = listed(page.rows, access)
    may_hand_over = any(row.may_hand_over for row in rows)
    context = {
        "asked": asked,
        "page": page,
        "rows": rows,
        "heads": heads_of(request.GET, keys),
        "most_sorted": MOST,
        "may_hand_over": may_hand_over,
        "excuses": Clock.objects.excuses_to_answer(access, request.user).count() if Verb.APPROVE in access.verbs else 0,
        "export_url": f"{reverse('leads:export')}{address(request.GET)}",
        "sheet_url": f"{reverse('leads:export')}{address(request.GET, **{FORM: SHEET})}",
        "now": at,
    }
    return TemplateResponse(request, "leads/list.html", context)
