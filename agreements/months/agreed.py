"""Reads: what is agreed for months. Proposals and former values are shown on pages and never measured by."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agreements.models import Agreement, Assumptions
from agreements.terms import Timeline
from smarketing.lib.periods import Period


@dataclass(frozen=True)
class MonthTarget:
    """What marketing owes in a month. `exact` is not rounded; `leads` is, upwards. `is_direct`: agreed as it stands."""

    month: date
    leads: int
    exact: Decimal
    is_direct: bool


def month_targets(agreement: Agreement, period: Period, terms: Timeline) -> dict[date, MonthTarget]:
    """The targets of the months of a period, by first day.

    Months for which nothing is agreed are left out, and those that were over before the terms took effect.
    """
    begins_on = terms.versions[0].effective_on if terms.versions else date.max
    rows = (
        agreement.targets.agreed().within(period).filter(tier="").values_list("month", "leads", "exact_leads", "quota")
    )
    found = [MonthTarget(month, leads, exact, quota is None) for month, leads, exact, quota in rows]
    return {target.month: target for target in found if Period(target.month, "month").end_on >= begins_on}


def current_assumptions(agreement: Agreement) -> Assumptions | None:
    return agreement.assumptions.filter(is_current=True).first()
