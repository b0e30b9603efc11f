"""Reads: what happened in a period and what was promised for it, in as few queries as it takes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from math import ceil
from typing import Any, TypeVar

import numpy as np

from agreements.models import Agreement
from agreements.months.agreed import MonthTarget, month_targets
from agreements.months.pace import MonthPace, goal_line, last_finished_day, month_pace, projected_by, projection
from agreements.months.stated import Figures, stated_figures
from agreements.promises.measures import MEASURES, STATED
from agreements.promises.promise import Promise
from agreements.terms import Terms, Timeline, timeline
from leads.models import Deal, Handoff
from leads.work.outcome import LeadOutcome, outcome_of
from reports.facts.handoffs import facts_of
from reports.facts.results import Grouped, InTime, Measures
from reports.judgement import (
    JUDGES,
    VOLUMES,
    Commitment,
    Judgement,
    StatedMonth,
    Viewpoint,
    judge_stated,
    judge_volume,
    volume_is_judged,
)
from reports.measures.depth import Depth, Judged, depth
from reports.measures.handoff_columns import DIMENSIONS, Facts, Scope
from reports.measures.outcomes import outcomes
from reports.measures.speed import Speed, speed
from reports.measures.volume import Steps, Volume, days_in_months, steps, volume
from smarketing.lib.periods import Period
from smarketing.lib.words import key

T = TypeVar("T")
Verdicts = dict[int, LeadOutcome]


@dataclass(frozen=True)
class Reading:
    """All that a report of one agreement and period is made from.

    `today` is the last local day it looks at, `at` the instant its clocks are read. `everything` holds the handoffs
    made in the period and those that are taken off in it. With a scope it is about some handoffs only; then there is
    a target only where they are those of one tier that has its own. With `in_value` the volume counts points.
    `without` excuses and the exceptions agreed beyond the terms: as if there were none.
    """

    agreement: Agreement
    period: Period
    at: datetime
    today: date
    terms: Timeline
    targets: dict[date, MonthTarget]
    everything: Facts
    scope: Scope = field(default_factory=Scope)
    looks_back: bool = False
    in_value: bool = False
    without: bool = False
    stated: Figures = field(default_factory=dict)

    @cached_property
    def made(self) -> Facts:
        """The handoffs of the period, of every source and tier."""
        return self.everything[self.everything.on_days(self.period.start_on, self.period.end_on)]

    @cached_property
    def facts(self) -> Facts:
        return self._scoped(self.made)

    @cached_property
    def steps(self) -> Steps:
        return steps(self._scoped(self.everything), self.period, in_value=self.in_value)

    def _scoped(self, facts: Facts) -> Facts:
        return facts.within_scope(self.scope, self.own_tiers(self.scope.others)) if self.scope else facts

    @property
    def moment(self) -> Viewpoint:
        return Viewpoint(has_begun=self.today >= self.period.start_on, is_over=self.is_over)

    @property
    def is_over(self) -> bool:
        return self.terms.day_of(self.at) > self.period.end_on

    # What handoffs are held to

    @cached_property
    def in_force(self) -> Terms:
        return self.terms.on(min(self.period.end_on, self.today))

    @cached_property
    def _terms(self) -> list[Terms]:
        """Those by which the period's handoffs are measured, and those in force at its end."""
        measured = [self.terms.by_id(version) for version in np.unique(self.made.version).tolist() if version]
        return [*measured, self.in_force]

    def own_tiers(self, measure: str) -> Collection[str]:
        """The tiers that had a promise of their own at any time of the period, each in its latest spelling."""
        spelled = {key(tier): tier for terms in self._terms for tier in promises_of(terms, measure) if tier}
        return spelled.values()

    def promise(self, measure: str, tier: str, *, is_rest: bool = False) -> Commitment:
        """As the terms at the end of the period say it."""
        made = {key(own): promised for own, promised in promises_of(self.in_force, measure).items()}
        promise = made.get(key(tier)) or made.get("")
        return Commitment(tier, is_rest, promise.figure, promise.limit) if promise else Commitment(tier, is_rest)

    def judge(self, measure: str, facts: Facts, promise: Commitment) -> Judgement:
        return JUDGES[measure](facts, promise, self.moment)

    @cached_property
    def judgements(self) -> dict[str, list[Judgement]]:
        """By measure, one for every promise that is about handoffs of this scope: the general one first."""
        found = {measure: list(self._judgements(measure)) for measure in JUDGES}
        return {"volume": list(self._volumes()), **found}

    def _volumes(self) -> Iterator[Judgement]:
        """All leads, those of each tier that has a target of its own, and their value."""
        yield self.volume_judgement
        if not self.scope:
            for tier in self.tiers_with_target:
                yield self.of_tier(tier).volume_judgement
        value = replace(self, in_value=True)
        if value.target is not None:
            yield value.volume_judgement

    def of_tier(self, tier: str) -> "Reading":
        return replace(self, scope=Scope({"tier": tier}))

    def same_volume(self, judgement: Judgement) -> "Reading":
        """What a judgement of the volume was made of, in this period."""
        found = self.of_tier(judgement.tier) if judgement.tier else self
        return replace(found, in_value=judgement.measure == "value")

    @property
    def has_value(self) -> bool:
        """Whether leads are worth points: by the terms of any handoff, or by a target."""
        return any(terms.points for terms in self._terms) or any(t.value is not None for t in self.targets.values())

    @property
    def asks_criteria(self) -> bool:
        """Whether leads had to meet criteria at any time of the period."""
        return any(terms.criteria for terms in self._terms)

    def _judgements(self, measure: str) -> Iterator[Judgement]:
        chosen, own = self.scope.word("tier"), sorted(self.own_tiers(measure))
        if chosen is not None:
            yield self.judge(measure, self.facts, self.promise(measure, chosen))
            return
        rest = self.facts.within_scope(Scope(others=measure), own)
        yield self.judge(measure, rest, self.promise(measure, "", is_rest=bool(own)))
        for tier in own if self.scope.others != measure else ():
            yield self.judge(measure, self.facts[self.facts.tier.like(tier)], self.promise(measure, tier))

    def judge_again(self, judgement: Judgement, own_tiers: Collection[str]) -> Judgement:
        """The same promise over this period: the same tiers, each handoff by its own version."""
        scope = Scope({"tier": judgement.tier}) if judgement.tier else Scope(others=judgement.measure)
        return self.judge(judgement.measure, self.facts.within_scope(scope, own_tiers), Commitment())

    @property
    def stated_judgements(self) -> Iterator[Judgement]:
        """What sides state month by month, whatever group of handoffs this is about."""
        months = [month for month in self.period.months() if month.start_on <= max(self.today, self.period.start_on)]
        terms = {month: self.terms.on(max(month.start_on, min(month.end_on, self.today))) for month in months}
        for measure in STATED:
            tiers = {key(tier): tier for made in terms.values() for tier in promises_of(made, measure)}
            for tier in sorted(tiers):
                rows = [row for month in months if (row := self._stated(month, terms[month], measure, tier))]
                promise = Commitment(tiers[tier], is_rest=not tier and len(tiers) > 1)
                yield judge_stated(measure, promise, rows, self.moment)

    def _stated(self, month: Period, terms: Terms, measure: str, tier: str) -> StatedMonth | None:
        made = {key(own): promise for own, promise in promises_of(terms, measure).items()}.get(tier)
        if made is None:
            return None
        figure, is_over = self.stated.get((month.start_on, measure, tier)), self.terms.day_of(self.at) > month.end_on
        return StatedMonth(made.figure, None if figure is None else float(figure), is_over)

    @property
    def scorecard(self) -> list[Judgement]:
        """The volume, and what else somebody promised: marketing's first."""
        rows = [judgement for found in self.judgements.values() for judgement in found]
        rows += self.stated_judgements
        return sorted(
            (row for row in rows if row.measure in VOLUMES or row.promised is not None), key=lambda row: row.side
        )

    @property
    def timed(self) -> list[str]:
        """The measures of a working time, beside the speed, that are promised at some time of the period."""
        rows = [row for found in self.judgements.values() for row in found]
        return list(dict.fromkeys(row.measure for row in rows if _is_timed(row.measure) and row.promised is not None))

    # What marketing promised

    @cached_property
    def paces(self) -> list[MonthPace]:
        return [self._pace(month) for month in self.period.months()]

    def _pace(self, month: Period) -> MonthPace:
        return month_pace(month.days(), self.terms.versions, self.owed(month.start_on), self.terms.spared)

    def owed(self, month: date) -> int | None:
        """The leads, or points, agreed for what this reading is about."""
        target, tier = self.targets.get(month), self.scope.word("tier")
        if target is None or self.scope not in (Scope(), Scope({"tier": tier or ""})):
            return None
        owed = target if tier is None else target.of_tier(tier)
        if owed is None:
            return None
        return owed.value if self.in_value else owed.leads

    @property
    def tiers_with_target(self) -> list[str]:
        """Each once, in the order of the latest month that has it."""
        rows = [row.tier for month in sorted(self.targets, reverse=True) for row in self.targets[month].by_tier]
        return list({key(tier): tier for tier in reversed(rows)}.values())[::-1]

    @property
    def judged_months(self) -> list[MonthPace]:
        """The months over which the volume is judged: those that have a target."""
        return [month for month in self.paces if month.goal is not None]

    @property
    def months_with_target(self) -> list[date]:
        return [month.days[0] for month in self.judged_months]

    @property
    def target(self) -> int | None:
        months = self.judged_months
        return sum(int(month.goal or 0) for month in months) if months else None

    @cached_property
    def goal(self) -> list[float] | None:
        return goal_line(self.paces)

    @cached_property
    def volume(self) -> Volume:
        months = [Period(month).label for month in self.months_with_target]
        return volume(self.steps, self.period, self.goal, self.target, months)

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
    def goal_for_today(self) -> int | None:
        """Whole leads, by the evening of today; None in a period that is over or has not begun."""
        if self.goal is None or self.today not in self.period or self.is_over:
            return None
        return whole_leads(self.goal[(self.today - self.period.start_on).days])

    @cached_property
    def volume_judgement(self) -> Judgement:
        return judge_volume(
            self.steps,
            self.months_with_target,
            self.target,
            self.expected,
            self.moment,
            measure="value" if self.in_value else "volume",
            tier=self.scope.word("tier") or "",
        )

    @property
    def _projected_months(self) -> list[MonthPace]:
        return self.judged_months or self.paces

    @cached_property
    def _added(self) -> list[int]:
        """What each day of these months added to the count; what comes off outside them, on the day it had counted."""
        months, made = [month.days[0] for month in self._projected_months], self.steps
        made = made[volume_is_judged(made, months)] if self.judged_months else made
        days = np.where(days_in_months(made.days, months), made.days, made.counted_on)
        added = Counter[date]()
        for day, change in zip(days.astype("datetime64[D]").tolist(), made.worth.tolist(), strict=True):
            added[day] += change
        return [added[day] for month in self._projected_months for day in month.days]

    @cached_property
    def projection(self) -> float | None:
        """What the judged months, without any target all, come to at their own pace; None before it is known."""
        if self.today < self.period.start_on:
            return None
        return projection(self._added, self._projected_months, self.finished_on, self.today)

    def projected_on(self, on: date) -> float | None:
        """How far its own pace brings it by the end of that day."""
        if self.projection is None:
            return None
        return projected_by(self.projection, self._added, self._projected_months, on)


