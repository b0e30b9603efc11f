"""Reads: what a sales team still has to follow up, the most urgent first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import QueryDict

from agreements.models import Agreement
from agreements.worktime import WorkCalendar
from leads.clock import rule as clocks
from leads.clock.face import Clockface, calendars, clockface
from leads.enums import State
from leads.models import Handoff
from leads.querysets import URGENCY, HandoffQuerySet
from smarketing.accounts.access import Access
from smarketing.accounts.models import Membership, User
from smarketing.lib.tables import Page, page_of

MINE, UNASSIGNED, TEAM = "mine", "unassigned", "team"
FOLLOWED_UP = "followed_up"


@dataclass(frozen=True)
class Row:
    """One handoff as the queue shows it. `rep` is empty as long as nobody has it."""

    handoff: Handoff
    face: Clockface
    title: str
    company: str
    rep: str
    is_mine: bool
    attempts: int
    promised: int | None
    next_due_at: datetime | None

    @property
    def is_waiting(self) -> bool:
        return self.handoff.state == State.WAITING


@dataclass(frozen=True)
class Counts:
    """Open handoffs by clock. `followed_up` have had their first attempt and are not closed yet."""

    overdue: int = 0
    due_soon: int = 0
    running: int = 0
    followed_up: int = 0

    @property
    def all(self) -> int:
        return self.overdue + self.due_soon + self.running + self.followed_up


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
    return handoffs.filter(Q(rep=user) | Q(rep=None, rep_name=""))


def counts(handoffs: HandoffQuerySet, *, at: datetime) -> Counts:
    by_clock = handoffs.counted_by_clock(at)
    return Counts(
        overdue=by_clock.get(clocks.OVERDUE, 0),
        due_soon=by_clock.get(clocks.DUE_SOON, 0),
        running=by_clock.get(clocks.RUNNING, 0),
        followed_up=by_clock.get(clocks.KEPT, 0) + by_clock.get(clocks.MISSED, 0),
    )


def clocked(handoffs: HandoffQuerySet, clock: str, *, at: datetime) -> HandoffQuerySet:
    """Those counted under one of the names of `Counts`; all of them for an empty name."""
    if not clock:
        return handoffs
    if clock == FOLLOWED_UP:
        return handoffs.filter(stopped_at__isnull=False)
    return handoffs.clocked(clock, at)


def page(handoffs: HandoffQuerySet, params: QueryDict, *, at: datetime, total: int) -> Page[Handoff]:
    """The most urgent first; the place is the last one seen, so whoever is called meanwhile shifts nobody."""
    shown = handoffs.by_urgency().select_related("lead", "agreement", "rep")
    return page_of(shown, URGENCY, params, at=at, total=total)


def rows(found: Sequence[Handoff], user: User, *, at: datetime) -> list[Row]:
    known = calendars(found)
    return [row(handoff, user, known.get(handoff.version_id or 0), at=at) for handoff in found]


def row(handoff: Handoff, user: User, calendar: WorkCalendar | None, *, at: datetime) -> Row:
    lead = handoff.lead
    is_followed_up = handoff.stopped_at is not None
    return Row(
        handoff=handoff,
        face=clockface(handoff, calendar, at=at),
        title=str(lead),
        company=lead.company if lead.name else "",
        rep=handoff.rep.name if handoff.rep else handoff.rep_name,
        is_mine=handoff.rep_id == user.pk,
        attempts=handoff.attempts_count,
        promised=handoff.promised_attempts,
        next_due_at=handoff.depth_due_at if is_followed_up and handoff.depth_met_at is None else None,
    )


def team_reps(team_ids: Collection[int]) -> dict[int, list[User]]:
    """Who can be given a handoff, by sales team."""
    members = Membership.objects.working().filter(team__in=team_ids).select_related("user")
    reps: dict[int, list[User]] = {team_id: [] for team_id in team_ids}
    for member in members.order_by("user__name", "user__email"):
        reps[member.team_id].append(member.user)
    return reps


def row_of(handoff: Handoff, user: User, *, at: datetime) -> Row:
    """One row again, after something was done with it."""
    return row(handoff, user, calendars([handoff]).get(handoff.version_id or 0), at=at)
