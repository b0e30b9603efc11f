"""Inviting somebody, and the page behind the link."""

from collections.abc import Callable

from django.contrib.messages import ERROR
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from smarketing.accounts import invitations
from smarketing.accounts.access import anyone, staff_leads
from smarketing.accounts.invitations import InvitationOver, has_mail_server, invitations_of
from smarketing.accounts.models import Invitation, Role
from smarketing.accounts.people import PeopleRefused
from smarketing.accounts.tasks import mail
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest
from smarketing.roof.people.forms import InviteForm, JoinForm


@staff_leads
def invite(request: PortalRequest) -> HttpResponse:
    if request.access.organisation:  # what is said of an address tells whether somebody of the house has it
        raise PermissionDenied
    form = InviteForm(request.POST or None, access=request.access)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            invitation = invitations.invite(
                email=asked["email"],
                name=asked["name"],
                team=asked["team"],
                role=Role(asked["role"]),
                is_administrator=asked.get("is_administrator", False),
                language=get_language()[:2],
                origin=request.build_absolute_uri("/"),
                by=request.user,
                at=request.now,
            )
        except PeopleRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _on_its_way(request, invitation)
    context = {"form": form, "has_mail_server": has_mail_server()}
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "people/invite.html", context, status=status)


def _on_its_way(request: PortalRequest, invitation: Invitation) -> HttpResponse:
    transaction.on_commit(mail.delay, robust=True)
    if has_mail_server():
        text = gettext("%(name)s gets a letter at %(email)s.")
    elif request.access.is_administrator:
        text = gettext("%(name)s is invited. No mail server is set up: hand over the link below.")
    else:
        text = gettext("%(name)s is invited. No mail server is set up: ask an administrator to hand over the link.")
    say(request, text % {"name": invitation.name, "email": invitation.email})
    return redirect("people:list")


@staff_leads
@require_POST
def send_again(request: PortalRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(invitations_of(request.access), pk=pk)
    return _changed(request, invitation, invitations.send_again) or _on_its_way(request, invitation)


@staff_leads
@require_POST
def withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(invitations_of(request.access), pk=pk)
    if answer := _changed(request, invitation, invitations.withdraw):
        return answer
    say(request, gettext("The invitation of %(name)s is withdrawn.") % {"name": invitation.name})
    return redirect("people:list")


def _changed(request: PortalRequest, invitation: Invitation, action: Callable[..., None]) -> HttpResponse | None:
    try:
        action(invitation, by=request.user, at=request.now)
    except PeopleRefused as refusal:
        say(request, str(refusal), level=ERROR)
        return redirect("people:list")
    return None


@anyone
@never_cache
def join(request: PortalRequest, token: str) -> HttpResponse:
    """The person chooses a password, and signs in with it."""
    try:
        invitation = invitations.invited(token, at=request.now)
        form = JoinForm(request.POST or None, email=invitation.email, name=invitation.name)
        if request.method == "POST" and form.is_valid():
            asked = form.cleaned_data
            invitations.join(invitation, name=asked["name"], password=asked["password1"], at=request.now)
            say(request, gettext("Your account is ready: sign in with your address and password."))
            return redirect("account_login")
    except InvitationOver as refusal:
        return TemplateResponse(request, "people/invitation_over.html", {"text": str(refusal)}, status=410)
    context = {"form": form, "invitation": invitation}
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "people/join.html", context, status=status)