def whole_leads(exact: float) -> int:
    """A goal in whole leads: rounded up, but not for the last digits of a float."""
    return ceil(round(exact, 6))


def end_of(on: date, terms: Timeline) -> datetime:
    """The end of that local day."""
    return datetime.combine(on + timedelta(days=1), time(), terms.zone)


def promises_of(terms: Terms, measure: str) -> Mapping[str, Promise]:
    return terms.promises.get(measure, {})


def _is_timed(measure: str) -> bool:
    """A promised share that has no page of its own."""
    return measure in MEASURES and MEASURES[measure].is_share and measure != "speed"


def read(
    agreement: Agreement,
    period: Period,
    *,
    at: datetime,
    today: date,
    terms: Timeline | None = None,
    scope: Scope | None = None,
    looks_back: bool = False,
    without: bool = False,
) -> Reading:
    """With `looks_back` nothing that happened after `at` is known."""
    terms = terms or timeline(agreement)
    facts = facts_of(
        agreement, period.start_on, period.end_on, terms=terms, at=at, looks_back=looks_back, without=without
    )
    targets = month_targets(agreement, period, terms, at if looks_back else None)
    made = Reading(agreement, period, at, today, terms, targets, facts, looks_back=looks_back, without=without)
    made = replace(made, stated=_stated_in(agreement, period.start_on, period.end_on, made))
    return replace(made, scope=scope) if scope else made


