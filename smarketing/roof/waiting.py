"""What missed goals ask of a person: what is owed, and the root-cause sheets that nobody has written yet."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, ngettext

from reports.enums import OwedState
from reports.models import JudgedObjective
from reports.pages.scorecard import label_of
from reports.pages.strike_words import owed_text
from reports.strikes.record import sheets_to_write, unsettled
from smarketing.accounts.access import Access
from smarketing.lib.periods import Period
from smarketing.lib.spoken import period_name

HOMES = ("leads:queue", "reports:volume", "reports:scorecards")
OF_ONE = ("agreements:detail",)
MOST = 5
Line = tuple[str, str]  # what it says, and where it leads


def waiting(request: HttpRequest) -> dict[str, Any]:
    """For every template; asked for on the home pages and on the page of an agreement."""
    access, match = getattr(request, "access", None), request.resolver_match
    if access is None or match is None or match.view_name not in HOMES + OF_ONE:
        return {}
    slug = match.kwargs["slug"] if match.view_name in OF_ONE else ""
    return {"strike_lines": SimpleLazyObject(lambda: lines(access, slug))}


def lines(access: Access, slug: str = "") -> list[Line]:
    """Of one agreement all that is owed in it, on a home page what the own sides owe and are owed."""
    return [*_owed(access, slug), *([] if slug else _sheets(sheets_to_write(access)))]


def _owed(access: Access, slug: str) -> Iterator[Line]:
    for owed in unsettled(access, slug):
        state = gettext("to be given") if owed.state == OwedState.OPEN else gettext("given: to be confirmed")
        said = {"agreement": owed.agreement.name, "what": owed_text(owed), "state": state}
        address = reverse("reports:strikes", args=[owed.agreement.slug], query={"period": Period(owed.month).label})
        yield gettext("%(agreement)s: %(what)s (%(state)s)") % said, f"{address}#owed-{owed.pk}"


def _sheets(misses: list[JudgedObjective]) -> Iterator[Line]:
    for own in misses[:MOST]:
        agreement = own.judged.agreement
        said = {"agreement": agreement.name, "what": label_of(own), "month": period_name(Period(own.judged.month))}
        text = gettext("%(agreement)s: say why this was missed in %(month)s: %(what)s") % said
        yield text, reverse("reports:root_cause", args=[agreement.slug, own.pk])
    if more := misses[MOST:]:
        text = ngettext("%(n)s more root-cause sheet", "%(n)s more root-cause sheets", len(more)) % {"n": len(more)}
        yield text, reverse("reports:strikes", args=[more[0].judged.agreement.slug])
