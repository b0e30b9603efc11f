"""Fetching under permission: a foreign record is not found, one that may only be looked at is refused."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from agreements.models import Agreement
from leads.doors.form import hold
from leads.enums import EventKind
from leads.models import Attempt, Clock, Event, Handoff, ImportRun, Lead
from leads.ownership import check_withdraw
from smarketing.accounts.rights import Verb
from smarketing.lib.numbers import whole
from smarketing.lib.request import PortalRequest

MOST = 500  # ids in one request


def has_several(request: PortalRequest) -> bool:
    """Whether it has to be said which agreement something belongs to."""
    return len(Agreement.objects.visible_to(request.access).values_list("pk")[:2]) > 1


def seen_lead(request: PortalRequest, pk: int) -> Lead:
    known = Lead.objects.visible_to(request.access)
    leads = known.select_related("agreement__sales_team", "recorded_by", "token")
    return get_object_or_404(leads, pk=pk)


def marketed_lead(request: PortalRequest, pk: int) -> Lead:
    lead = seen_lead(request, pk)
    request.access.check(Verb.MARKET, lead.agreement)
    return lead


def held_lead(request: PortalRequest, pk: int) -> Lead:
    """To be edited: as it is, and as it stays until the transaction ends."""
    hold(marketed_lead(request, pk))
    return marketed_lead(request, pk)


def seen_handoff(request: PortalRequest, pk: int) -> Handoff:
    handoffs = Handoff.objects.visible_to(request.access).select_related("lead", "agreement", "rep")
    return get_object_or_404(handoffs, pk=pk)


def sold_handoff(request: PortalRequest, pk: int) -> Handoff:
    handoff = seen_handoff(request, pk)
    request.access.check(Verb.FOLLOW_UP, handoff.agreement)
    return handoff


def seen_clock(request: PortalRequest, pk: int) -> tuple[Clock, Agreement]:
    """With the agreement whose promise it is about."""
    known = Clock.objects.filter(lead__in=Lead.objects.visible_to(request.access))
    clock = get_object_or_404(known.select_related("lead__agreement", "handoff__agreement"), pk=pk)
    return clock, clock.handoff.agreement if clock.handoff else clock.lead.agreement


def own_attempt(request: PortalRequest, pk: int) -> Attempt:
    attempts = Attempt.objects.filter(lead__in=Lead.objects.visible_to(request.access))
    attempt = get_object_or_404(attempts.select_related("lead__agreement", "handoff__agreement"), pk=pk)
    check_withdraw(request.access, attempt, by=request.user)
    return attempt


def marketed_leads(request: PortalRequest, pks: list[int]) -> list[Lead]:
    """All of them, in the order of the list; one that is foreign is as if none was there."""
    leads = list(Lead.objects.visible_to(request.access).filter(pk__in=pks).select_related("agreement"))
    if not leads or len(leads) != len(set(pks)):
        raise Http404
    for lead in leads:
        request.access.check(Verb.MARKET, lead.agreement)
    return sorted(leads, key=lambda lead: (lead.created_at, lead.pk))


def marketed_runs(request: PortalRequest) -> QuerySet[ImportRun]:
    agreements = Agreement.objects.marketed_by(request.access)
    return ImportRun.objects.filter(agreement__in=agreements).select_related("agreement", "by")


def marketed_run(request: PortalRequest, pk: int) -> ImportRun:
    return get_object_or_404(marketed_runs(request), pk=pk)


def marketed_handoffs(request: PortalRequest, pks: list[int]) -> list[Handoff]:
    """Those that are still there: another may have taken some back already."""
    access = request.access
    handoffs = list(Handoff.objects.visible_to(access).filter(pk__in=pks).select_related("lead", "agreement"))
    if not handoffs:
        raise Http404
    for handoff in handoffs:
        request.access.check(Verb.MARKET, handoff.agreement)
    return handoffs


def withdrawn_from(request: PortalRequest, pk: int) -> Lead | None:
    """The lead of an attempt that was withdrawn just now, by this person's first click or by somebody else."""
    is_there = Attempt.objects.filter(pk=pk).exists()
    return None if is_there else _undone(request, EventKind.WITHDRAWN, "attempt", [pk])


def taken_back_from(request: PortalRequest, pks: list[int]) -> Lead | None:
    """The lead of one of these handoffs, if none is left to be taken back."""
    is_there = Handoff.objects.filter(pk__in=pks).exists()
    return None if is_there else _undone(request, EventKind.TAKEN_BACK, "taken", pks)


def _undone(request: PortalRequest, kind: EventKind, name: str, pks: list[int]) -> Lead | None:
    seen = Event.objects.filter(kind=kind, lead__in=Lead.objects.visible_to(request.access))
    event = seen.filter(**{f"details__{name}__in": pks}).select_related("lead").first()
    return event.lead if event else None


def ids(request: PortalRequest, name: str) -> list[int]:
    """From the form, or from the address of an undo button."""
    texts = request.POST.getlist(name) or request.GET.getlist(name)
    found = [one for one in map(whole, texts[: MOST + 1]) if one is not None]
    if not texts or len(texts) > MOST or len(found) < len(texts):
        raise Http404
    return found


def undo_url(view: str, *args: int, **params: str | list[int]) -> str:
    return reverse(view, args=args, query=params)
