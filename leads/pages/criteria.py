"""How many of last month's leads would have met criteria: those of a version, or those that somebody is writing."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from agreements.criterion_words import criterion_text
from agreements.document.groups.qualification import CRITERIA, Criterion
from agreements.models import Agreement
from agreements.pages.fetch import visible
from agreements.pages.versions import readable
from agreements.pages.writing.forms import group_part
from agreements.terms import timeline
from leads.work.qualification import would_have_met
from smarketing.accounts.access import readers
from smarketing.lib.numbers import whole
from smarketing.lib.periods import Period
from smarketing.lib.request import PortalRequest


@readers
@require_http_methods(["GET", "HEAD", "POST"])
def would_meet(request: PortalRequest, slug: str) -> HttpResponse:
    """A piece of the pages on which an agreement is read and written. Nothing is saved."""
    agreement = visible(request, slug)
    terms = timeline(agreement)
    criteria = _written(request) if request.method == "POST" else _kept(request, agreement)
    month = Period.of(terms.day_of(request.now)).previous()
    context: dict[str, Any] = {"criteria": criteria, "month": month}
    if criteria:
        found = would_have_met(agreement, criteria, month, terms.zone)
        ways = zip(map(criterion_text, criteria), found.failing, found.unknown, strict=True)
        context |= {"found": found, "ways": [way for way in ways if way[1]]}
    return TemplateResponse(request, "leads/would_meet.html", context)


def _kept(request: PortalRequest, agreement: Agreement) -> Sequence[Criterion]:
    """Of the version asked for, else of the one in force."""
    asked = readable(agreement, request.user, request.access).filter(pk=whole(request.GET.get("version", "")) or 0)
    if (version := asked.first()) is not None:
        return CRITERIA.from_stored(version.groups.get(CRITERIA.key, ()))
    terms = timeline(agreement)
    return terms.on(terms.day_of(request.now)).criteria


def _written(request: PortalRequest) -> Sequence[Criterion] | None:
    """None as long as one of them makes no sense yet."""
    part = group_part(CRITERIA, request.POST, ())
    if not part.is_valid():
        return None
    filled = [row.values() for row in part.forms if row.has_changed() and not row.cleaned_data.get("DELETE")]
    try:
        return [Criterion.model_validate(row) for row in filled]
    except ValidationError:
        return None
