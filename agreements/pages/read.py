from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from agreements.document.stored import document_of
from agreements.document.text import write
from agreements.document.versions import may_decline
from agreements.models import Agreement, Version
from agreements.months.agreed import current_assumptions
from agreements.pages import months_table, overview
from agreements.pages.capacity_sheet import capacity_sheet
from agreements.pages.fetch import day_of, may_edit, visible, year_of
from agreements.pages.history import drafts, history
from agreements.terms import in_force, timeline
from smarketing.accounts.access import readers
from smarketing.accounts.models import Side
from smarketing.accounts.rights import Verb
from smarketing.lib.request import PortalRequest


@readers
def agreement_list(request: PortalRequest) -> HttpResponse:
    access = request.access
    rows = overview.rows(Agreement.objects.visible_to(access), request.now)
    return TemplateResponse(request, "agreements/list.html", {"rows": rows, "may_make": access.is_administrator})


@readers
def detail(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = visible(request, slug)
    now = request.now
    terms = timeline(agreement)
    today = terms.day_of(now)
    versions = list(agreement.versions.current().order_by("effective_on").prefetch_related("objectives", "tiers"))
    version = in_force(versions, day_of(request, today))
    year = year_of(request, today)
    months = months_table.months(agreement, year, today, request.access.sides(Verb.AMEND, agreement))
    context = {
        "agreement": agreement,
        "version": version,
        "versions": versions,
        "version_in_force": in_force(versions, today),
        "week": overview.week(version),
        "closed_days": overview.closed_days(version),
        "other_hours": overview.other_hours(version),
        "exceptions": overview.exceptions(version),
        "holidays_until": overview.holidays_until(version),
        "reasons": agreement.return_reasons.all(),
        "marketing_promises": overview.promises(version, Side.MARKETING),
        "sales_promises": overview.promises(version, Side.SALES),
        "this_month": months_table.current(months) or months_table.this_month(agreement, today),
        "year": year,
        "months": months,
        "capacity": capacity_sheet(agreement, year, terms.versions, today=today, month=request.GET.get("capacity", "")),
        "entries": history(agreement),
        "drafts": drafts(agreement, request.user, terms, now),
        "may_edit": may_edit(request, agreement),
        "assumptions": current_assumptions(agreement),
        "now": now,
    }
    return TemplateResponse(request, "agreements/detail.html", context)


@readers
@require_safe
def waiting_count(request: PortalRequest) -> HttpResponse:
    """The drafts that wait for this person's consent."""
    own = Version.objects.drafts().filter(agreement__in=Agreement.objects.granted(request.access, Verb.AMEND))
    found = own.select_related("made_by", "agreement__marketing_team", "agreement__sales_team")
    count = sum(may_decline(draft, request.user) for draft in found)
    return TemplateResponse(request, "agreements/list.html#count", {"count": count})


@readers
def toml(request: PortalRequest, slug: str) -> HttpResponse:
    text = write(document_of(visible(request, slug)))
    headers = {"Content-Disposition": f'attachment; filename="{slug}.toml"'}
    return HttpResponse(text, content_type="application/toml; charset=utf-8", headers=headers)