def _stated_in(agreement: Agreement, first_on: date, last_on: date, reading: Reading) -> Figures:
    if not any(map(reading.terms.ever_promised, STATED)):
        return {}
    return stated_figures(agreement, first_on, last_on, reading.at if reading.looks_back else None)


def read_with_previous(
    agreement: Agreement,
    period: Period,
    *,
    at: datetime,
    today: date,
    terms: Timeline | None = None,
    looks_back: bool = False,
    without: bool = False,
) -> tuple[Reading, Reading]:
    """The period and the one before it, whose targets are left out."""
    terms, before = terms or timeline(agreement), period.previous()
    both = facts_of(
        agreement, before.start_on, period.end_on, terms=terms, at=at, looks_back=looks_back, without=without
    )
    targets = month_targets(agreement, period, terms, at if looks_back else None)
    now = Reading(agreement, period, at, today, terms, targets, both, looks_back=looks_back, without=without)
    now = replace(now, stated=_stated_in(agreement, before.start_on, period.end_on, now))
    return now, replace(now, period=before, targets={})


def verdicts(reading: Reading) -> Verdicts:
    """The outcomes of the leads that were handed over in the period, as far as they were known."""
    leads = Handoff.objects.handed_in(reading.agreement, reading.period).order_by().values("lead_id")
    columns = ("lead_id", "outcome", "closed_at", "revenue", "reason")
    closed = Deal.objects.filter(lead__in=leads)
    if reading.looks_back:
        closed = closed.filter(closed_at__lt=reading.at)
    deals: dict[int, list[Any]] = defaultdict(list)
    for deal in closed.values_list(*columns, named=True):
        deals[deal.lead_id].append(deal)
    return {lead: outcome for lead, own in deals.items() if (outcome := outcome_of(own))}


