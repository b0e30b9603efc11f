"""Reads: what happened in a period and what was promised for it, in as few queries as it takes."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Cast

from agreements.models import Agreement
from agreements.months.agreed import MonthTarget, month_targets
from agreements.months.pace import MonthPace, goal_line, last_finished_day, month_pace, projection
from agreements.terms import Terms, Timeline, timeline
from leads.models import Deal, Handoff
from leads.work.outcome import LeadOutcome, outcome_of
from reports.judgement import volume_state
from reports.measures.depth import Depth, depth
from reports.measures.handoff_columns import Facts, Names
from reports.measures.outcomes import outcomes
from reports.measures.results import Grouped, Measures
from reports.measures.speed import Speed, speed
from reports.measures.volume import Steps, Volume, is_repeated, steps, volume
from smarketing.lib.periods import Period

T = TypeVar("T")
Verdicts = dict[int, LeadOutcome]
# Only what Django hands on as it comes: converting a column of datetimes costs more than fetching all of these.
COLUMNS = (
    "pk",
    "lead_id",
    "version_id",
    "handed_day",
    "source",
    "tier",
    "state",
    "clock_state",
    "depth_state",
    "promise",
    "return_kind",
    "waited_us",
    "accepted_us",
    "response_us",
    "response_wall_us",
    "connected_us",
    "connected_nth",
    "attempts_count",
    "promised_attempts",
)


@dataclass(frozen=True)
class Reading:
    """All that a report of one agreement and period is made from.

    `today` is the last local day it looks at, `at` the instant its clocks are read. With `source` or `tier` it is
    about those handoffs only; then there is no target, for none was agreed for them.
    """

    agreement: Agreement
    period: Period
    at: datetime
    today: date
    terms: Timeline
    targets: dict[date, MonthTarget]
    everything: Facts
    source: str | None = None
    tier: str | None = None

    @cached_property
    def facts(self) -> Facts:
        return self.everything.of_group(self.source, self.tier)

    @cached_property
    def steps(self) -> Steps:
        """Counted over all handoffs first: a lead counts for the source that brought it first in the month."""
        return steps(self.everything, self.period.end_on).of_group(self.source, self.tier)

    @property
    def is_filtered(self) -> bool:
        return self.source is not None or self.tier is not None

    @property
    def promised(self) -> Terms:
        """The latest terms that a handoff of the period was measured under; without any, those in force at its end.

        So the promise that is shown is the one by which the figures were judged, also after a correction of the
        terms that nobody has recomputed by.
        """
        measured = [self.terms.by_id(version) for version in np.unique(self.everything.versions).tolist() if version]
        in_force = self.terms.on(min(self.period.end_on, self.today))
        return max(measured, key=lambda terms: (terms.effective_on, terms.version_id), default=in_force)

    @cached_property
    def paces(self) -> list[MonthPace]:
        return [self._pace(month) for month in self.period.months()]

    @cached_property
    def goal(self) -> list[float] | None:
        return goal_line(self.paces)

    @property
    def target(self) -> int | None:
        if self.is_filtered or not self.targets:
            return None
        return sum(target.leads for target in self.targets.values())

    @cached_property
    def volume(self) -> Volume:
        return volume(self.steps, self.period, self.goal, self.target)

    @property
    def is_over(self) -> bool:
        return self.terms.day_of(self.at) > self.period.end_on

    @cached_property
    def finished_on(self) -> date:
        """The last day whose share of the goal has fallen due: today's does when today's working time is over."""
        return last_finished_day(self.today, self.at, self.terms.on(self.today).calendar, self.terms.zone)

    @property
    def expected(self) -> float | None:
        """What the goal line says has fallen due; the whole target once the period is over."""
        if self.goal is None or self.today < self.period.start_on:
            return None
        finished_on = min(self.finished_on, self.period.end_on)
        return 0.0 if finished_on < self.period.start_on else self.goal[(finished_on - self.period.start_on).days]

    @cached_property
    def projection(self) -> float | None:
        """What the period comes to at its own pace; None before its first share has fallen due."""
        added = [day.handed_over - day.returned for day in self.volume.by_day]
        return projection(added, self.paces, self.finished_on, self.today)

    def projected_on(self, on: date) -> float | None:
        """How far its own pace brings it by the end of that day."""
        if self.projection is None:
            return None
        days = [day for month in self.paces for day in month.paced]
        return self.projection * sum(day <= on for day in days) / len(days)

    @property
    def volume_state(self) -> str:
        return volume_state(self.volume.delivered, self.target, self.expected, is_over=self.is_over)

    def within_minutes(self, tier: str) -> float | None:
        promise = self.promised.speed_for(tier)
        return promise.within.total_seconds() / 60 if promise else None

    def promised_share(self, tier: str) -> float | None:
        promise = self.promised.speed_for(tier)
        return float(promise.share) if promise else None

    def promised_attempts(self, tier: str) -> int | None:
        promise = self.promised.depth_for(tier)
        return promise.attempts if promise else None

    def _pace(self, month: Period) -> MonthPace:
        target = self.targets.get(month.start_on)
        goal = None if target is None or self.is_filtered else target.leads
        return month_pace(month.days(), self.terms.versions, goal)


def read(
    agreement: Agreement,
    period: Period,
    *,
    at: datetime,
    today: date,
    terms: Timeline | None = None,
    source: str | None = None,
    tier: str | None = None,
) -> Reading:
    terms = terms or timeline(agreement)
    return Reading(
        agreement=agreement,
        period=period,
        at=at,
        today=today,
        terms=terms,
        targets=month_targets(agreement, period, terms),
        everything=facts_between(agreement, period.start_on, period.end_on, terms=terms, at=at),
        source=source,
        tier=tier,
    )


def read_with_previous(
    agreement: Agreement, period: Period, *, at: datetime, today: date, terms: Timeline | None = None
) -> tuple[Reading, Reading]:
    """The period and the one before it, whose targets are left out."""
    terms, before = terms or timeline(agreement), period.previous()
    both = facts_between(agreement, before.start_on, period.end_on, terms=terms, at=at)
    is_now = both.days >= np.datetime64(period.start_on, "D")
    targets = month_targets(agreement, period, terms)
    now = Reading(agreement, period, at, today, terms, targets, both[is_now])
    return now, replace(now, period=before, targets={}, everything=both[~is_now])


def facts_between(agreement: Agreement, first_on: date, last_on: date, *, terms: Timeline, at: datetime) -> Facts:
    """The handoffs of these local days. Attempts and returns count whenever they happened."""
    rows = (
        Handoff.objects.filter(agreement=agreement, handed_on__range=(first_on, last_on))
        .with_clock(at)
        .annotate(
            handed_day=Cast("handed_on", CharField()),
            depth_state=_depth_state(at),
            promise=Case(When(due_at=None, then=Value("")), default=Value("due"), output_field=CharField()),
            return_kind=_return_kind(),
        )
        .order_by()
        .values_list(*COLUMNS)
    )
    found = list(rows)
    columns = zip(*found, strict=True) if found else ((),) * len(COLUMNS)
    return _with_instants(_facts(dict(zip(COLUMNS, columns, strict=True))), terms)


def _depth_state(at: datetime) -> Case:
    return Case(
        When(promised_attempts=None, then=Value("")),
        When(depth_met_at__lte=F("depth_due_at"), then=Value("kept")),
        When(depth_due_at__lt=at, then=Value("missed")),
        default=Value("running"),
        output_field=CharField(),
    )


def _return_kind() -> Case:
    return Case(
        When(returned_at=None, then=Value("")),
        When(is_marketings_return=True, then=Value("taken off")),
        default=Value("returned"),
        output_field=CharField(),
    )


def _facts(column: dict[str, tuple[Any, ...]]) -> Facts:
    returned, count = Names.of(column["return_kind"]), len(column["pk"])
    return Facts(
        ids=np.array(column["pk"], np.int64),
        leads=np.array(column["lead_id"], np.int64),
        versions=np.array([version or 0 for version in column["version_id"]], np.int64),
        days=np.array(column["handed_day"], "datetime64[D]"),
        handed_at=np.full(count, None, object),
        source=Names.of(column["source"]),
        tier=Names.of(column["tier"]),
        state=Names.of(column["state"]),
        clock=Names.of(column["clock_state"]),
        depth=Names.of(column["depth_state"]),
        has_promise=Names.of(column["promise"]).among("due"),
        is_returned=returned.among("returned", "taken off"),
        is_taken_off=returned.among("taken off"),
        taken_off_at=np.full(count, None, object),
        taken_off_on=np.full(count, None, "datetime64[D]"),
        waited=np.array(column["waited_us"], np.float64),
        accepted=np.array(column["accepted_us"], np.float64),
        response=np.array(column["response_us"], np.float64),
        response_wall=np.array(column["response_wall_us"], np.float64),
        connected=np.array(column["connected_us"], np.float64),
        nth=np.array(column["connected_nth"], np.float64),
        attempts=np.array(column["attempts_count"], np.int64),
        promised=np.array(column["promised_attempts"], np.float64),
    )


def _with_instants(facts: Facts, terms: Timeline) -> Facts:
    """Adds the instants of the few handoffs that need them: those taken off, and those of a lead with several."""
    rows = np.flatnonzero(facts.is_taken_off | is_repeated(facts))
    if not len(rows):
        return facts
    handoffs = Handoff.objects.only("handed_at", "returned_at").in_bulk(facts.ids[rows].tolist())
    for row in rows.tolist():
        handoff = handoffs[int(facts.ids[row])]
        facts.handed_at[row] = handoff.handed_at
        if facts.is_taken_off[row] and handoff.returned_at is not None:
            at = max(handoff.returned_at, handoff.handed_at)
            facts.taken_off_at[row], facts.taken_off_on[row] = at, terms.day_of(at)
    return facts


def verdicts(reading: Reading) -> Verdicts:
    """The outcomes of the leads that were handed over in the period."""
    leads = Handoff.objects.handed_in(reading.agreement, reading.period).order_by().values("lead_id")
    columns = ("lead_id", "outcome", "closed_at", "revenue", "reason")
    deals: dict[int, list[Any]] = defaultdict(list)
    for deal in Deal.objects.filter(lead__in=leads).values_list(*columns, named=True):
        deals[deal.lead_id].append(deal)
    return {lead: outcome for lead, own in deals.items() if (outcome := outcome_of(own))}


def measures(reading: Reading, closed: Verdicts) -> Measures:
    return Measures(
        agreement=reading.agreement.slug,
        period=reading.period,
        time_zone=reading.agreement.time_zone,
        volume=reading.volume,
        speed=speeds(reading),
        depth=depths(reading),
        outcomes=_grouped(reading, lambda facts, _tier: outcomes(facts, closed)),
    )


def speeds(reading: Reading) -> Grouped[Speed]:
    return _grouped(reading, lambda facts, tier: speed(facts, reading.within_minutes(tier)))


def depths(reading: Reading) -> Grouped[Depth]:
    return _grouped(reading, lambda facts, tier: depth(facts, reading.promised_attempts(tier)))


def _grouped(reading: Reading, measure: Callable[[Facts, str], T]) -> Grouped[T]:
    """Measures all and every group; a tier's group is held against that tier's promise."""
    facts, own = reading.facts, reading.tier or ""
    return Grouped(
        all=measure(facts, own),
        by_source={name: measure(facts[rows], own) for name, rows in facts.source.groups()},
        by_tier={name: measure(facts[rows], name) for name, rows in facts.tier.groups()},
    )
