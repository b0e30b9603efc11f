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
from smarketing.accounts.rights import Verb

MOST = 7


@dataclass(frozen=True)
class Place:
    url: str
    label: str | Promise
    count_url: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class PlaceRule:
    view: str
    label: str | Promise
    may: Callable[[Access], bool]
    count: str = ""
    counted_for: Verb = Verb.READ
    within: frozenset[str] = frozenset()  # views that belong here although their address says otherwise


def may(verb: Verb) -> Callable[[Access], bool]:
    return lambda access: verb in access.verbs


# In the order in which they are shown; the first seven that a person may see.
ENTRIES = (
    PlaceRule(
        "leads:queue",
        pgettext_lazy("place", "Queue"),
        lambda access: Verb.FOLLOW_UP in access.own_verbs,
        count="leads:inquiry_count",
        counted_for=Verb.FOLLOW_UP,
        within=frozenset(
            f"leads:{name}"
            for name in ("inquiries", "absences", "desks", "desk", "rule", "new_rule", "seat", "fairness")
        ),
    ),
    PlaceRule(
        "leads:list",
        pgettext_lazy("place", "Leads"),
        may(Verb.SEE),
        count="leads:excuse_count",
        counted_for=Verb.APPROVE,
    ),
    PlaceRule(
        "leads:escalations",
        pgettext_lazy("place", "Escalations"),
        may(Verb.ASSIGN),
        count="leads:escalation_count",
    ),
    PlaceRule("reports:home", pgettext_lazy("place", "Reports"), may(Verb.READ)),
    PlaceRule(
        "reports:scorecards",
        pgettext_lazy("place", "Scorecard"),
        may(Verb.READ),
        within=frozenset({"reports:scorecard"}),
    ),
    PlaceRule(
        "agreements:list",
        pgettext_lazy("place", "Agreements"),
        may(Verb.READ),
        count="agreements:waiting_count",
    ),
    PlaceRule("people:list", _("People"), may(Verb.STAFF)),
    PlaceRule("leads:imports", pgettext_lazy("place", "Imports"), may(Verb.MARKET)),
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
    return [Place(url, rule.label, _count_url(rule, access), url == here) for url, rule in shown]


def _count_url(rule: PlaceRule, access: Access) -> str:
    return reverse(rule.count) if rule.count and rule.counted_for in access.verbs else ""


def present(request: HttpRequest, shown: list[tuple[str, PlaceRule]]) -> str:
    view = request.resolver_match.view_name if request.resolver_match else ""
    named = [url for url, entry in shown if view in entry.within]
    return max(named or [url for url, _entry in shown if request.path.startswith(url)], key=len, default="")
