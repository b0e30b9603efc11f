"""Outgoing web hooks: made with a secret shown once, seen with what was told, tried, stopped."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leads.doors.api.tokens import allowed
from leads.doors.telling import keeping
from leads.enums import News
from leads.models import OutDelivery, OutHook
from leads.pages.integrations.told_form import PROBLEMS, OutHookForm
from smarketing.accounts.access import integrators
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest

MADE = "made_told"
SHOWN = 100


@dataclass(frozen=True)
class Told:
    """One delivery, and how it stands in words."""

    delivery: OutDelivery
    outcome: str
    may_be_sent_again: bool


@integrators
def told(request: PortalRequest) -> HttpResponse:
    form = OutHookForm(request.POST or None, access=request.access)
    if request.method == "POST" and form.is_valid():
        hook = keeping.make_out_hook(**form.cleaned_data, by=request.user, at=request.now)
        return _shown(request, hook)
    waiting = Count("deliveries", filter=Q(deliveries__next_at__isnull=False, deliveries__tries__gt=0))
    hooks = keeping.told_of(request.access).annotate(last_taken_at=Max("deliveries__taken_at"), failing=waiting)
    context = {"form": form, "hooks": hooks, "now": request.now}
    return TemplateResponse(request, "leads/told.html", context, status=422 if request.method == "POST" else 200)


def _shown(request: PortalRequest, hook: OutHook) -> HttpResponse:
    """The page that follows shows the secret, and no later one does."""
    request.session[MADE] = hook.pk
    return redirect("leads:told_one", hook.pk)


@integrators
@require_safe
def told_one(request: PortalRequest, pk: int) -> HttpResponse:
    hook = _hook(request, pk)
    is_made = request.session.get(MADE) == hook.pk
    if is_made:
        del request.session[MADE]
    context: dict[str, Any] = {
        "hook": hook,
        "may_change": allowed(keeping.check_told, request.access, hook),
        "news": [News(kind).label for kind in hook.news],
        "shown": keeping.signing_secret(hook) if is_made else "",
        "deliveries": [_as_told(one, hook) for one in hook.deliveries.all()[:SHOWN]],
        "now": request.now,
    }
    return TemplateResponse(request, "leads/told_one.html", context)


def _as_told(delivery: OutDelivery, hook: OutHook) -> Told:
    answer = str(delivery.status) if delivery.status else str(PROBLEMS.get(delivery.problem, ""))
    is_ended = delivery.next_at is None
    if delivery.taken_at:
        outcome = _("taken (%(status)s)") % {"status": delivery.status}
    elif delivery.tries == 0:
        outcome = _("not sent yet")
    elif is_ended:
        outcome = _("given up: %(answer)s") % {"answer": answer}
    else:
        outcome = _("not taken: %(answer)s") % {"answer": answer}
    return Told(delivery, outcome, is_ended and delivery.tries > 0 and hook.stopped_at is None)


def _hook(request: PortalRequest, pk: int) -> OutHook:
    found: OutHook = get_object_or_404(keeping.told_of(request.access), pk=pk)
    return found


@integrators
@require_POST
def told_secret(request: PortalRequest, pk: int) -> HttpResponse:
    hook = _hook(request, pk)
    keeping.check_told(request.access, hook)
    keeping.change_secret(hook, at=request.now)
    return _shown(request, hook)


@integrators
@require_POST
def told_stop(request: PortalRequest, pk: int) -> HttpResponse:
    hook = _hook(request, pk)
    keeping.check_told(request.access, hook)
    if keeping.stop(hook, at=request.now):
        say(request, _("“%(name)s” is told nothing any more.") % {"name": hook})
    return redirect("leads:told")


@integrators
@require_POST
def told_test(request: PortalRequest, pk: int) -> HttpResponse:
    hook = _hook(request, pk)
    keeping.check_told(request.access, hook)
    if hook.stopped_at is None:
        keeping.send_test(hook, at=request.now)
        say(request, _("The test is sent within half a minute."))
    return redirect("leads:told_one", hook.pk)


@integrators
@require_POST
def tell_again(request: PortalRequest, pk: int) -> HttpResponse:
    own = OutDelivery.objects.filter(hook__in=keeping.told_of(request.access))
    delivery: OutDelivery = get_object_or_404(own, pk=pk)
    keeping.check_told(request.access, delivery.hook)
    if keeping.send_again(delivery, at=request.now):
        say(request, _("It is sent again within half a minute."))
    return redirect("leads:told_one", delivery.hook_id)
