"""The page of a lead: what is known, what is promised, what can be done, and everything that happened."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from agreements.enums import reason_words
from agreements.models import Agreement
from agreements.place_words import place_name
from agreements.terms import timeline
from leads.clock.consequences import lock
from leads.clock.explanation import ClockLine, explanation, lines
from leads.doors.asking import ExternalIdTaken
from leads.doors.fields import LEAD, SOURCE, TIER, Field
from leads.doors.files.wording import field_name
from leads.doors.form import edit_lead
from leads.doors.won_first import HandedOverBefore
from leads.models import Deal, Handoff, Inquiry, Lead, Merge
from leads.ownership import may_approve, may_drop, may_put_tier_right, may_withdraw
from leads.pages.answers import say_refusals
from leads.pages.fetch import held_lead, marketed_lead, seen_handoff, seen_lead
from leads.pages.handoff.forms import AttemptForm, CommentForm, ExcuseForm, LostForm, ReturnForm, TierForm, WonForm
from leads.pages.handoff.questions import Prospect
from leads.pages.lead.form import LeadForm
from leads.pages.lead.history import HistoryEntry, history
from leads.persons.known import same_people
from leads.persons.spelling import CERTAIN, likeness
from leads.persons.two import said_not_same
from leads.work import handoffs
from leads.work.outcome import is_customer, outcome_of
from leads.work.queue import team_reps
from smarketing.accounts.access import marketers, practitioners
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.opened import OpenedForm
from smarketing.lib.paging import page_of_list
from smarketing.lib.request import PortalRequest

MOST_ALIKE = 5
OF_THE_LEAD = ("excuse_form", "comment_form")  # forms that ask for no handoff
HISTORY = 100  # entries on a page; few leads ever have so many


@practitioners
@require_safe
def detail(request: PortalRequest, pk: int) -> HttpResponse:
    try:
        return lead_page(request, seen_lead(request, pk))
    except Http404:
        made = get_object_or_404(Merge, gone_pk=pk, undone_at=None)
        return redirect(seen_lead(request, made.kept_id))


def lead_page(request: PortalRequest, lead: Lead, **typed: Any) -> HttpResponse:
    """`typed` are the forms that were refused, with what was typed."""
    at, access = request.now, request.access
    handoff = lead.handoffs.select_related("rep").with_return_reason().order_by("-handed_at", "-pk").first()
    of_sales = typed.keys() - {"tier_form", "tier_opened", *OF_THE_LEAD}
    if handoff is None:  # taken back while somebody filled in a form for it
        for name in of_sales:
            say_refusals(request, typed[name])
    entries = history(lead, access)
    terms = timeline(lead.agreement)
    clocks = lines(lead, at=at, known=terms)
    page = page_of_list(range(len(entries)), request.GET, size=HISTORY)
    shown = [entries[place] for place in page.rows]
    deals = list(Deal.objects.filter(lead=lead).order_by("closed_at", "pk"))
    asking = list(Inquiry.objects.unsettled().filter(lead=lead).select_related("recorded_by").order_by("-asked_at"))
    outcome = outcome_of(deals)
    context = {
        "lead": lead,
        "agreement": lead.agreement,
        "zone": lead.agreement.time_zone,
        "now": at,
        "history": shown,
        "page": page if len(entries) > HISTORY else None,
        "known": known_of(lead),
        "withdrawable": withdrawable(request, shown),
        "deals": deals,
        "outcome": outcome,
        "is_customer": is_customer(deals),
        "asking": asking,
        "may_market": access.may(Verb.MARKET, lead.agreement),
        "may_follow_up": access.may(Verb.FOLLOW_UP, lead.agreement),
        "may_assign": access.may(Verb.ASSIGN, lead.agreement),
        "typed": bool(handoff and of_sales),
        **excuses(request, lead, clocks),
        "comment_form": CommentForm() if access.may(Verb.SEE, lead.agreement) else None,
        **{name: form for name, form in typed.items() if name in OF_THE_LEAD},
    }
    is_free = handoff is None or not handoff.is_open
    context["may_hand_over"] = is_free and (asking or not outcome)
    if context["may_market"]:
        context |= {"alike": alike(lead), "merged": latest_merge(lead)}
    if handoff is None:
        prospect = context["prospect"] = Prospect(lead, terms, at)
        context["may_hand_over"] = context["may_hand_over"] and not prospect.bars
    else:
        handoff.lead, handoff.agreement = lead, lead.agreement
        in_force = terms.by_id(handoff.version_id) if handoff.version_id else terms.on(handoff.handed_on)
        reason = reason_words(handoff.return_reason, handoff.reason_label)  # type: ignore[attr-defined]
        context |= {"handoff": handoff, "clock": explanation(handoff, in_force, at=at), "return_reason": reason}
        if may_put_tier_right(access, handoff.agreement):
            context |= {"tier_form": TierForm(handoff=handoff), "tier_opened": tier_opened(handoff), **typed}
        if context["may_follow_up"]:
            context |= {**sales_forms(handoff), **typed, "reps": reps_of(lead.agreement)}
    return TemplateResponse(request, "leads/detail.html", context, status=422 if typed else 200)


def alike(lead: Lead) -> list[tuple[Lead, bool]]:
    """Other leads that may be this person, with whether they certainly are; not those said to be another."""
    found, others = same_people(lead), said_not_same(lead.pk)
    pks = [pk for pk in (found.certain, *found.likely) if pk and pk not in others][:MOST_ALIKE]
    known = Lead.objects.in_bulk(pks) if pks else {}
    return [(known[pk], likeness(lead.keys, known[pk].keys) == CERTAIN) for pk in pks if pk in known]


def latest_merge(lead: Lead) -> Merge | None:
    return lead.merges.filter(undone_at=None).order_by("-at", "-pk").first()


def excuses(request: PortalRequest, lead: Lead, clocks: list[ClockLine]) -> dict[str, Any]:
    """The clocks with their excuses, and which of those this person may answer or take back."""
    access, by, agreement = request.access, request.user, lead.agreement
    asked = [line for line in clocks if line.clock.excuse]
    form = ExcuseForm(lines=clocks) if access.may(Verb.EXCUSE, agreement) else None
    return {
        "clocks": clocks,
        "excuses": asked,
        "approvable": {one.clock.pk for one in asked if one.waits and may_approve(access, one.clock, agreement, by=by)},
        "droppable": {one.clock.pk for one in asked if one.waits and may_drop(access, one.clock, agreement, by=by)},
        "excuse_form": form if form and form.lines else None,
    }


def known_of(lead: Lead) -> list[tuple[Field, str, Any]]:
    """The fields of a lead with their values; how to reach it stands above. Of empty ones only source and tier."""
    fields = (field for field in reversed(LEAD) if field.is_kept and field.name not in ("email", "phone"))
    known = [(field, field_name(field.name), shown(lead, field)) for field in fields]
    return [(field, name, value) for field, name, value in known if value not in ("", None) or field in (SOURCE, TIER)]


def shown(lead: Lead, field: Field) -> Any:
    value = getattr(lead, field.name)
    return place_name(field.name, value) if isinstance(value, str) else value


def sales_forms(handoff: Handoff) -> dict[str, Any]:
    return {
        "attempt_form": AttemptForm(handoff=handoff),
        "return_form": ReturnForm(handoff=handoff),
        "won_form": WonForm(handoff=handoff),
        "lost_form": LostForm(handoff=handoff),
    }


def reps_of(agreement: Agreement) -> list[Any]:
    return team_reps([agreement.sales_team_id])[agreement.sales_team_id]


def withdrawable(request: PortalRequest, entries: list[HistoryEntry]) -> set[int]:
    made = [entry.attempt for entry in entries if entry.attempt is not None]
    return {attempt.pk for attempt in made if may_withdraw(request.access, attempt, by=request.user)}


@marketers
@transaction.atomic
def edit(request: PortalRequest, pk: int) -> HttpResponse:
    lead, at = (held_lead if request.method == "POST" else marketed_lead)(request, pk), request.now
    own = Agreement.objects.filter(pk=lead.agreement_id)
    form = LeadForm(instance=lead, agreements=own, at=at)
    opened = OpenedForm([form], request.POST, request.path)
    if opened.data is not None:
        form = LeadForm(opened.data, instance=lead, agreements=own, at=at)
    if opened.allows(form):
        try:
            values = {name: form.cleaned_data[name] for name in opened.touched}
            changed = edit_lead(lead, values, by=request.user, at=at)
        except ExternalIdTaken as reason:
            form.add_error("external_id", str(reason))
        except HandedOverBefore as reason:
            form.add_error("created_at", str(reason))
        else:
            say(request, gettext("Your changes are saved.") if changed else gettext("Nothing was changed."))
            return redirect(lead)
    open_handoff = lead.handoffs.open().filter(due_at__isnull=False).first()
    context = {"form": form, "opened": opened, "lead_pk": pk, "open_handoff": open_handoff}
    status = 422 if form.errors or opened.contradictions else 200
    return TemplateResponse(request, "leads/edit.html", context, status=status)


def tier_opened(handoff: Handoff, data: QueryDict | None = None) -> OpenedForm:
    return OpenedForm([TierForm(handoff=handoff)], data, reverse("leads:put_tier_right", args=[handoff.pk]))


@practitioners
@require_POST
@transaction.atomic
def put_tier_right(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = seen_handoff(request, pk)
    if not may_put_tier_right(request.access, handoff.agreement):
        raise PermissionDenied
    lock([handoff.lead_id])
    handoff = seen_handoff(request, pk)
    opened = tier_opened(handoff, request.POST)
    form = TierForm(opened.data, handoff=handoff)
    if not opened.allows(form):
        return lead_page(request, handoff.lead, tier_form=form, tier_opened=opened)
    handoffs.put_tier_right(handoff, **form.cleaned_data, by=request.user, at=request.now)
    say(request, gettext("The tier of this handoff is corrected."))
    return redirect(handoff.lead)
