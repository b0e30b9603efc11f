"""Closing a lead as won or lost, and reopening it."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from leads.enums import Verdict
from leads.pages.answers import back, done
from leads.pages.fetch import sold_handoff
from leads.pages.handoff.forms import LostForm, WonForm
from leads.pages.handoff.handing_over import undo_to
from leads.pages.lead.detail import lead_page
from leads.refusals import Refused
from leads.work import closing
from smarketing.accounts.access import reps
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest

FORMS: dict[str, type[WonForm] | type[LostForm]] = {Verdict.WON: WonForm, Verdict.LOST: LostForm}


@reps
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: PortalRequest, pk: int) -> HttpResponse:
    """Who asks for the address of a form that was refused is led to the lead."""
    handoff = sold_handoff(request, pk)
    if request.method != "POST":
        return redirect(handoff.lead)
    outcome = request.POST.get("outcome", "")
    if outcome not in FORMS:
        raise Http404
    form = FORMS[outcome](request.POST, handoff=handoff)
    if form.is_valid():
        try:
            closing.close(handoff, outcome=outcome, **form.cleaned_data, by=request.user, at=request.now)
        except Refused as reason:
            form.refuse(reason)
        else:
            text = gettext("%(lead)s is won.") if outcome == Verdict.WON else gettext("%(lead)s is lost.")
            say(request, text % {"lead": handoff.lead}, undo=undo_to("leads:reopen", request, handoff))
            return back(request, handoff)
    return lead_page(request, handoff.lead, **{f"{outcome}_form": form})


@reps
@require_POST
def reopen(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = sold_handoff(request, pk)
    return done(request, handoff, closing.reopen, gettext("%(lead)s is open again."))
