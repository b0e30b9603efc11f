"""The ledger as a file: the months that the page sums up, with the figures of `sla_ledger`."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.utils.formats import get_format
from django.utils.translation import gettext

from agreements.models import Agreement
from agreements.months.ledger import Ledger
from leads.ledger.as_json import ledger_json
from smarketing.lib.cells import MARK, csv_lines
from smarketing.lib.periods import Period


def ledger_file(agreement: Agreement, ledger: Ledger, months: Sequence[Period], form: str) -> HttpResponse:
    if form not in ("csv", "json"):
        raise Http404
    found = ledger_json(ledger, months)
    name = f"{agreement.slug}-ledger-{months[0].label}-{months[-1].label}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form == "json":
        return JsonResponse(found, json_dumps_params={"ensure_ascii": False}, headers=headers)
    return HttpResponse(MARK + _as_csv(found["months"]), content_type="text/csv; charset=utf-8", headers=headers)


def _as_csv(months: Sequence[dict[str, Any]]) -> str:
    """A comma parts columns where it parts no number: spreadsheets read a file as their language writes numbers."""
    mark = str(get_format("DECIMAL_SEPARATOR"))
    rows = ([_cell(value, mark) for value in _flat(month)] for month in months)
    return "".join(csv_lines([_heads(), *rows], ";" if mark == "," else ","))


def _heads() -> list[str]:
    event = [gettext("Leads"), gettext("Customers"), gettext("Revenue from marketing leads"), gettext("Total revenue")]
    event += [gettext("Rate"), gettext("Deal size"), gettext("Share")]
    cohort = [gettext("Leads"), gettext("Customers"), gettext("Their revenue"), gettext("Rate"), gettext("mature")]
    named = gettext("By the month of the lead: %(what)s")
    return [gettext("Month"), *event, *(named % {"what": head} for head in cohort)]


def _flat(month: dict[str, Any]) -> Iterator[Any]:
    for value in month.values():
        yield from value.values() if isinstance(value, dict) else (value,)


def _cell(value: Any, mark: str) -> Any:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value).replace(".", mark) if isinstance(value, float) else value
