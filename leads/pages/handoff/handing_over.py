"""What passes between marketing and sales: hand over, take back, assign, accept, return."""

from collections import defaultdict
from collections.abc import Sequence

from django.contrib.messages import ERROR, INFO, WARNING
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from leads.models import Handoff, Lead
from leads.ownership import check_give
from leads.pages.answers import back, done, row_again, tell
from leads.pages.fetch import (
    has_several,
    ids,
    marketed_handoffs,
    marketed_leads,
    sold_handoff,
    taken_back_from,
    undo_url,
)
from leads.pages.handoff.forms import AssignForm, ReturnForm
from leads.pages.handoff.questions import Questions, next_questions
from leads.pages.lead.detail import lead_page
from leads.refusals import Refused
from leads.work import assigning, handoffs
from leads.work.handoffs import HandedOver
from smarketing.accounts.access import marketers, reps
from smarketing.accounts.sent_forms import shown_again_by
from smarketing.lib.going_on import next_url
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest

MOST_NAMES = 5


@marketers
@require_POST
def hand_over(request: PortalRequest) -> HttpResponse:
    """One lead from its page, or many from the list. Nothing is handed over before what is asked is answered."""
    goes_to = next_url(request, reverse("leads:list"))
    if "lead" not in request.POST:
        say(request, gettext("Tick the leads that are to be handed over."), level=WARNING)
        return redirect(goes_to)
    pks = ids(request, "lead")
    leads = marketed_leads(request, pks)
    asked = Questions(leads, request.now, request.POST)
    if not asked.are_sound():
        return _asked(request, asked, leads, goes_to)
    if asked.left:
        asked.fill(by=request.user, at=request.now)
        leads = marketed_leads(request, pks)
        asked = next_questions(asked, leads, request.now)
        if asked.prospects:
            return _asked(request, asked, leads, goes_to)
    if not asked.are_answered():
        return _asked(request, asked, leads, goes_to)
    with transaction.atomic():
        asked.fill(by=request.user, at=request.now)
        answer = handoffs.hand_over_many(leads, by=request.user, at=request.now, **asked.answers())
    say_handed_over(request, answer, goes_to)
    return redirect(goes_to)


def _asked(request: PortalRequest, asked: Questions, leads: Sequence[Lead], goes_to: str) -> HttpResponse:
    context = {"asked": asked, "leads": leads, "goes_to": goes_to, "has_several": has_several(request)}
    return TemplateResponse(request, "leads/hand_over.html", context, status=422)


def say_handed_over(request: PortalRequest, answer: HandedOver, goes_to: str = "") -> None:
    if answer.handoffs:
        goes_to = goes_to or answer.handoffs[0].lead.get_absolute_url()
        undo = undo_url("leads:take_back", handoff=[made.pk for made in answer.handoffs], next=goes_to)
        text = _handed_over(answer.handoffs)
        if answer.again:
            text = f"{text} {gettext('%(count)d of them again after a return.') % {'count': answer.again}}"
        if answer.nobody_free:
            stays = ngettext(
                "Nobody is free for %(count)d of them: it waits in the pool.",
                "Nobody is free for %(count)d of them: they wait in the pool.",
                answer.nobody_free,
            )
            text = f"{text} {stays % {'count': answer.nobody_free}}"
        say(request, text, undo=undo)
    say_refused(request, answer.refused)


def _handed_over(made: Sequence[Handoff]) -> str:
    count = len(made)
    if count == 1:
        return gettext("%(lead)s is handed over to sales.") % {"lead": made[0].lead}
    text = ngettext("%(count)d lead is handed over to sales.", "%(count)d leads are handed over to sales.", count)
    return text % {"count": count}


def say_refused(request: PortalRequest, refused: list[tuple[Lead, Refused]]) -> None:
    """Each reason once, with the names of whom it holds up."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for lead, reason in refused:
        by_reason[str(reason)].append(str(lead))
    for words, names in by_reason.items():
        more = len(names) - MOST_NAMES
        shown = ", ".join(names[:MOST_NAMES]) + (gettext(" and %(count)d more") % {"count": more} if more > 0 else "")
        say(request, f"{words} ({shown})", level=ERROR)


@marketers
@require_POST
def take_back(request: PortalRequest) -> HttpResponse:
    goes_to = next_url(request, reverse("leads:list"))
    taken = 0
    refused: list[tuple[Lead, Refused]] = []
    pks = ids(request, "handoff")
    if taken_back_from(request, pks) is not None:
        say(request, gettext("That had already been taken back."), level=INFO)
        return redirect(goes_to)
    for made in marketed_handoffs(request, pks):
        try:
            handoffs.take_back(made, by=request.user, at=request.now)
            taken += 1
        except Refused as reason:
            refused.append((made.lead, reason))
    if taken:
        text = ngettext("%(count)d handoff is taken back.", "%(count)d handoffs are taken back.", taken)
        say(request, text % {"count": taken})
    say_refused(request, refused)
    return redirect(goes_to)


@reps
@require_POST
def assign(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = sold_handoff(request, pk)
    form = AssignForm(request.POST, handoff=handoff)
    if not form.is_valid():
        say(request, gettext("This person is not in the sales team of the agreement."), level=ERROR)
        return back(request, handoff)
    rep, by = form.cleaned_data["rep"], request.user
    check_give(request.access, handoff, rep=rep, by=by)
    names = {"lead": handoff.lead, "rep": rep.name if rep else ""}
    words = gettext("%(lead)s is with %(rep)s now.") if rep else gettext("%(lead)s is with nobody now.")
    seen = request.POST.get("holder")
    tell(request, lambda: assigning.assign(handoff, rep=rep, by=by, at=request.now, seen=seen), words % names)
    return back(request, handoff)


@reps
@require_POST
@shown_again_by(row_again)
def accept(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = sold_handoff(request, pk)
    undo = undo_to("leads:unaccept", request, handoff)
    return done(request, handoff, handoffs.accept, gettext("%(lead)s is accepted."), undo=undo)


@reps
@require_POST
def unaccept(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = sold_handoff(request, pk)
    return done(request, handoff, handoffs.unaccept, gettext("%(lead)s is no longer accepted."))


@reps
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = sold_handoff(request, pk)
    if request.method != "POST":
        return redirect(handoff.lead)
    form = ReturnForm(request.POST, handoff=handoff)
    if form.is_valid():
        try:
            handoffs.send_back(handoff, **form.cleaned_data, by=request.user, at=request.now)
        except Refused as reason:
            form.refuse(reason)
        else:
            text = gettext("%(lead)s is returned to marketing.") % {"lead": handoff.lead}
            say(request, text, undo=undo_to("leads:undo_return", request, handoff))
            return back(request, handoff)
    return lead_page(request, handoff.lead, return_form=form)


@reps
@require_POST
def undo_return(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = sold_handoff(request, pk)
    return done(request, handoff, handoffs.undo_return, gettext("%(lead)s is back in work."))


def undo_to(view: str, request: PortalRequest, handoff: Handoff) -> str:
    return undo_url(view, handoff.pk, next=next_url(request, handoff.lead.get_absolute_url()))
