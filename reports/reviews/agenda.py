"""Reads: what a review has to talk about, made from the figures and from what is open.

Each point is a kind and plain facts, kept as they are when the review is held; `reports.pages.reviews.words` says them
in the reader's language. Another kind of point is a function in `SOURCES` and its words there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Q

from agreements.models import Agreement
from agreements.review_days import review_of
from agreements.terms import Timeline, in_force, timeline
from leads.models import Clock
from reports.facts.reading import read
from reports.judgement import MISSED, Judgement
from reports.models import Owed, ReviewDecision, RootCause
from reports.reviews.dates import ReviewDate
from reports.strikes.record import UNSETTLED, unexplained
from smarketing.lib.periods import Period

MOST_MONTHS = 12
MONTHS_AHEAD = 3


@dataclass(frozen=True)
class AgendaPoint:
    kind: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Outlook:
    """What the points of a review are made from: the agreement as it stands at an instant."""

    review: ReviewDate
    at: datetime
    terms: Timeline
    looks_back: bool = False

    @property
    def agreement(self) -> Agreement:
        return self.review.agreement

    @property
    def today(self) -> date:
        return self.terms.day_of(self.at)

    @cached_property
    def held_before(self) -> date | None:
        """The day of the review before this one."""
        earlier = self.agreement.reviews.exclude(held_at=None).exclude(planned_on=self.review.planned_on)
        last = earlier.order_by("held_at").last()
        return last.on if last else None

    @cached_property
    def months(self) -> list[Period]:
        """Those since the review before this one, the one in which it was among them; a year at most."""
        first_on = max(self.held_before or date.min, self.terms.versions[0].effective_on)
        month, found = Period.of(self.today), list[Period]()
        while month.end_on >= first_on and len(found) < MOST_MONTHS:
            found.append(month)
            month = month.previous()
        return found[::-1]

    @cached_property
    def judged(self) -> list[tuple[Period, list[Judgement]]]:
        """What the scorecard says of each month."""
        known: dict[str, Any] = {"at": self.at, "today": self.today, "terms": self.terms, "looks_back": self.looks_back}
        readings = (read(self.agreement, month, **known) for month in self.months)
        return [(reading.period, reading.scorecard) for reading in readings]


def agenda(review: ReviewDate, at: datetime, *, looks_back: bool = False) -> list[AgendaPoint]:
    """With `looks_back` the figures know nothing that happened after `at`."""
    outlook = Outlook(review, at, timeline(review.agreement), looks_back)
    return [point for source in SOURCES for point in source(outlook)]


def _agreed(outlook: Outlook) -> Iterator[AgendaPoint]:
    """What the agreement says is looked at."""
    dated = list(outlook.agreement.versions.dated().order_by("effective_on"))
    review = review_of(in_force(dated, outlook.today))
    if review and review.agenda:
        yield AgendaPoint("agreed", {"text": review.agenda})


def _figures(outlook: Outlook) -> Iterator[AgendaPoint]:
    months = [
        {"month": month.label, "figures": [_figure(one) for one in judgements]} for month, judgements in outlook.judged
    ]
    if months:
        yield AgendaPoint("figures", {"months": months})


def _missed(outlook: Outlook) -> Iterator[AgendaPoint]:
    """Each promise that was missed, with its months."""
    found: dict[tuple[str, str, bool], tuple[Judgement, list[str]]] = {}
    for month, judgements in outlook.judged:
        for one in judgements:
            if one.state == MISSED:
                found.setdefault((one.measure, one.tier, one.is_rest), (one, []))[1].append(month.label)
    for one, months in found.values():
        yield AgendaPoint("missed", {"figure": _figure(one), "months": months})


def _figure(one: Judgement) -> dict[str, Any]:
    names = ("side", "measure", "tier", "is_rest", "promised", "delivered", "limit", "is_mean", "state")
    return {name: getattr(one, name) for name in names}


def _proposals(outlook: Outlook) -> Iterator[AgendaPoint]:
    for version in outlook.agreement.versions.proposed().filter(proposed_at__lte=outlook.at):
        yield AgendaPoint("proposal", {"number": version.number, "pk": version.pk})


def _targets(outlook: Outlook) -> Iterator[AgendaPoint]:
    """Months with a proposal that waits, and those of the next quarter for which nothing is agreed or proposed."""
    waiting = list(outlook.agreement.targets.waiting().filter(made_at__lte=outlook.at).order_by("month"))
    if waiting:
        targets = [{"month": Period(one.month).label, "leads": one.leads} for one in waiting]
        yield AgendaPoint("targets_waiting", {"targets": targets})
    month, ahead = Period.of(outlook.today), list[date]()
    while len(ahead) <= MONTHS_AHEAD:
        ahead.append(month.start_on)
        month = month.next()
    known = set(outlook.agreement.targets.agreed().filter(month__in=ahead).values_list("month", flat=True))
    known |= {one.month for one in waiting}
    missing = [Period(on).label for on in ahead if on not in known and outlook.terms.covers(on, Period(on).end_on)]
    if missing:
        yield AgendaPoint("no_target", {"months": missing})


def _exceptions(outlook: Outlook) -> Iterator[AgendaPoint]:
    for one in outlook.agreement.agreed_exceptions.waiting().filter(proposed_at__lte=outlook.at):
        yield AgendaPoint("exception", {"reason": one.reason, "begins": one.begins, "ends": one.ends or one.begins})


def _excuses(outlook: Outlook) -> Iterator[AgendaPoint]:
    of_it = Q(handoff__agreement=outlook.agreement) | Q(handoff=None, lead__agreement=outlook.agreement)
    count = Clock.objects.filter(of_it, excused_at=None, excuse_asked_at__lte=outlook.at).count()
    if count:
        yield AgendaPoint("excuses", {"count": count})


def _strikes(outlook: Outlook) -> Iterator[AgendaPoint]:
    """What is owed still, the misses that nobody has explained, and what was to be done about others."""
    of_it = {"agreement": outlook.agreement}
    for owed in Owed.objects.filter(**of_it, state__in=UNSETTLED, notes__at__lte=outlook.at).distinct():
        said = ("months", "within_months", "is_reward", "follows", "currency", "state")
        facts = {name: getattr(owed, name) for name in said}
        amount = None if owed.amount is None else str(owed.amount)
        yield AgendaPoint("owed", {**facts, "amount": amount, "month": Period(owed.month).label, "by": owed.owing})
    known = unexplained().filter(judged__agreement=outlook.agreement, judged__judged_at__lte=outlook.at)
    missed = dict.fromkeys(Period(one.judged.month).label for one in known)
    if missed:
        yield AgendaPoint("no_cause", {"months": list(missed)})
    for sheet in RootCause.objects.filter(**of_it, done_on=None, notes__at__lte=outlook.at).distinct():
        due_on = sheet.due_on.isoformat() if sheet.due_on else None
        facts = {"action": sheet.action, "owner": str(sheet.owner or ""), "due_on": due_on}
        yield AgendaPoint("cause", {**facts, "month": Period(sheet.month).label})


def _decisions(outlook: Outlook) -> Iterator[AgendaPoint]:
    """Of earlier reviews, not done."""
    earlier = ReviewDecision.objects.open().filter(meeting__agreement=outlook.agreement)
    for one in earlier.exclude(meeting__planned_on=outlook.review.planned_on).with_review():
        yield AgendaPoint("decision", {"text": one.text, "owner": str(one.owner), "due_on": one.due_on.isoformat()})


def _points(outlook: Outlook) -> Iterator[AgendaPoint]:
    """What people have added."""
    meeting = outlook.review.meeting
    for one in meeting.points.select_related("made_by") if meeting else ():
        yield AgendaPoint("point", {"text": one.text, "by": str(one.made_by or ""), "pk": one.pk})


SOURCES: tuple[Callable[[Outlook], Iterator[AgendaPoint]], ...] = (
    _agreed,
    _figures,
    _missed,
    _proposals,
    _targets,
    _exceptions,
    _excuses,
    _strikes,
    _decisions,
    _points,
)