def measures(reading: Reading, closed: Verdicts) -> Measures:
    return Measures(
        agreement=reading.agreement.slug,
        period=reading.period,
        time_zone=reading.agreement.time_zone,
        scorecard=tuple(reading.scorecard),
        volume=reading.volume,
        speed=speeds(reading),
        depth=depths(reading),
        outcomes=_grouped(reading, lambda facts, _tier: outcomes(facts, closed)),
        timed={measure: _in_time(reading, measure) for measure in reading.timed},
        without=reading.without,
    )


def _in_time(reading: Reading, measure: str) -> Grouped[InTime]:
    def of(facts: Facts, tier: str) -> InTime:
        found = reading.judge(measure, facts, reading.promise(measure, tier))
        return InTime(len(found.judged), len(found.kept), len(found.excused), found.limit, found.delivered)

    return _grouped(reading, of)


def speeds(reading: Reading) -> Grouped[Speed]:
    return _grouped(reading, lambda facts, tier: speed_of(reading, facts, tier))


def speed_of(reading: Reading, facts: Facts, tier: str = "") -> Speed:
    judged = reading.judge("speed", facts, reading.promise("speed", tier))
    return speed(facts, judged.limit, judged.delivered)


def depths(reading: Reading) -> Grouped[Depth]:
    return _grouped(reading, lambda facts, tier: depth_of(reading, facts, tier))


def depth_of(reading: Reading, facts: Facts, tier: str = "") -> Depth:
    judged = reading.judge("depth", facts, reading.promise("depth", tier))
    return depth(facts, judged.promised, Judged(len(judged.judged), judged.delivered, len(judged.kept)))


def _grouped(reading: Reading, measure: Callable[[Facts, str], T]) -> Grouped[T]:
    """Measures all and every group; every handoff is held against the promise it was made under."""
    facts, own = reading.facts, reading.scope.word("tier") or ""
    by = {
        dimension: {
            name: measure(facts[rows], name if dimension == "tier" else own)
            for name, rows in facts.names[dimension].groups()
        }
        for dimension in DIMENSIONS
    }
    return Grouped(measure(facts, own), by)
