"""Recording an attempt, in the queue or on the lead's page, and withdrawing one."""

from django.contrib.messages import INFO
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from leads.models import Attempt
from leads.pages.answers import back, here, queue_row, row_again, tell
from leads.pages.fetch import own_attempt, sold_handoff, undo_url, withdrawn_from
from leads.pages.handoff.forms import AttemptForm
from leads.pages.lead.detail import lead_page
from leads.refusals import Refused
from leads.work.attempts import record, withdraw
from smarketing.accounts.access import reps
from smarketing.accounts.sent_forms import shown_again_by
from smarketing.lib.going_on import next_url
from smarketing.lib.htmx import is_partial
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest


@reps
@require_http_methods(["GET", "HEAD", "POST"])
@shown_again_by(row_again)
def attempt(request: PortalRequest, pk: int) -> HttpResponse:
    """One click brings channel and result; the form behind "more" the rest."""
    handoff = sold_handoff(request, pk)
    if request.method != "POST":
        if not is_partial(request):
            return redirect(f"{handoff.lead.get_absolute_url()}#attempt")
        is_open = "close" not in request.GET
        return queue_row(request, handoff, form=AttemptForm(handoff=handoff) if is_open else None)
    form = AttemptForm(request.POST, handoff=handoff)
    if form.is_valid():
        try:
            made = record(handoff, **form.cleaned_data, by=request.user, at=request.now)
        except Refused as reason:
            form.refuse(reason)
        else:
            say_recorded(request, made)
            return back(request, handoff)
    if is_partial(request):
        return queue_row(request, handoff, form=form, status=422)
    return lead_page(request, handoff.lead, attempt_form=form)


def say_recorded(request: PortalRequest, made: Attempt) -> None:
    words = {"result": made.get_result_display(), "lead": made.lead}
    goes_to = next_url(request, here(request) if is_partial(request) else made.lead.get_absolute_url())
    text = gettext("“%(result)s” is recorded for %(lead)s.") % words
    say(request, text, undo=undo_url("leads:withdraw", made.pk, next=goes_to))


@reps
@require_POST
def withdraw_attempt(request: PortalRequest, pk: int) -> HttpResponse:
    lead = withdrawn_from(request, pk)
    if lead is not None:
        say(request, gettext("This attempt has already been withdrawn."), level=INFO)
        return redirect(next_url(request, lead.get_absolute_url()))
    made = own_attempt(request, pk)
    goes_to = next_url(request, made.lead.get_absolute_url())
    tell(
        request,
        lambda: withdraw(made, by=request.user, at=request.now),
        gettext("The attempt for %(lead)s is withdrawn.") % {"lead": made.lead},
    )
    return redirect(goes_to)
