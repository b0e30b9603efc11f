"""The places a person may go to, at most seven, by role."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from smarketing.accounts.access import Access

MOST = 7


@dataclass(frozen=True)
class Place:
    url: str
    label: str | Promise
    count_url: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Entry:
    view: str
    label: str | Promise
    may: Callable[[Access], bool]
    count: str = ""
    within: frozenset[str] = frozenset()  # views that belong here although their address says otherwise


# In the order in which they are shown; the first seven that a person may see.
ENTRIES = (
    Entry("leads:queue", pgettext_lazy("place", "Queue"), lambda access: bool(access.sales)),
    Entry("leads:list", pgettext_lazy("place", "Leads"), lambda access: access.may_see_leads),
    Entry(
        "leads:escalations",
        pgettext_lazy("place", "Escalations"),
        lambda access: access.leads_sales,
        count="leads:escalation_count",
    ),
    Entry("reports:home", pgettext_lazy("place", "Reports"), lambda access: access.may_read_figures),
    Entry(
        "reports:scorecards",
        pgettext_lazy("place", "Scorecard"),
        lambda access: access.may_read_figures,
        within=frozenset({"reports:scorecard"}),
    ),
    Entry("agreements:list", pgettext_lazy("place", "Agreements"), lambda access: access.may_read_figures),
    Entry("admin:index", _("People"), lambda access: access.is_administrator),
    Entry("leads:imports", pgettext_lazy("place", "Imports"), lambda access: access.may_log_leads),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Lazy: a page without places, as the error pages are, asks no database."""
    return {"places": SimpleLazyObject(lambda: places(request))}


def places(request: HttpRequest) -> list[Place]:
    access: Access | None = getattr(request, "access", None)
    if access is None:
        return []
    shown = [(reverse(entry.view), entry) for entry in ENTRIES if entry.may(access)][:MOST]
    here = present(request, shown)
    return [Place(url, entry.label, reverse(entry.count) if entry.count else "", url == here) for url, entry in shown]


def present(request: HttpRequest, shown: list[tuple[str, Entry]]) -> str:
    view = request.resolver_match.view_name if request.resolver_match else ""
    named = [url for url, entry in shown if view in entry.within]
    return max(named or [url for url, _entry in shown if request.path.startswith(url)], key=len, default="")
