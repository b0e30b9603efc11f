"""The list of leads as a file: what the filters show, all pages of it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice

from django.http import HttpResponseBase
from django.utils.formats import get_format
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from leads.models import Lead
from leads.pages.lead.columns import Cell, cells, heads
from leads.pages.lead.filter import LeadFilter
from leads.pages.lead.rows import listed
from leads.querysets import LeadQuerySet
from smarketing.accounts.access import Access, practitioners
from smarketing.exports.answers import ROWS_AT_ONCE, download
from smarketing.exports.sheets import XLSX, sheet_pieces
from smarketing.lib.cells import MARK, csv_lines
from smarketing.lib.request import PortalRequest

AT_ONCE = 500
FORM, SHEET = "form", "xlsx"


@practitioners
@require_safe
def export(request: PortalRequest) -> HttpResponseBase:
    access = request.access
    asked = LeadFilter(request.GET, queryset=Lead.objects.visible_to(access), access=access, at=request.now)
    leads = asked.sorted.leads.select_related("agreement").defer("notes", "found_by").order_by(*asked.sorted.keys)
    count = leads.order_by()[: ROWS_AT_ONCE + 1].count()
    if request.GET.get(FORM) == SHEET:
        return download(request, "leads.xlsx", XLSX, lambda: sheet(leads, access), rows=count)
    return download(request, "leads.csv", "text/csv; charset=utf-8", lambda: lines(leads, access), rows=count)


def sheet(leads: LeadQuerySet, access: Access) -> Iterator[bytes]:
    return sheet_pieces(pgettext("place", "Leads"), heads(), rows(leads, access))


def lines(leads: LeadQuerySet, access: Access) -> Iterator[str]:
    """A comma parts columns where it parts no number: spreadsheets read a file as their language writes numbers."""
    separator = ";" if get_format("DECIMAL_SEPARATOR") == "," else ","
    told = (list(map(_text, row)) for row in rows(leads, access))
    return chain([MARK], csv_lines(chain([heads()], told), separator))


def rows(leads: LeadQuerySet, access: Access) -> Iterator[list[Cell]]:
    rest = leads.iterator(AT_ONCE)
    while some := list(islice(rest, AT_ONCE)):
        yield from map(cells, listed(some, access))


def _text(cell: Cell) -> str:
    return cell.strftime("%Y-%m-%d %H:%M") if isinstance(cell, datetime) else cell
