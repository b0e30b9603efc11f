"""The list of leads as a file: what the filters show, all pages of it."""

from collections.abc import Iterator
from itertools import chain, islice
from zoneinfo import ZoneInfo

from django.http import HttpResponseBase
from django.utils.formats import get_format
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_safe

from leads.enums import OUTSIDE_WORDS
from leads.models import Lead
from leads.pages.lead.filter import LeadFilter
from leads.pages.lead.rows import Listed, listed
from leads.querysets import LeadQuerySet
from leads.templatetags.leads import state_name
from smarketing.accounts.access import Access, practitioners
from smarketing.exports.answers import ROWS_AT_ONCE, download
from smarketing.lib.cells import MARK, csv_lines
from smarketing.lib.request import PortalRequest

AT_ONCE = 500


@practitioners
@require_safe
def export(request: PortalRequest) -> HttpResponseBase:
    access = request.access
    asked = LeadFilter(request.GET, queryset=Lead.objects.visible_to(access), access=access, at=request.now)
    leads = asked.qs.select_related("agreement").defer("notes", "found_by").order_by("-created_at", "-id")
    count = leads.order_by()[: ROWS_AT_ONCE + 1].count()
    return download(request, "leads.csv", "text/csv; charset=utf-8", lambda: lines(leads, access), rows=count)


def lines(leads: LeadQuerySet, access: Access) -> Iterator[str]:
    """A comma parts columns where it parts no number: spreadsheets read a file as their language writes numbers."""
    separator = ";" if get_format("DECIMAL_SEPARATOR") == "," else ","
    return chain([MARK], csv_lines(chain([columns()], rows(leads, access)), separator))


def columns() -> list[str]:
    words = [gettext("Name"), gettext("Company"), gettext("E-mail"), gettext("Phone"), gettext("State")]
    words += [gettext("Source"), gettext("Tier"), pgettext("lead", "Created"), gettext("Rep"), gettext("Agreement")]
    words.append(str(OUTSIDE_WORDS))
    return words


def rows(leads: LeadQuerySet, access: Access) -> Iterator[list[object]]:
    rest = leads.iterator(AT_ONCE)
    while some := list(islice(rest, AT_ONCE)):
        yield from map(row, listed(some, access))


def row(shown: Listed) -> list[object]:
    lead = shown.lead
    at = lead.created_at.astimezone(ZoneInfo(lead.agreement.time_zone)).strftime("%Y-%m-%d %H:%M")
    state = shown.handoff.state if shown.handoff else shown.outcome
    told = state_name(state) if state else gettext("Not handed over")
    own = [lead.name, lead.company, lead.email, lead.phone, told, lead.source, lead.tier]
    outside = "; ".join(one.get_outside_reason_display() for one in shown.outside)
    return [*own, at, shown.rep, str(lead.agreement), outside]
