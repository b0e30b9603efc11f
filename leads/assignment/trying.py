"""Reads: what a rule would have done with the leads of the last weeks. Nothing is kept."""

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agreements.models import Agreement
from agreements.terms import timeline
from leads.assignment.deciding import RuleText
from leads.assignment.drawing import Desk, desk_of
from leads.assignment.presence import LONGEST_RETURN, Presence
from leads.assignment.staffing import absences_of, next_open, staff_of
from leads.models import AssignmentRule, Deal, Handoff
from smarketing.accounts.models import User

DAYS = 30
MOST = 2_000  # leads: a page waits for it


@dataclass(frozen=True)
class TriedRep:
    name: str
    would: int
    had: int


@dataclass
class Tried:
    """Of `leads` handed over the rule would have decided `suits`; for `nobody_free` of them nobody was free.

    `passed` says why reps were passed over, counted. `is_cut`: there were more leads than are looked at.
    """

    leads: int = 0
    suits: int = 0
    nobody_free: int = 0
    to_others: int = 0
    reps: list[TriedRep] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)
    is_cut: bool = False


def tried(agreement: Agreement, text: RuleText, rule: AssignmentRule | None, *, at: datetime) -> Tried:
    """The rule as it is written now, as if it had been on in its place among those that are on.

    Team, weights, caps and hours are today's; absences and the leads that were open are those of then.
    """
    since = at - timedelta(days=DAYS)
    rows = Handoff.objects.filter(agreement=agreement, handed_at__gte=since, handed_at__lte=at)
    handoffs = list(rows.select_related("lead").order_by("-handed_at", "-pk")[: MOST + 1])
    answer = Tried(leads=len(handoffs[:MOST]), is_cut=len(handoffs) > MOST)
    handoffs = handoffs[:MOST][::-1]
    desk, written = _desk(agreement, text, rule, since)
    staff, terms = staff_of(agreement, at=at), timeline(agreement)
    away = absences_of(staff.roles, since=since - LONGEST_RETURN, until=at + timedelta(days=7))
    staff.presence = {rep: Presence(one.zone, away[rep], one.week) for rep, one in staff.presence.items()}
    staff.open, staff.today = Counter(), Counter()
    ends, closing, day = _ends(handoffs), list[tuple[datetime, int]](), None
    would, had = Counter[int](), Counter[int]()
    for handoff in handoffs:
        staff.moment = next_open(terms, handoff.handed_at)
        if day != handoff.handed_on:
            day, staff.today = handoff.handed_on, Counter()
        while closing and closing[0][0] <= handoff.handed_at:
            staff.open[heapq.heappop(closing)[1]] -= 1
        suiting = desk.rule_for(handoff, handoff.lead)
        if suiting is None:
            continue
        found = desk.decide(suiting, staff)
        if found.rep is not None and (end := ends.get(handoff.pk)):
            heapq.heappush(closing, (end, found.rep))
        if suiting is not written:
            answer.to_others += 1
            continue
        answer.suits += 1
        answer.nobody_free += found.rep is None
        answer.passed.update(found.passed.values())
        would.update([found.rep] if found.rep is not None else [])
        had.update([handoff.rep_id] if handoff.rep_id else [])
    names = dict(User.objects.filter(pk__in={*would, *had}).values_list("pk", "name"))
    answer.reps = sorted(
        (TriedRep(name, would[rep], had[rep]) for rep, name in names.items()), key=lambda one: (-one.would, one.name)
    )
    return answer


def _desk(
    agreement: Agreement, text: RuleText, rule: AssignmentRule | None, since: datetime
) -> tuple[Desk, AssignmentRule]:
    others = [one for one in agreement.assignment_rules.all() if one.is_on and (rule is None or one.pk != rule.pk)]
    desk = desk_of(others)
    desk.credits = defaultdict(float)
    for one in desk.rules:
        one.on_since = since
    order = rule.order if rule else max((one.order for one in others), default=0) + 1
    written = AssignmentRule(
        pk=rule.pk if rule else 0,
        agreement=agreement,
        name=text.name,
        way=text.way,
        is_for_all=text.is_for_all,
        conditions=text.conditions,
        order=order,
        on_since=since,
    )
    desk.named[written.pk] = {rep.pk for rep in text.reps}
    desk.rules = sorted([*desk.rules, written], key=lambda one: (one.order, one.pk))
    return desk, written


def _ends(handoffs: list[Handoff]) -> dict[int, datetime]:
    """When each was closed or returned, where it was."""
    leads = {handoff.lead_id for handoff in handoffs if not handoff.is_open}
    closed = dict(Deal.objects.filter(lead__in=leads).order_by("closed_at").values_list("lead_id", "closed_at"))
    found = {one.pk: one.returned_at or closed.get(one.lead_id) for one in handoffs if not one.is_open}
    return {pk: end for pk, end in found.items() if end is not None}
