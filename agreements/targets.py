"""PURE. Target formulas: from a sales quota to the leads that marketing owes. Decimal; nothing rounded on the way."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal


class TargetError(ValueError):
    """A number without which, or with which, no target follows. `field` names it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


@dataclass(frozen=True)
class Assumptions:
    """`marketing_share` and `lead_to_customer` are fractions of one, `average_deal` is money."""

    marketing_share: Decimal
    average_deal: Decimal
    lead_to_customer: Decimal


@dataclass(frozen=True)
class Derivation:
    """Every step of the formula, unrounded, and the leads rounded up."""

    quota: Decimal
    assumptions: Assumptions
    revenue_goal: Decimal
    customers: Decimal
    exact_leads: Decimal
    leads: int


def derive(quota: Decimal, assumptions: Assumptions) -> Derivation:
    """quota x share / average deal / rate. Raises TargetError for a missing, zero or negative input."""
    if quota < 0:
        raise TargetError("quota", "must not be negative")
    if not 0 <= assumptions.marketing_share <= 1:
        raise TargetError("marketing_share", "must lie between 0 and 1")
    if assumptions.average_deal <= 0:
        raise TargetError("average_deal", "must be above zero")
    if not 0 < assumptions.lead_to_customer <= 1:
        raise TargetError("lead_to_customer", "must be above 0 and at most 1")
    goal = quota * assumptions.marketing_share
    customers = goal / assumptions.average_deal
    # One division, so that a quotient like 7/3 is not rounded twice and lifted by a unit of the last place.
    exact = goal / (assumptions.average_deal * assumptions.lead_to_customer)
    leads = int(exact.to_integral_value(rounding=ROUND_CEILING))
    return Derivation(quota, assumptions, goal, customers, exact, leads)
