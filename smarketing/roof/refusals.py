"""What a refusal says at the address of a record: to who may not know of its agreement, that nothing is there."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.views.defaults import page_not_found, permission_denied

from agreements.models import Agreement
from leads.models import (
    Absence,
    ApiToken,
    AssignmentRule,
    Attempt,
    Clock,
    Comment,
    Handoff,
    ImportRun,
    InHook,
    Lead,
    Merge,
    OutDelivery,
    OutHook,
)
from reports.models import ReviewDecision
from smarketing.accounts.rights import Verb
from smarketing.lib.request import PortalRequest

# By the beginning of the address: the records that are named by their number, and the paths to their agreements.
NUMBERED: dict[str, tuple[QuerySet, tuple[str, ...]]] = {  # type: ignore[type-arg]
    "leads/imports/": (ImportRun.objects.all(), ("agreement__",)),
    "leads/handoffs/": (Handoff.objects.all(), ("agreement__",)),
    "leads/attempts/": (Attempt.objects.all(), ("lead__agreement__", "lead__handoffs__agreement__")),
    "leads/comments/": (Comment.objects.all(), ("lead__agreement__", "lead__handoffs__agreement__")),
    "leads/clocks/": (Clock.objects.all(), ("lead__agreement__", "handoff__agreement__")),
    "leads/merges/": (Merge.objects.all(), ("kept__agreement__", "kept__handoffs__agreement__")),
    "leads/tokens/": (ApiToken.objects.all(), ("agreements__",)),
    "leads/hooks/": (InHook.objects.all(), ("token__agreements__",)),
    "leads/assignment/rules/": (AssignmentRule.objects.all(), ("agreement__",)),
    "leads/absences/": (Absence.objects.all(), ()),  # of a person
    "leads/told/deliveries/": (OutDelivery.objects.all(), ("hook__agreement__",)),
    "leads/told/": (OutHook.objects.all(), ("agreement__",)),
    "leads/": (Lead.objects.all(), ("agreement__", "handoffs__agreement__")),
    "reports/decisions/": (ReviewDecision.objects.all(), ("meeting__agreement__",)),
}


def refused(request: PortalRequest, exception: PermissionDenied) -> HttpResponse:
    """The guards look at the role only, and before any record: here the record is looked at, too."""
    if _is_foreign(request):
        return page_not_found(request, Http404())
    return permission_denied(request, exception)


def _is_foreign(request: PortalRequest) -> bool:
    match = request.resolver_match
    if match is None or not hasattr(request, "access"):
        return False
    if "slug" in match.kwargs:
        return not Agreement.every.visible_to(request.access).filter(slug=match.kwargs["slug"]).exists()
    found = next((pair for start, pair in NUMBERED.items() if match.route.startswith(start)), None)
    if found is None or not found[1] or "pk" not in match.kwargs:
        return False
    rows, paths = found
    own = (rows.filter(request.access.where(Verb.READ, path), pk=match.kwargs["pk"]) for path in paths)
    return not any(each.exists() for each in own)
