"""Logging a lead, and what is known of the person while somebody types."""

from typing import Any

from django.contrib.messages import INFO
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from agreements.models import Agreement
from leads.doors.asking import ExternalIdTaken
from leads.doors.form import SamePerson, WhoItIs, log, recognised, shown
from leads.doors.words_in_use import words_in_use
from leads.models import Inquiry, Lead
from leads.pages.handoff.handing_over import say_handed_over
from leads.pages.handoff.questions import NewOutside
from leads.pages.lead.form import LeadForm
from leads.persons.known import known_leads
from leads.persons.spelling import keys
from leads.work.handoffs import NotInForce, hand_over_many
from smarketing.accounts.access import marketers
from smarketing.lib.notices import say
from smarketing.lib.numbers import whole
from smarketing.lib.places import country, country_of_zone
from smarketing.lib.request import PortalRequest
from smarketing.lib.words import key

HAND_OVER, OTHER = "hand_over", "other"
TYPED = ("email", "phone", "name", "company")


@marketers
def new(request: PortalRequest) -> HttpResponse:
    at = request.now
    agreements = Agreement.objects.marketed_by(request.access)
    form = LeadForm(request.POST or None, initial=kept(request), agreements=agreements, at=at)
    known: list[Lead] = []
    outside: NewOutside | None = None
    if request.method == "POST" and form.is_valid():
        lead, who = form.save(commit=False), who_it_is(request)
        source, then = new_source(lead), request.POST.get("then")
        try:
            is_known = recognised(lead, who).certain is not None
            outside = NewOutside(lead, at, request.POST) if then == HAND_OVER and not is_known else None
            if outside is None or outside.is_answered():
                done = log(lead, by=request.user, at=at, who=who)
                if done.inquiry is not None:
                    return asked_again(request, done.inquiry)
                return logged(request, lead, source, outside.answers() if outside else {})
        except SamePerson as reason:
            known = reason.known
        except ExternalIdTaken as reason:
            form.add_error("external_id", str(reason))
        except NotInForce as reason:
            form.refuse_agreement(str(reason))
    context = {"form": form, "known": known, "outside": outside, "now": at, "has_agreements": agreements.exists()}
    return TemplateResponse(request, "leads/new.html", context, status=422 if request.method == "POST" else 200)


@marketers
@require_POST
def known(request: PortalRequest) -> HttpResponse:
    """While somebody types: leads of the chosen agreement that this person may see, and nothing of any other."""
    context: dict[str, Any] = {"now": request.now}
    number = whole(request.POST.get("agreement", ""))
    agreement = Agreement.objects.marketed_by(request.access).filter(pk=number or 0).first()
    if agreement is not None:
        typed = {name: request.POST.get(name, "")[:254].strip() for name in TYPED}
        own = country(request.POST.get("country", "")[:100]) or country_of_zone(agreement.time_zone)
        (found,) = known_leads(agreement.pk, [keys(**typed, country=own)])
        certain = shown([found.certain]) if found.certain else []
        context |= {"certain": certain, "likely": [] if certain else shown(found.likely)}
    return TemplateResponse(request, "leads/new.html#known", context)


def who_it_is(request: PortalRequest) -> WhoItIs:
    """What was chosen among the leads that the form has told of."""
    told = [pk for pk in map(whole, request.POST.getlist("known")) if pk is not None]
    chosen = request.POST.get("same", "")
    return WhoItIs(whole(chosen), frozenset(told) if chosen == OTHER else frozenset())


def asked_again(request: PortalRequest, asked: Inquiry) -> HttpResponse:
    """The lead is there already, and asks again."""
    lead = asked.lead
    say(
        request,
        gettext("%(lead)s is known already: your entry is kept here as an inquiry.") % {"lead": lead},
        level=INFO,
    )
    if request.POST.get("then") == HAND_OVER:
        say_handed_over(request, hand_over_many([lead], by=request.user, at=request.now))
    return redirect(lead)


def kept(request: PortalRequest) -> dict[str, str]:
    """What the next of many leads has in common with the one before."""
    return {name: request.GET[name] for name in ("agreement", "source", "tier") if name in request.GET}


def new_source(lead: Lead) -> str:
    """The lead's source, where no lead of the agreement had it before: it may be a slip of the fingers."""
    known = {key(word) for word in words_in_use([lead.agreement]).sources}
    return "" if key(lead.source) in known else lead.source


def logged(request: PortalRequest, lead: Lead, source: str, answers: dict[str, Any]) -> HttpResponse:
    """`source`: the one that is new with it. `answers`: why it is handed over outside the criteria."""
    response = _logged(request, lead, answers)
    if source:
        say(request, gettext("New source: %(source)s.") % {"source": source}, level=INFO)
    return response


def _logged(request: PortalRequest, lead: Lead, answers: dict[str, Any]) -> HttpResponse:
    then = request.POST.get("then", "")
    if then == HAND_OVER:
        say_handed_over(request, hand_over_many([lead], by=request.user, at=request.now, **answers))
        return redirect(lead)
    say(request, gettext("%(lead)s is saved.") % {"lead": lead})
    if then == "another":
        same = {"agreement": lead.agreement_id, "source": lead.source, "tier": lead.tier}
        return redirect(reverse("leads:new", query=same))
    return redirect(lead)
