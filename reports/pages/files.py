"""The figures of the pages as files."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse

from reports.facts.behind import all_records, record_ids
from reports.pages.depth import depth_sheet
from reports.pages.exports import as_csv, period_json
from reports.pages.filters import selection
from reports.pages.opened import Opened, opened
from reports.pages.record_words import record_columns, record_rows
from reports.pages.scorecard import COLUMNS, table
from reports.pages.speed import speed_sheet
from reports.pages.volume import volume_sheet
from smarketing.accounts.access import readers
from smarketing.lib.request import PortalRequest

SHEETS = {"volume": volume_sheet, "speed": speed_sheet, "depth": depth_sheet}


@readers
def data(request: PortalRequest, slug: str, page: str, form: str) -> HttpResponse:
    """A page as JSON, one of its tables as CSV."""
    at_hand = opened(request, slug, at=request.now)
    answer: Callable[[PortalRequest, Opened, str], HttpResponse]
    answer = {"json": as_json_file, "csv": as_csv_file}[form]
    return answer(request, at_hand, page)


def as_json_file(request: PortalRequest, at_hand: Opened, page: str) -> JsonResponse:
    if page == "records":
        columns, rows = _records(request, at_hand)
        return _json(at_hand, {"records": [dict(zip(columns, row, strict=True)) for row in rows]})
    if page == "scorecard":
        return _json(at_hand, {"scorecard": at_hand.card.as_json})
    sheet = SHEETS[page](at_hand.reading, at_hand.links)
    charts = {
        chart.id: {"columns": chart.table_columns, "rows": [[_plain(cell) for cell in row] for row in chart.table_rows]}
        for chart in sheet.charts
    }
    return _json(at_hand, {**sheet.measures, "charts": charts})


def as_csv_file(request: PortalRequest, at_hand: Opened, page: str) -> HttpResponse:
    if page == "records":
        columns, rows = _records(request, at_hand)
        return _csv(at_hand, page, as_csv(columns, rows))
    if page == "scorecard":
        return _csv(at_hand, page, as_csv(COLUMNS, table(at_hand.card)))
    sheet = SHEETS[page](at_hand.reading, at_hand.links)
    chart = sheet.chart(request.GET.get("chart") or sheet.charts[0].id)
    if chart is None:
        raise Http404
    return _csv(at_hand, f"{page}-{chart.id}", as_csv(chart.table_columns, chart.table_rows))


def _records(request: PortalRequest, at_hand: Opened) -> tuple[list[str], list[list[object]]]:
    chosen = selection(request.GET)
    if chosen is None:
        raise Http404
    found = all_records(record_ids(at_hand.reading, chosen), with_names=at_hand.with_names, at=at_hand.at)
    return record_columns(), list(record_rows(found, at_hand.terms.zone))


def _json(at_hand: Opened, body: dict[str, Any]) -> JsonResponse:
    chosen = at_hand.chosen
    head = {
        "agreement": at_hand.agreement.slug,
        "period": period_json(chosen.period, at_hand.agreement.time_zone),
        "source": chosen.source,
        "tier": chosen.tier,
    }
    return JsonResponse(head | body, json_dumps_params={"ensure_ascii": False})


def _csv(at_hand: Opened, name: str, text: str) -> HttpResponse:
    """With a byte order mark: without it spreadsheets read umlauts as something else."""
    file_name = f"{at_hand.agreement.slug}-{name}-{at_hand.chosen.period.label}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8", headers=headers)


def _plain(cell: object) -> object:
    return cell if cell is None or isinstance(cell, int | float) else str(cell)
