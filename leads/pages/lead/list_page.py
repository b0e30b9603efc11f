"""The list of leads, and logging a new one."""

from typing import Any

from django.contrib.messages import INFO
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agreements.models import Agreement
from leads.doors.form import ExternalIdTaken, SamePerson, log_lead
from leads.doors.words_in_use import words_in_use
from leads.models import Clock, Lead
from leads.pages.handoff.handing_over import say_handed_over
from leads.pages.handoff.questions import NewOutside
from leads.pages.lead.export import FORM, SHEET
from leads.pages.lead.filter import LeadFilter
from leads.pages.lead.form import LeadForm
from leads.pages.lead.rows import listed
from leads.pages.lead.sorting import MOST, heads_of
from leads.work.handoffs import hand_over_many
from smarketing.accounts.access import marketers, practitioners
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.numbers import whole
from smarketing.lib.paging import address, kept_instant, page_of
from smarketing.lib.request import PortalRequest
from smarketing.lib.words import key

HAND_OVER = "hand_over"


@practitioners
@require_safe
def lead_list(request: PortalRequest) -> HttpResponse:
    at, access = kept_instant(request), request.access
    asked = LeadFilter(request.GET, queryset=Lead.objects.visible_to(access), access=access, at=at)
    keys = asked.sorted.keys
    shown = asked.sorted.leads.select_related("agreement").defer("notes", "found_by")
    page = page_of(shown, keys, request.GET, at=at, count_text=asked.count_text)
    rows = listed(page.rows, access)
    may_hand_over = any(row.may_hand_over for row in rows)
    context = {
        "asked": asked,
        "page": page,
        "rows": rows,
        "heads": heads_of(request.GET, keys),
        "most_sorted": MOST,
        "may_hand_over": may_hand_over,
        "excuses": Clock.objects.excuses_to_answer(access, request.user).count() if Verb.APPROVE in access.verbs else 0,
        "export_url": f"{reverse('leads:export')}{address(request.GET)}",
        "sheet_url": f"{reverse('leads:export')}{address(request.GET, **{FORM: SHEET})}",
        "now": at,
    }
    return TemplateResponse(request, "leads/list.html", context)


@marketers
def new(request: PortalRequest) -> HttpResponse:
    at = request.now
    agreements = Agreement.objects.marketed_by(request.access)
    form = LeadForm(request.POST or None, initial=kept(request), agreements=agreements, at=at)
    known: list[Lead] = []
    outside: NewOutside | None = None
    if request.method == "POST" and form.is_valid():
        lead = form.save(commit=False)
        source = new_source(lead)
        outside = NewOutside(lead, at, request.POST) if request.POST.get("then") == HAND_OVER else None
        try:
            if outside is None or outside.is_answered():
                lead = log_lead(lead, by=request.user, at=at, known=shown_known(request))
                return logged(request, lead, source, outside.answers() if outside else {})
        except SamePerson as reason:
            known = reason.known
        except ExternalIdTaken as reason:
            form.add_error("external_id", str(reason))
    context = {"form": form, "known": known, "outside": outside, "now": at, "has_agreements": agreements.exists()}
    return TemplateResponse(request, "leads/new.html", context, status=422 if request.method == "POST" else 200)


def kept(request: PortalRequest) -> dict[str, str]:
    """What the next of many leads has in common with the one before."""
    return {name: request.GET[name] for name in ("agreement", "source", "tier") if name in request.GET}


def shown_known(request: PortalRequest) -> list[int]:
    """The leads of the same person of which the form has told already."""
    return [pk for pk in map(whole, request.POST.getlist("known")) if pk is not None]


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
