"""The figures of the pages as files."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse

from leads.models import Handoff
from reports.facts.behind import all_records, record_ids
from reports.facts.record_lists import Selection
from reports.facts.results import WITH, WITHOUT
from reports.measures.handoff_columns import DIMENSIONS
from reports.pages.exports import period_json
from reports.pages.filters import selection
from reports.pages.opened import Opened, opened
from reports.pages.record_words import record_columns, record_rows
from reports.pages.register import PAGES
from smarketing.accounts.access import readers
from smarketing.exports.answers import download
from smarketing.lib.cells import MARK, csv_lines
from smarketing.lib.request import PortalRequest

CSV, JSON = "text/csv; charset=utf-8", "application/json"


@readers
def data(request: PortalRequest, slug: str, page: str, form: str) -> HttpResponseBase:
    """A page as JSON, one of its tables as CSV; the records behind a bar as both."""
    at_hand = opened(request, slug)
    if at_hand.chosen.unread:  # a file of another period would be taken for what was asked for
        raise Http404
    if page not in PAGES:
        return records_file(request, at_hand, page, form)
    if form == "json":
        body = head_of(at_hand) | PAGES[page].as_json(at_hand)
        return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    name, text = PAGES[page].as_csv(at_hand, request.GET)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(at_hand, name, form)}"'}
    return HttpResponse(MARK + text, content_type=CSV, headers=headers)


def records_file(request: PortalRequest, at_hand: Opened, page: str, form: str) -> HttpResponseBase:
    chosen = selection(request.GET)
    if chosen is None:
        raise Http404
    pieces, content_type = {"csv": (records_as_csv, CSV), "json": (records_as_json, JSON)}[form]
    read = Handoff.objects.handed_in(at_hand.agreement, at_hand.chosen.period).count()
    name = file_name(at_hand, page, form)
    return download(request, name, content_type, lambda: pieces(at_hand, chosen), rows=read)


def records_as_csv(at_hand: Opened, chosen: Selection) -> Iterator[str]:
    return chain([MARK], csv_lines(chain([record_columns()], rows_of(at_hand, chosen))))


def records_as_json(at_hand: Opened, chosen: Selection) -> Iterator[str]:
    """One object, written as its records come."""
    columns, before = record_columns(), ""
    yield as_text(head_of(at_hand)).removesuffix("}") + ', "records": ['
    for row in rows_of(at_hand, chosen):
        yield before + as_text(dict(zip(columns, row, strict=True)))
        before = ", "
    yield "]}"


def rows_of(at_hand: Opened, chosen: Selection) -> Iterator[list[object]]:
    """Only the numbers of the handoffs are kept in memory; of their words a few hundred rows at a time."""
    ids = record_ids(at_hand.read(), chosen)
    return record_rows(all_records(at_hand, ids, with_names=at_hand.with_names), at_hand.terms.zone)


def as_text(value: dict[str, Any]) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def head_of(at_hand: Opened) -> dict[str, Any]:
    chosen = at_hand.chosen
    return {
        "agreement": at_hand.agreement.slug,
        "period": period_json(chosen.period, at_hand.agreement.time_zone),
        "on": chosen.on,
        "excuses": WITHOUT if chosen.without else WITH,
        **{dimension: chosen.scope.word(dimension) for dimension in DIMENSIONS},
        "others": chosen.scope.others,
    }


def file_name(at_hand: Opened, name: str, form: str) -> str:
    without = "-without-excuses" if at_hand.without else ""
    return f"{at_hand.agreement.slug}-{name}-{at_hand.chosen.period.label}{without}.{form}"
