"""Commenting on a lead on its page, and withdrawing what one wrote."""

from django.contrib.messages import INFO
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from leads.models import Comment, Lead
from leads.pages.fetch import seen_lead, undo_url
from leads.pages.handoff.forms import CommentForm
from leads.pages.lead.detail import lead_page
from leads.work import commenting
from smarketing.accounts.access import practitioners
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest


@practitioners
@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: PortalRequest, pk: int) -> HttpResponse:
    lead = seen_lead(request, pk)
    request.access.check(Verb.SEE, lead.agreement)
    if request.method != "POST":
        return redirect(f"{lead.get_absolute_url()}#comment")
    form = CommentForm(request.POST)
    if not form.is_valid():
        return lead_page(request, lead, comment_form=form)
    made = commenting.comment(lead, form.cleaned_data["text"], by=request.user, at=request.now)
    say(request, gettext("The comment is in the history."), undo=undo_url("leads:withdraw_comment", made.pk))
    return redirect(lead)


@practitioners
@require_POST
def withdraw_comment(request: PortalRequest, pk: int) -> HttpResponse:
    seen = Comment.objects.filter(lead__in=Lead.objects.visible_to(request.access))
    made = get_object_or_404(seen.select_related("lead"), pk=pk)
    if made.by != request.user:
        raise PermissionDenied(gettext("A comment is withdrawn by who wrote it."))
    if commenting.withdraw_comment(made, by=request.user, at=request.now):
        say(request, gettext("The comment is withdrawn."))
    else:
        say(request, gettext("This comment has already been withdrawn."), level=INFO)
    return redirect(made.lead)
