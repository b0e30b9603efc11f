from collections.abc import Callable, Iterator
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.models import Agreement
from reports.facts.behind import record_ids, records
from reports.facts.reading import Reading
from reports.pages.depth import depth_sheet
from reports.pages.filters import PeriodFilter, ReportFilter, selection
from reports.pages.links import Links
from reports.pages.opened import Opened, opened, opened_all
from reports.pages.record_words import handoffs_counted, title_of
from reports.pages.sheet import Sheet, group_name
from reports.pages.speed import speed_sheet
from reports.pages.volume import volume_sheet
from smarketing.accounts.access import readers
from smarketing.lib.paging import kept_instant, page_of_list
from smarketing.lib.periods import MONTHS, Period
from smarketing.lib.request import PortalRequest


@readers
def home(request: PortalRequest) -> HttpResponse:
    """The month's pace; who takes part in several agreements chooses one."""
    agreements = list(Agreement.objects.visible_to(request.access))
    if len(agreements) == 1:
        return redirect("reports:volume", agreements[0].slug)
    return TemplateResponse(request, "reports/home.html", {"agreements": agreements})


@readers
def volume(request: PortalRequest, slug: str) -> HttpResponse:
    return sheet(request, opened(request, slug, at=request.now), "volume", volume_sheet)


@readers
def speed(request: PortalRequest, slug: str) -> HttpResponse:
    return sheet(request, opened(request, slug, at=request.now), "speed", speed_sheet)


@readers
def depth(request: PortalRequest, slug: str) -> HttpResponse:
    return sheet(request, opened(request, slug, at=request.now), "depth", depth_sheet)


@readers
def scorecard(request: PortalRequest, slug: str) -> HttpResponse:
    at_hand = opened(request, slug, at=request.now)
    form = PeriodFilter(at_hand.chosen.period, at_hand.today)
    context = {
        "card": at_hand.card,
        "form": form,
        "json_url": at_hand.links.data("scorecard", "json"),
        "csv_url": at_hand.links.data("scorecard", "csv"),
        **frame(at_hand, "scorecard"),
    }
    return TemplateResponse(request, "reports/scorecard.html", context)


@readers
def scorecards(request: PortalRequest) -> HttpResponse:
    """Every agreement that this person may read, one card below the other."""
    agreements = list(Agreement.objects.visible_to(request.access).with_teams())
    found = opened_all(request, agreements, at=request.now)
    if not found:
        return TemplateResponse(request, "reports/home.html", {"agreements": []})
    period, today = found[0].chosen.period, found[0].today
    context = {
        "cards": [at_hand.card for at_hand in found],
        "form": PeriodFilter(period, today),
        **neighbours(period, lambda period: f"?period={period.label}"),
    }
    return TemplateResponse(request, "reports/scorecards.html", context)


@readers
def records_behind(request: PortalRequest, slug: str) -> HttpResponse:
    at_hand, chosen = opened(request, slug, at=kept_instant(request)), selection(request.GET)
    if chosen is None:
        raise Http404
    ids = record_ids(at_hand.reading, chosen)
    page = page_of_list(ids.tolist(), request.GET, at=at_hand.at, count_text=handoffs_counted(len(ids)))
    context = {
        "records": records(page.rows, with_names=at_hand.with_names, at=at_hand.at),
        "title": title_of(chosen),
        "group": group_name(at_hand.chosen.source, at_hand.chosen.tier),
        "with_names": at_hand.with_names,
        "page": page,
        "csv_url": at_hand.links.file("records", "csv", request.GET),
        "json_url": at_hand.links.file("records", "json", request.GET),
        **frame(at_hand, "records"),
    }
    return TemplateResponse(request, "reports/records.html", context)


def sheet(
    request: PortalRequest, at_hand: Opened, page: str, make: Callable[[Reading, Links], Sheet]
) -> TemplateResponse:
    context = {
        "sheet": make(at_hand.reading, at_hand.links),
        "form": ReportFilter(at_hand.reading),
        "clear_url": at_hand.links.of(source=None, tier=None).page(page) if at_hand.reading.is_filtered else "",
        **frame(at_hand, page),
    }
    return TemplateResponse(request, f"reports/{page}.html", context)


def frame(at_hand: Opened, page: str) -> dict[str, Any]:
    """What stands around every page of one agreement."""
    links, period = at_hand.links, at_hand.chosen.period
    return {
        "agreement": at_hand.agreement,
        "now": at_hand.at,
        "chosen": at_hand.chosen,
        "tabs": list(tabs(links, page)),
        **neighbours(period, lambda other: links.of(period=other).page(page if page != "records" else "volume")),
        "kinds": [
            (label, links.of(period=other).page(page), kind == period.kind)
            for kind, label, other in kinds(at_hand)
            if page != "records"
        ],
    }


def tabs(links: Links, page: str) -> Iterator[tuple[str, str, bool]]:
    names = {
        "volume": pgettext("report", "Volume"),
        "speed": pgettext("report", "Speed"),
        "depth": pgettext("report", "Depth"),
        "scorecard": pgettext("report", "Scorecard"),
    }
    for name, label in names.items():
        yield label, links.page(name), name == page


def neighbours(period: Period, url: Callable[[Period], str]) -> dict[str, Any]:
    before, after = period.previous(), period.next()
    return {
        "period": period,
        "before": before,
        "before_url": url(before),
        "after": after,
        "after_url": url(after),
    }


def kinds(at_hand: Opened) -> Iterator[tuple[str, str, Period]]:
    """The month, quarter and year around the day that one looks at."""
    names = {"month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}
    period = at_hand.chosen.period
    day = min(max(at_hand.today, period.start_on), period.end_on)
    for kind in MONTHS:
        yield kind, names[kind], Period.of(day, kind)
