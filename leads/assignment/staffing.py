"""Reads: who of a sales team could take a lead at an instant, and how much each has already."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from agreements.models import Agreement
from agreements.terms import Timeline, timeline
from agreements.worktime import CalendarError
from leads.assignment.presence import LONGEST_RETURN, Presence, Span, joined, week_of
from leads.assignment.rotation import HAD_IT, Candidate
from leads.models import Absence, AssignmentRule, Handoff, Seat
from smarketing.accounts.models import Membership, Role


@dataclass
class Staff:
    """The team of one agreement at one instant. `moment` is when the team works next: who is here then may get leads.

    `open` and `today` grow with what is given.
    """

    agreement: Agreement
    moment: datetime
    roles: dict[int, str]
    seats: dict[int, Seat]
    presence: dict[int, Presence]
    open: Counter[int] = field(default_factory=Counter)
    today: Counter[int] = field(default_factory=Counter)

    def takes_part(self, rep: int) -> bool:
        seat = self.seats.get(rep)
        return rep in self.roles and (seat.takes_part if seat else self.roles[rep] == Role.MEMBER)

    def reps_of(self, rule: AssignmentRule, named: Collection[int]) -> list[int]:
        """Who may be given something by the rule: active members of the team that take part."""
        asked = self.roles if rule.is_for_all else named
        return sorted(rep for rep in asked if self.takes_part(rep))

    def candidate(self, rep: int, *, credit: float = 0.0, had_it: bool = False) -> Candidate:
        seat = self.seats.get(rep) or Seat()
        here = self.presence[rep]
        return Candidate(
            rep=rep,
            weight=seat.weight,
            credit=credit,
            open=self.open[rep],
            today=self.today[rep],
            most_open=seat.most_open,
            most_today=seat.most_today,
            settled=here.settled(self.moment),
            why_not=here.why_not(self.moment) or (HAD_IT if had_it else ""),
        )

    def give(self, rep: int) -> None:
        self.open[rep] += 1
        self.today[rep] += 1


def staff_of(agreement: Agreement, *, at: datetime, terms: Timeline | None = None) -> Staff:
    """As it is at the instant; what is given outside the hours of the team is for its next hour."""
    known = terms or timeline(agreement)
    members = Membership.objects.working().filter(team=agreement.sales_team_id)
    roles = dict(members.values_list("user_id", "role"))
    moment = next_open(known, at)
    zone = ZoneInfo(agreement.time_zone)
    seats = {seat.rep_id: seat for seat in Seat.objects.filter(agreement=agreement)}
    away = absences_of(roles, since=moment - LONGEST_RETURN, until=moment + timedelta(seconds=1))
    presence = {rep: _presence(zone, away[rep], seats.get(rep)) for rep in roles}
    with_team = Handoff.objects.filter(agreement__sales_team=agreement.sales_team_id, rep__in=roles)
    begin = datetime.combine(at.astimezone(zone).date(), time(), zone)
    of_today = with_team.filter(assigned_at__gte=begin, assigned_at__lt=begin + timedelta(days=1))
    return Staff(agreement, moment, roles, seats, presence, _counted(with_team.open()), _counted(of_today))


def next_open(terms: Timeline, at: datetime) -> datetime:
    """The instant itself in working hours, else when the team opens next."""
    try:
        return terms.on(terms.day_of(at)).calendar.due(at, timedelta())
    except (CalendarError, IndexError):  # no terms yet, or never open: nobody's hours are known
        return at


def absences_of(people: Iterable[int], *, since: datetime, until: datetime) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    rows = Absence.objects.filter(person__in=list(people), ends_at__gt=since, begins_at__lt=until)
    for person, begin, end in rows.values_list("person_id", "begins_at", "ends_at"):
        found[person].append((begin, end))
    return defaultdict(list, {person: joined(spans) for person, spans in found.items()})


def is_away(rep: int, agreement: Agreement, *, at: datetime, terms: Timeline | None = None) -> bool:
    """Absent when the team works next; own hours are no absence."""
    moment = next_open(terms or timeline(agreement), at)
    return Absence.objects.filter(person=rep, begins_at__lte=moment, ends_at__gt=moment).exists()


def _presence(zone: ZoneInfo, away: list[Span], seat: Seat | None) -> Presence:
    return Presence(zone, away, week_of(seat.hours) if seat and seat.hours else {})


def _counted(handoffs: QuerySet[Handoff]) -> Counter[int]:
    return Counter(dict(handoffs.order_by().values_list("rep_id").annotate(Count("pk"))))
