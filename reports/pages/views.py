from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Min
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from agreements.models import Agreement, Version
from agreements.terms import today_of
from reports.facts.behind import record_ids, records
from reports.facts.left_out import sum_of
from reports.facts.record_lists import title_of
from reports.facts.results import WITHOUT
from reports.pages.filters import PeriodFilter, selection
from reports.pages.opened import Opened, opened, opened_all
from reports.pages.record_words import dimension_columns, handoffs_counted, with_days
from reports.pages.register import FIRST, PAGES
from smarketing.accounts.access import readers
from smarketing.lib.paging import kept_instant, page_of_list
from smarketing.lib.periods import MONTHS, Period
from smarketing.lib.request import PortalRequest


@readers
def home(request: PortalRequest) -> HttpResponse:
    """The month's pace; who takes part in several agreements chooses one of those that have begun."""
    agreements = list(Agreement.objects.visible_to(request.access))
    firsts = (
        Version.objects.agreed().filter(agreement__in=agreements).values("agreement").annotate(on=Min("effective_on"))
    )
    began_on = dict(firsts.values_list("agreement", "on"))
    begun = [one for one in agreements if began_on.get(one.pk, date.max) <= today_of(one, request.now)]
    if len(agreements) == 1 or len(begun) == 1:
        return redirect(f"reports:{FIRST}", (begun or agreements)[0].slug)
    return TemplateResponse(request, "reports/home.html", {"agreements": agreements, "pages": PAGES.values()})


@readers
def report(request: PortalRequest, slug: str, page: str) -> HttpResponse:
    """One of the pages of `register`."""
    return shown_page(request, opened(request, slug), page)


def shown_page(request: PortalRequest, at_hand: Opened, page: str, status: int = 200, **more: Any) -> TemplateResponse:
    shown = PAGES[page]
    context = {"page_title": shown.title, **shown.context(at_hand), **frame(at_hand, page), **more}
    return TemplateResponse(request, shown.template, context, status=status)


@readers
def scorecards(request: PortalRequest) -> HttpResponse:
    """Every agreement that this person may read, one card below the other."""
    agreements = list(Agreement.objects.visible_to(request.access).with_teams())
    found = opened_all(request, agreements)
    if not found:
        return TemplateResponse(request, "reports/home.html", {"agreements": []})
    chosen, today = found[0].chosen, found[0].today
    query = f"&on={chosen.on.isoformat()}" if chosen.on else ""
    query += f"&excuses={WITHOUT}" if chosen.without else ""
    context = {
        "cards": [at_hand.card for at_hand in found],
        "form": PeriodFilter(chosen, today),
        "on": chosen.on,
        "chosen": chosen,
        "left_out": sum_of([at_hand.left_out for at_hand in found]),
        "now_url": f"?period={chosen.period.label}",
        **neighbours(chosen.period, lambda period: f"?period={period.label}{query}"),
    }
    return TemplateResponse(request, "reports/scorecards.html", context)


@readers
def records_behind(request: PortalRequest, slug: str) -> HttpResponse:
    at_hand, chosen = opened(request, slug, now=kept_instant(request)), selection(request.GET)
    if chosen is None:
        raise Http404
    ids = record_ids(at_hand.reading, chosen)
    page = page_of_list(ids.tolist(), request.GET, at=at_hand.at, count_text=handoffs_counted(len(ids)))
    context = {
        "records": records(at_hand.reading, page.rows, with_names=at_hand.with_names),
        "title": with_days(title_of(chosen), chosen),
        "group": at_hand.group,
        "dimensions": dimension_columns(),
        "with_names": at_hand.with_names,
        "page": page,
        "asks_something": any(terms.criteria or terms.brief for terms in at_hand.terms.versions),
        "csv_url": at_hand.links.file("records", "csv", request.GET),
        "json_url": at_hand.links.file("records", "json", request.GET),
        **frame(at_hand, "records"),
    }
    return TemplateResponse(request, "reports/records.html", context)


def frame(at_hand: Opened, page: str) -> dict[str, Any]:
    """What stands around every page of one agreement."""
    links, period = at_hand.links, at_hand.chosen.period
    return {
        "agreement": at_hand.agreement,
        "begins_the_day": page == FIRST,
        "now": at_hand.at,
        "chosen": at_hand.chosen,
        "on": at_hand.chosen.on,
        "now_url": replace(links, on=None).page(page if page in PAGES else FIRST),
        "left_out": at_hand.left_out,
        "other_excuses_url": replace(links, without=not links.without).page(page) if page in PAGES else "",
        "begins_on": at_hand.begins_on,
        "has_begun": at_hand.today >= period.start_on,
        "tabs": [(shown.tab, links.page(name), name == page) for name, shown in PAGES.items()],
        **neighbours(period, lambda other: links.of(other).page(page if page in PAGES else FIRST)),
        "kinds": [
            (label, links.of(other).page(page), kind == period.kind)
            for kind, label, other in kinds(at_hand)
            if page in PAGES
        ],
    }


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
