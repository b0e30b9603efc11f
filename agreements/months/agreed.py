"""Reads: what is agreed for months. Proposals and former values are shown on pages and never measured by."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Min

from agreements.models import Agreement, Assumptions
from agreements.months.suggestion import Standing
from agreements.months.targets import TierNumbers, value_of
from agreements.querysets import TargetQuerySet
from agreements.terms import Timeline
from smarketing.lib import words
from smarketing.lib.periods import Period


@dataclass(frozen=True)
class MonthTarget:
    """What marketing owes in a month. `exact` is not rounded; `leads` is, upwards. `is_direct`: agreed as it stands."""

    month: date
    leads: int
    exact: Decimal
    is_direct: bool
    by_tier: tuple[TierNumbers, ...] = ()

    @property
    def value(self) -> int | None:
        """In points."""
        return value_of(self.by_tier)

    def of_tier(self, tier: str) -> TierNumbers | None:
        return next((own for own in self.by_tier if words.key(own.tier) == words.key(tier)), None)


def month_targets(
    agreement: Agreement, period: Period, terms: Timeline, before: datetime | None = None
) -> dict[date, MonthTarget]:
    """The targets of the months of a period, by first day: as they stand, or stood until the instant `before`.

    Months for which nothing is agreed are left out, and those in which no terms were in force.
    """
    known = _agreed(agreement, before).within(period)
    rows = known.values_list("month", "leads", "exact_leads", "quota", "by_tier")
    found = [
        MonthTarget(month, leads, exact, quota is None, tuple(map(TierNumbers.from_json, by_tier)))
        for month, leads, exact, quota, by_tier in rows
    ]
    return {each.month: each for each in found if terms.covers(each.month, Period(each.month, "month").end_on)}


def _agreed(agreement: Agreement, before: datetime | None) -> TargetQuerySet:
    """An agreement that was written down later had from the beginning what was first written."""
    targets: TargetQuerySet = agreement.targets.all()
    if before is None:
        return targets.agreed()
    written_at = agreement.versions.agreed().aggregate(at=Min("made_at"))["at"]
    return targets.agreed_before(max(before, written_at + timedelta(microseconds=1)) if written_at else before)


def current_assumptions(agreement: Agreement) -> Assumptions | None:
    return agreement.assumptions.filter(is_current=True).first()


def standing_of(agreement: Agreement, month: date) -> Standing:
    """What a proposal for the month is held against."""
    current, target = current_assumptions(agreement), agreement.targets.agreed().filter(month=month).first()
    conversion = current.conversion if current else None
    made = (target.conversion if target else None) or conversion
    quota = agreement.quotas.filter(month=made.quota_month(month) if made else month).first()
    amount, parts = (quota.amount, quota.by_part) if quota else (None, {})
    if target is None:
        return Standing(amount, conversion, parts=parts)
    return Standing(amount, conversion, target.leads, target.quota, target.conversion, parts)
