"""Reads: what a sales team still has to follow up, the most urgent first."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from agreements.models import Agreement
from leads.clock import rule
from leads.clock.face import ClockFace, ClockHours, face_of, hours_of
from leads.enums import State
from leads.models import Handoff, Inquiry
from leads.querysets import URGENCY, HandoffQuerySet
from smarketing.accounts.access import Access
from smarketing.accounts.models import Membership, User
from smarketing.accounts.rights import Verb
from smarketing.lib.paging import Page, page_of

MINE, UNASSIGNED, TEAM = "mine", "unassigned", "team"
FOLLOWED_UP = "followed_up"


@dataclass(frozen=True)
class QueueRow:
    """One handoff as the queue shows it. `rep` is empty as long as nobody has it; `former` is who had it and left.

    `is_settled`: connected, or every promised attempt is made; no clock asks for more. They come last.
    """

    handoff: Handoff
    face: ClockFace
    title: str
    company: str
    rep: str
    former: str
    is_mine: bool
    attempts: int
    promised: int | None
    next_due_at: datetime | None
    asks: int = 0
    is_settled: bool = False

    @property
    def is_waiting(self) -> bool:
        return self.handoff.state == State.WAITING


@dataclass(frozen=True)
class QueueCounts:
    """Open handoffs by clock. `followed_up` have had their first attempt and are not closed yet.

    `none` wait for it without any promise.
    """

    overdue: int = 0
    due_soon: int = 0
    running: int = 0
    none: int = 0
    followed_up: int = 0

    @property
    def all(self) -> int:
        return self.overdue + self.due_soon + self.running + self.none + self.followed_up


def workload(access: Access, user: User, *, whose: str = "", agreement: Agreement | None = None) -> HandoffQuerySet:
    """The open handoffs a rep may work on: by default the own ones and those that nobody has."""
    handoffs: HandoffQuerySet = Handoff.objects.sold_by(access).open()
    if agreement is not None:
        handoffs = handoffs.filter(agreement=agreement)
    match whose:
        case "mine":
            return handoffs.filter(rep=user)
        case "unassigned":
            return handoffs.of_nobody()
        case "team":
            return handoffs
    return handoffs.with_holder().filter(Q(rep=user) | Q(is_held=False))


def counts(handoffs: HandoffQuerySet, *, at: datetime) -> QueueCounts:
    counted = handoffs.counted_by_clock(at)
    return QueueCounts(
        overdue=counted.get((False, rule.OVERDUE), 0),
        due_soon=counted.get((False, rule.DUE_SOON), 0),
        running=counted.get((False, rule.RUNNING), 0),
        none=counted.get((False, rule.NONE), 0),
        followed_up=sum(count for (is_stopped, _state), count in counted.items() if is_stopped),
    )


def clocked(handoffs: HandoffQuerySet, clock: str, *, at: datetime) -> HandoffQuerySet:
    """Those counted under one of the names of `QueueCounts`; all of them for an empty name."""
    if not clock:
        return handoffs
    if clock == FOLLOWED_UP:
        return handoffs.filter(stopped_at__isnull=False)
    return handoffs.filter(stopped_at=None).clocked(clock, at)


def page(handoffs: HandoffQuerySet, params: QueryDict, *, at: datetime, total: int) -> Page[Handoff]:
    """The most urgent first, as it was at the instant: whoever is called meanwhile shifts nobody and keeps its page."""
    shown = handoffs.by_urgency(at).select_related("lead", "agreement", "rep")
    return page_of(shown, URGENCY, params, at=at, total=total)


def rows(found: Sequence[Handoff], user: User, *, at: datetime) -> list[QueueRow]:
    known, pks = hours_of(found), [handoff.pk for handoff in found]
    beside: Any = Handoff.objects.filter(pk__in=pks).with_holder().with_next_attempt()
    held = {pk: (is_held, due_at) for pk, is_held, due_at in beside.values_list("pk", "is_held", "next_attempt_due_at")}
    asking = Counter(Inquiry.objects.unsettled().filter(handoff__in=pks).values_list("handoff_id", flat=True))
    return [
        replace(
            _row(handoff, user, known.get(handoff.version_id or 0), *held[handoff.pk], at=at), asks=asking[handoff.pk]
        )
        for handoff in found
        if handoff.pk in held
    ]


def _row(
    handoff: Handoff,
    user: User,
    hours: ClockHours | None,
    is_held: bool,
    next_due_at: datetime | None,
    *,
    at: datetime,
) -> QueueRow:
    lead = handoff.lead
    rep = handoff.rep.name if handoff.rep else handoff.rep_name
    return QueueRow(
        handoff=handoff,
        face=face_of(handoff, hours, at=at),
        title=str(lead),
        company=lead.company if lead.name else "",
        rep=rep if is_held else "",
        former="" if is_held else rep,
        is_mine=is_held and handoff.rep_id == user.pk,
        attempts=handoff.attempts_count,
        promised=handoff.promised_attempts,
        next_due_at=next_due_at if handoff.stopped_at else None,
        is_settled=any(done_at is not None and done_at <= at for done_at in _settling(handoff)),
    )


def _settling(handoff: Handoff) -> tuple[datetime | None, ...]:
    """As `HandoffQuerySet.by_urgency` has them: with what is not followed up yet neither counts."""
    return (handoff.connected_at, handoff.depth_met_at) if handoff.stopped_at else ()


def team_reps(team_ids: Collection[int]) -> dict[int, list[User]]:
    """Who can be given a handoff, by sales team."""
    members = Membership.objects.working().filter(team__in=team_ids).select_related("user")
    reps: dict[int, list[User]] = {team_id: [] for team_id in team_ids}
    for member in members.order_by("user__name", "user__email"):
        reps[member.team_id].append(member.user)
    return reps


def row_of(handoff: Handoff, user: User, *, at: datetime) -> QueueRow | None:
    """One row again, as it is after something was done with it; None where it was taken back meanwhile."""
    fresh = Handoff.objects.select_related("lead", "agreement", "rep").filter(pk=handoff.pk)
    return next(iter(rows(list(fresh), user, at=at)), None)


def reps_for(shown: list[QueueRow], access: Access) -> list[User]:
    """Who can be given all of these by somebody who leads their teams; nobody where a foreign team is among them."""
    agreements = {row.handoff.agreement for row in shown}
    if not all(access.may(Verb.ASSIGN, agreement) for agreement in agreements):
        return []
    found = team_reps({agreement.sales_team_id for agreement in agreements}).values()
    return [rep for rep in next(iter(found)) if all(rep in reps for reps in found)]
