"""Web hooks of other systems: made with a secret that is shown once, seen with their last calls, changed, shut."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leads.doors.api.tokens import allowed, revoke
from leads.doors.hooks.keeping import SHOWN, check_hook, hooks_of, make_hook, renew_secret, secret_of
from leads.enums import HookKind
from leads.models import InHook, WaitingRow
from leads.pages.integrations.hook_form import HookForm
from smarketing.accounts.access import integrators
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest

MADE = "made_hook"


@integrators
def hooks(request: PortalRequest) -> HttpResponse:
    form = HookForm(request.POST or None, access=request.access)
    if request.method == "POST" and form.is_valid():
        hook = make_hook(**form.cleaned_data, by=request.user, at=request.now)
        return _shown(request, hook)
    found = [(hook, hook.token.is_valid(request.now)) for hook in hooks_of(request.access)]
    context = {"form": form, "hooks": found, "now": request.now}
    return TemplateResponse(request, "leads/hooks.html", context, status=422 if request.method == "POST" else 200)


def _shown(request: PortalRequest, hook: InHook) -> HttpResponse:
    """The page that follows shows the secret, and no later one does."""
    request.session[MADE] = hook.pk
    return redirect("leads:hook", hook.pk)


@integrators
@require_safe
def hook(request: PortalRequest, pk: int) -> HttpResponse:
    one = _hook(request, pk)
    is_made = request.session.get(MADE) == one.pk
    if is_made:
        del request.session[MADE]
    waiting = WaitingRow.objects.filter(token=one.token).order_by("-pk")
    context: dict[str, Any] = {
        "hook": one,
        "agreement": one.token.agreements.get(),
        "is_valid": one.token.is_valid(request.now),
        "shown": secret_of(one) if is_made else "",
        "address": request.build_absolute_uri(reverse("api:hook", args=[one.address])),
        "may_change": allowed(check_hook, request.access, one),
        "is_google": one.kind == HookKind.GOOGLE,
        "is_telephone": one.kind == HookKind.CALLS,
        "calls": one.calls.all()[:SHOWN],
        "waiting": [_waits(row) for row in waiting[:SHOWN]],
        "waiting_count": waiting.count(),
        "now": request.now,
    }
    return TemplateResponse(request, "leads/hook.html", context)


def _waits(row: WaitingRow) -> str:
    """Whom the row means: the name by which it waits, without what it is."""
    return row.external_id.removeprefix("tel:").removeprefix("mailto:") or _("no number")


def _hook(request: PortalRequest, pk: int) -> InHook:
    found: InHook = get_object_or_404(hooks_of(request.access), pk=pk)
    return found


@integrators
@require_POST
def new_secret(request: PortalRequest, pk: int) -> HttpResponse:
    one = _hook(request, pk)
    check_hook(request.access, one)
    renew_secret(one, at=request.now)
    return _shown(request, one)


@integrators
@require_POST
def shut_hook(request: PortalRequest, pk: int) -> HttpResponse:
    one = _hook(request, pk)
    check_hook(request.access, one)
    if revoke(one.token, by=request.user, at=request.now):
        say(request, _("“%(name)s” is shut.") % {"name": one})
    return redirect("leads:hooks")
