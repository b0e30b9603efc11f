"""Tokens with which programs come in: made and shown once, seen with their last use, revoked."""

from secrets import token_urlsafe
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.doors.api.tokens import allowed, check_make, check_revoke, make_token, revoke, text_of, tokens_of
from leads.models import ApiToken
from leads.pages.integrations.token_form import TokenForm
from smarketing.accounts.access import integrators
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest

MADE = "made_token"


@integrators
def tokens(request: PortalRequest) -> HttpResponse:
    """A new token is shown by the page that follows, once: the session keeps what it is made from until then."""
    form = TokenForm(request.POST or None, access=request.access, at=request.now)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        check_make(request.access, said["scopes"], said["agreements"])
        seed = token_urlsafe(32)
        row, _text = make_token(
            said["name"],
            said["scopes"],
            said["agreements"],
            by=request.user,
            at=request.now,
            expires_at=form.expires_at,
            seed=seed,
        )
        request.session[MADE] = [row.pk, seed]
        return redirect("leads:tokens")
    if request.method == "POST":
        return _page(request, form, status=422)
    return _page(request, form, **_made(request))


def _made(request: PortalRequest) -> dict[str, Any]:
    pk, seed = request.session.pop(MADE, None) or (0, "")
    token = tokens_of(request.access).filter(pk=pk).first()
    return {"made": token, "shown": text_of(token, seed)} if token else {}


def _page(request: PortalRequest, form: TokenForm, *, status: int = 200, **more: Any) -> HttpResponse:
    found = [
        (token, token.is_valid(request.now), not token.revoked_at and allowed(check_revoke, request.access, token))
        for token in tokens_of(request.access).filter(hook=None)
    ]
    context = {"form": form, "tokens": found, "now": request.now, **more}
    return TemplateResponse(request, "leads/tokens.html", context, status=status)


@integrators
@require_POST
def revoke_token(request: PortalRequest, pk: int) -> HttpResponse:
    token: ApiToken = get_object_or_404(tokens_of(request.access), pk=pk)
    check_revoke(request.access, token)
    if revoke(token, by=request.user, at=request.now):
        say(request, _("“%(name)s” opens nothing any more.") % {"name": token})
    return redirect("leads:tokens")
