"""The figures of the pages as files."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse

from reports.facts.behind import all_records, record_ids
from reports.measures.handoff_columns import DIMENSIONS
from reports.pages.exports import as_csv, period_json
from reports.pages.filters import selection
from reports.pages.opened import Opened, opened
from reports.pages.record_words import record_columns, record_rows
from reports.pages.register import PAGES
from smarketing.accounts.access import readers
from smarketing.lib.request import PortalRequest


@readers
def data(request: PortalRequest, slug: str, page: str, form: str) -> HttpResponse:
    """A page as JSON, one of its tables as CSV."""
    at_hand = opened(request, slug)
    answer: Callable[[PortalRequest, Opened, str], HttpResponse]
    answer = {"json": as_json_file, "csv": as_csv_file}[form]
    return answer(request, at_hand, page)


def as_json_file(request: PortalRequest, at_hand: Opened, page: str) -> JsonResponse:
    if page in PAGES:
        return _json(at_hand, PAGES[page].as_json(at_hand))
    columns, rows = _records(request, at_hand)
    return _json(at_hand, {"records": [dict(zip(columns, row, strict=True)) for row in rows]})


def as_csv_file(request: PortalRequest, at_hand: Opened, page: str) -> HttpResponse:
    if page in PAGES:
        return _csv(at_hand, *PAGES[page].as_csv(at_hand, request.GET))
    return _csv(at_hand, page, as_csv(*_records(request, at_hand)))


def _records(request: PortalRequest, at_hand: Opened) -> tuple[list[str], list[list[object]]]:
    chosen = selection(request.GET)
    if chosen is None:
        raise Http404
    ids = record_ids(at_hand.reading, chosen)
    found = all_records(at_hand.reading, ids, with_names=at_hand.with_names)
    return record_columns(), list(record_rows(found, at_hand.terms.zone))


def _json(at_hand: Opened, body: dict[str, Any]) -> JsonResponse:
    chosen = at_hand.chosen
    head = {
        "agreement": at_hand.agreement.slug,
        "period": period_json(chosen.period, at_hand.agreement.time_zone),
        "on": chosen.on,
        **{dimension: chosen.scope.word(dimension) for dimension in DIMENSIONS},
        "others": chosen.scope.others,
    }
    return JsonResponse(head | body, json_dumps_params={"ensure_ascii": False})


def _csv(at_hand: Opened, name: str, text: str) -> HttpResponse:
    """With a byte order mark: without it spreadsheets read umlauts as something else."""
    file_name = f"{at_hand.agreement.slug}-{name}-{at_hand.chosen.period.label}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8", headers=headers)
