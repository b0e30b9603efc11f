"""PURE. Target formulas: from a sales quota to the leads that marketing owes. Nothing is rounded on the way."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil

DIGITS = 60  # every product of two stored numbers is exact


def _(text: str) -> str:
    """Marks a reason for translation; whoever shows it translates."""
    return text


class TargetError(ValueError):
    """A number without which, or with which, no target follows. `field` names it, `reason` can be translated."""

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


def refuse_impossible(field: str, value: Decimal) -> None:
    """Raises TargetError where this number alone stands in the way: of the quota, or of an assumption by its name."""
    if not value.is_finite():
        raise TargetError(field, _("must be a number"))
    if field == "quota" and value < 0:
        raise TargetError(field, _("must not be negative"))
    if field == "marketing_share" and not 0 <= value <= 1:
        raise TargetError(field, _("must lie between 0 and 100 %"))
    if field == "average_deal" and value <= 0:
        raise TargetError(field, _("must be above zero"))
    if field == "lead_to_customer" and not 0 < value <= 1:
        raise TargetError(field, _("must be above 0 and at most 100 %"))


def derive(quota: Decimal, assumptions: Assumptions) -> Derivation:
    """quota x share / average deal / rate (DESIGN section 4). Raises TargetError for a zero or impossible input."""
    for field, value in {"quota": quota, **vars(assumptions)}.items():
        refuse_impossible(field, value)
    with localcontext(prec=DIGITS):
        goal = quota * assumptions.marketing_share
        revenue_per_lead = assumptions.average_deal * assumptions.lead_to_customer
        customers, exact = goal / assumptions.average_deal, goal / revenue_per_lead
    # Rounded up from the fraction: a quotient like 7/3 cut to a last place must not lift the whole by one.
    leads = ceil(Fraction(goal) / Fraction(revenue_per_lead))
    return Derivation(quota, assumptions, goal, customers, exact, leads)
