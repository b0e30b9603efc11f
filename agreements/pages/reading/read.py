from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from agreements.document.stored import document_of
from agreements.document.text import write
from agreements.models import Agreement, Version
from agreements.pages.fetch import day_of, may_edit, may_plan, visible, visible_or_written, year_of
from agreements.pages.months import months_table
from agreements.pages.months.capacity_sheet import capacity_sheet
from agreements.pages.reading import overview
from agreements.pages.reading.history import history
from agreements.pages.reading.of_version import on_paper, running
from agreements.pages.versions import proposal, readable, waiting_for
from agreements.promises.measures import STATED
from agreements.terms import in_force, timeline, today_of
from smarketing.accounts.access import readers
from smarketing.accounts.rights import Verb
from smarketing.lib.request import PortalRequest


@readers
def agreement_list(request: PortalRequest) -> HttpResponse:
    access = request.access
    context = {
        "rows": overview.rows(Agreement.objects.visible_to(access), request.now),
        "written": overview.being_written(Agreement.every.visible_to(access), access),
        "may_load": access.is_administrator,
        "may_begin": Verb.AMEND in access.verbs and not access.organisation,
        "now": request.now,
    }
    return TemplateResponse(request, "agreements/list.html", context)


@readers
def detail(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = visible_or_written(request, slug)
    if agreement.is_draft:
        return redirect("agreements:versions", slug)
    now = request.now
    terms = timeline(agreement)
    today = terms.day_of(now)
    dated = list(agreement.versions.dated().order_by("effective_on").prefetch_related("objectives", "tiers"))
    asked, standing = in_force(dated, day_of(request, today)), in_force(dated, today)
    version = overview.terms_before(dated, asked)
    opens_on = max(today, dated[0].effective_on)  # a new agreement opens on its first month
    year = year_of(request, opens_on)
    led = request.access.sides(Verb.PLAN, agreement)
    months = months_table.months(agreement, year, today, led)
    this_month = months_table.month_of(months, opens_on) or months_table.this_month(agreement, opens_on)
    context = {
        "agreement": agreement,
        "reading": running(agreement, version, dated, today),
        "version": version,
        "versions": dated,
        "version_in_force": None if standing.is_cancellation or standing.effective_on > today else standing,
        "ended": standing if standing.is_cancellation else None,
        "end": next((each for each in dated if each.is_cancellation and each.effective_on > today), None),
        "coming": [each for each in overview.coming(dated, today) if each != version],
        "waiting": proposal(agreement, now),
        "states_figures": any(map(terms.ever_promised, STATED)),
        "own_drafts": readable(agreement, request.user, request.access).drafts(),
        "this_month": this_month,
        "is_first_month": opens_on > today,
        "leads_promised": this_month.leads,
        "quota_promised": this_month.quota,
        "year": year,
        "months": months,
        "answerable": len(months_table.answerable(agreement, led, year)),
        "capacity": capacity_sheet(agreement, year, terms.versions, today=today, month=request.GET.get("capacity", "")),
        "entries": history(agreement),
        "may_edit": may_edit(request, agreement),
        "may_copy": may_edit(request, agreement) and not request.access.organisation,
        "may_plan": may_plan(request, agreement),
        "now": now,
    }
    return TemplateResponse(request, "agreements/detail.html", context)


@readers
@require_safe
def waiting_count(request: PortalRequest) -> HttpResponse:
    """The proposals that wait for this person's signature."""
    count = len(waiting_for(request.user, request.access, request.now))
    return TemplateResponse(request, "agreements/list.html#count", {"count": count})


@readers
def pdf(request: PortalRequest, slug: str) -> HttpResponse:
    """The version of a day, today's without one, with the months of every year that it covers and that has some."""
    # The library takes a quarter of what a process needs to start, and most never make one.
    from agreements.pages.reading.pdf import agreement_pdf, imprint_of, month_rows  # noqa: PLC0415

    agreement = visible(request, slug)
    today = today_of(agreement, request.now)
    dated, version = _of_day(request, agreement)
    chosen = year_of(request, day_of(request, today))
    years = [chosen] if request.GET.get("year") else months_table.years_of(agreement, dated, version, chosen)
    reading = on_paper(agreement, version, dated, today)
    months = [month for year in years for month in months_table.months(agreement, year, today)]
    rows = month_rows(months, reading.document)
    data = agreement_pdf(reading, imprint_of(version, agreement, rows, today))
    headers = {"Content-Disposition": f'attachment; filename="{slug}-{version.number}.pdf"'}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


@readers
def toml(request: PortalRequest, slug: str) -> HttpResponse:
    """The version of a day, today's without one, with all months."""
    agreement = visible(request, slug)
    _dated, version = _of_day(request, agreement)
    headers = {"Content-Disposition": f'attachment; filename="{slug}-{version.number}.toml"'}
    text = write(document_of(agreement, version))
    return HttpResponse(text, content_type="application/toml; charset=utf-8", headers=headers)


def _of_day(request: PortalRequest, agreement: Agreement) -> tuple[list[Version], Version]:
    """All versions in order of time, and the one that the page of that day shows."""
    dated = list(agreement.versions.dated().order_by("effective_on").select_related("made_by"))
    day = day_of(request, today_of(agreement, request.now))
    return dated, overview.terms_before(dated, in_force(dated, day))
