"""Excusing a breach: one side asks, the other approves or declines, and sees on one page what waits for its answer."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.clock.explanation import lines, name_of
from leads.models import Clock
from leads.ownership import check_approve, check_drop
from leads.pages.answers import tell
from leads.pages.fetch import seen_clock, seen_lead
from leads.pages.handoff.forms import ExcuseForm
from leads.pages.lead.detail import lead_page
from leads.refusals import Refused
from leads.work import excusing
from smarketing.accounts.access import approvers, excusers
from smarketing.accounts.rights import Verb
from smarketing.lib.going_on import next_url
from smarketing.lib.notices import say
from smarketing.lib.paging import kept_instant, page_of
from smarketing.lib.request import PortalRequest


@approvers
@require_safe
def excuses(request: PortalRequest) -> HttpResponse:
    at = kept_instant(request)
    asked = Clock.objects.excuses_to_answer(request.access, request.user)
    known = asked.select_related("lead", "lead__agreement", "handoff__agreement", "excuse_asked_by")
    page = page_of(known, ("excuse_asked_at", "id"), request.GET, at=at)
    rows = [
        (name_of(clock), clock, clock.handoff.agreement if clock.handoff else clock.lead.agreement)
        for clock in page.rows
    ]
    return TemplateResponse(request, "leads/excuses.html", {"rows": rows, "page": page, "now": at})


@approvers
@require_safe
def excuse_count(request: PortalRequest) -> HttpResponse:
    count = Clock.objects.excuses_to_answer(request.access, request.user).count()
    return TemplateResponse(request, "leads/excuses.html#count", {"count": count})


@excusers
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: PortalRequest, pk: int) -> HttpResponse:
    lead = seen_lead(request, pk)
    if request.method != "POST":
        return redirect(lead)
    form = ExcuseForm(request.POST, lines=lines(lead, at=request.now))
    if form.is_valid():
        clock, reason = form.chosen.clock, form.cleaned_data["reason"]
        agreement = clock.handoff.agreement if clock.handoff else lead.agreement
        request.access.check(Verb.EXCUSE, agreement)
        side = next(iter(request.access.sides(Verb.EXCUSE, agreement)), "")
        try:
            excusing.ask(clock, reason=reason, side=side, by=request.user, at=request.now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            say(request, gettext("The excuse is asked for: the other side decides."))
            return redirect(next_url(request, lead.get_absolute_url()))
    return lead_page(request, lead, excuse_form=form)


@approvers
@require_POST
def approve(request: PortalRequest, pk: int) -> HttpResponse:
    clock, agreement = seen_clock(request, pk)
    check_approve(request.access, clock, agreement, by=request.user)
    done = gettext("The breach is excused: it counts neither as kept nor as missed.")
    tell(request, lambda: excusing.approve(clock, by=request.user, at=request.now), done)
    return redirect(next_url(request, clock.lead.get_absolute_url()))


@excusers
@require_POST
def drop(request: PortalRequest, pk: int) -> HttpResponse:
    clock, agreement = seen_clock(request, pk)
    check_drop(request.access, clock, agreement, by=request.user)
    done = gettext("The excuse no longer stands.")
    tell(request, lambda: excusing.drop(clock, by=request.user, at=request.now), done)
    return redirect(next_url(request, clock.lead.get_absolute_url()))
