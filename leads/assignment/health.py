"""Reads: what is wrong with the rules of a team before a lead finds out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from agreements.models import Agreement
from agreements.terms import timeline
from agreements.worktime import WorkCalendar
from leads.assignment.drawing import desk_of
from leads.assignment.presence import Presence
from leads.assignment.rotation import POOL
from leads.assignment.staffing import Staff, absences_of, staff_of
from leads.models import AssignmentRule
from smarketing.accounts.models import User

LEFT, RESTING, NOBODY, EMPTY_DAYS, NO_CATCH_ALL, NEVER_REACHED = (
    "left",
    "resting",
    "nobody",
    "empty_days",
    "no_catch_all",
    "never_reached",
)
AHEAD = 28  # days that are looked at
STEP = timedelta(minutes=15)


@dataclass(frozen=True)
class HealthFinding:
    """`rule` is None where it is about all of them; `people` and `days` it is about."""

    kind: str
    rule: AssignmentRule | None = None
    people: tuple[str, ...] = ()
    days: tuple[date, ...] = field(default=())


def findings(agreement: Agreement, *, at: datetime) -> list[HealthFinding]:
    """Of the rules that are on; none where no rule is."""
    on = [rule for rule in agreement.assignment_rules.all() if rule.is_on]
    if not on:
        return []
    desk, staff = desk_of(on), staff_of(agreement, at=at)
    names = dict(User.objects.filter(pk__in=set().union(*desk.named.values())).values_list("pk", "name"))
    terms = timeline(agreement)
    today = terms.day_of(at)
    calendar = terms.on(today).calendar if terms.versions else None
    presence = _ahead(staff, at)
    found: list[HealthFinding] = []
    for rule in desk.rules:
        named = set() if rule.is_for_all else desk.named[rule.pk]
        gone = sorted(names[rep] for rep in named if rep not in staff.roles)
        resting = sorted(names[rep] for rep in named if rep in staff.roles and not staff.takes_part(rep))
        found += [HealthFinding(LEFT, rule, tuple(gone))] if gone else []
        found += [HealthFinding(RESTING, rule, tuple(resting))] if resting else []
        if rule.way == POOL:
            continue
        reps = staff.reps_of(rule, named)
        if not reps:
            found.append(HealthFinding(NOBODY, rule))
        elif calendar and (days := tuple(_empty(calendar, [presence[rep] for rep in reps], today))):
            found.append(HealthFinding(EMPTY_DAYS, rule, days=days))
    general = [number for number, rule in enumerate(desk.rules) if not rule.conditions]
    if not general:
        return [*found, HealthFinding(NO_CATCH_ALL)]
    return [*found, *(HealthFinding(NEVER_REACHED, rule) for rule in desk.rules[general[0] + 1 :])]


def _ahead(staff: Staff, at: datetime) -> dict[int, Presence]:
    away = absences_of(staff.roles, since=at - timedelta(days=1), until=at + timedelta(days=AHEAD + 1))
    return {rep: Presence(one.zone, away[rep], one.week) for rep, one in staff.presence.items()}


def _empty(calendar: WorkCalendar, people: list[Presence], today: date) -> Iterator[date]:
    """Working days on which at no time anybody is here."""
    for number in range(AHEAD):
        windows = calendar.windows(today + timedelta(days=number))
        if windows and not any(_somebody(begin, end, people) for begin, end in windows):
            yield today + timedelta(days=number)


def _somebody(begin: datetime, end: datetime, people: list[Presence]) -> bool:
    at = begin
    while at < end:
        if any(not one.why_not(at) for one in people):
            return True
        at += STEP
    return False
