"""What waits for a person, told once: where the day begins, on the page of an agreement, and on a page of its own.

A new kind of thing that waits is a function in its app's `waiting_lines` and a name in SOURCES.
"""

from collections.abc import Callable, Iterable

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from agreements.pages import waiting_lines as of_agreements
from agreements.pages.fetch import visible
from leads.pages import waiting_lines as of_leads
from reports.pages import waiting_lines as of_reports
from smarketing.accounts.access import readers
from smarketing.accounts.waiting import Asker, WaitingLine
from smarketing.lib.request import PortalRequest

Source = Callable[[Asker], Iterable[WaitingLine]]
SOURCES: tuple[Source, ...] = (
    of_agreements.signatures,
    of_agreements.declined_versions,
    of_agreements.targets,
    of_agreements.exceptions,
    of_agreements.friction_reports,
    of_agreements.figures_to_state,
    of_leads.excuses,
    of_leads.found_nobody,
    of_leads.inquiries,
    of_reports.decisions,
    of_reports.owed_items,
    of_reports.root_cause_sheets,
    of_reports.months_to_judge_again,
)
MOST = 5  # beside other things; the page of its own has them all


def lines(asker: Asker) -> list[WaitingLine]:
    """The most urgent first."""
    return sorted((line for source in SOURCES for line in source(asker)), key=lambda line: line.urgency)


@readers
@require_safe
def waiting(request: PortalRequest) -> HttpResponse:
    return _page(request, "")


@readers
@require_safe
def waiting_in(request: PortalRequest, slug: str) -> HttpResponse:
    """Of one agreement, also what waits for others."""
    return _page(request, visible(request, slug).slug)


def _page(request: PortalRequest, slug: str) -> HttpResponse:
    found = lines(Asker(request.user, request.access, request.now, slug))
    own, others = ([line for line in found if line.is_own is mine] for mine in (True, False))
    most = MOST if request.htmx else len(found)
    context = {
        "slug": slug,
        "is_empty": not found,
        "groups": [("own", own[:most]), ("others", others[:most])],
        "more": max(len(own) - most, 0) + max(len(others) - most, 0),
    }
    return TemplateResponse(request, "waiting.html#part" if request.htmx else "waiting.html", context)
