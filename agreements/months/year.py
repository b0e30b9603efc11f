"""Reads: the agreed targets of a year, each with the numbers it came of."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from agreements.models import Agreement, Target
from agreements.months.targets import TargetError, TierNumbers, derive
from smarketing.lib.periods import Period


@dataclass(frozen=True)
class PlanningYear:
    """A year of the agreement: it may begin in any month, and is called by the year in which it begins."""

    year: int
    begins: int = 1

    @classmethod
    def of(cls, on: date, begins: int) -> "PlanningYear":
        return cls(on.year if on.month >= begins else on.year - 1, begins)

    @property
    def months(self) -> list[Period]:
        first = Period(date(self.year, self.begins, 1))
        return [first.moved(n) for n in range(12)]

    @property
    def quarters(self) -> list[list[Period]]:
        months = self.months
        return [months[n : n + 3] for n in range(0, 12, 3)]

    @property
    def label(self) -> str:
        return str(self.year) if self.begins == 1 else f"{self.year}/{(self.year + 1) % 100:02}"


def agreed_targets(agreement: Agreement, year: PlanningYear) -> list[Target]:
    span = (year.months[0].start_on, year.months[-1].start_on)
    return list(agreement.targets.agreed().filter(month__range=span).select_related("assumptions").order_by("month"))


def as_json(target: Target) -> dict[str, Any]:
    return {
        "month": f"{target.month:%Y-%m}",
        "quota": plain(target.quota),
        "leads": target.leads,
        "exact_leads": plain(target.exact_leads),
        "value": target.value,
        "by_tier": {tier.tier: _tier_json(tier, target) for tier in target.tiers},
        "how": target.how,
        "inputs": _inputs(target),
        "version": target.assumptions.number if target.assumptions else None,
    }


def _inputs(target: Target) -> dict[str, Any]:
    """What the leads were derived from; nothing for a number agreed as it stands."""
    made = target.conversion
    if made is None:
        return {}
    return {
        "quota": plain(target.quota),
        "quota_month": f"{target.quota_month or target.month:%Y-%m}",
        "quota_parts": {name: plain(amount) for name, amount in target.numbers.parts.items()},
        "marketing_share": plain(made.marketing_share),
        "average_deal": plain(made.average_deal),
        "lead_to_customer": plain(made.lead_to_customer),
        "cycle_days": made.cycle_days,
        "shift_by_cycle": made.is_shifted,
    }


def _tier_json(tier: TierNumbers, target: Target) -> dict[str, Any]:
    made = tier.conversion
    inputs = {name: plain(getattr(made, name)) for name in ("share", "average_deal", "lead_to_customer") if made}
    return {
        "leads": tier.leads,
        "exact_leads": plain(tier.exact_leads),
        "customers": customers(tier, target),
        "points": tier.points,
        "value": tier.value,
        **inputs,
    }


def customers(tier: TierNumbers, target: Target) -> int | float | None:
    if tier.conversion is None or target.quota is None or target.conversion is None:
        return None
    try:
        steps = derive(target.quota, target.conversion).by_tier
    except TargetError:
        return None
    return next((plain(step.customers) for step in steps if step.conversion == tier.conversion), None)


def plain(number: Decimal | None) -> int | float | None:
    if number is None:
        return None
    return int(number) if number == int(number) else float(number)
