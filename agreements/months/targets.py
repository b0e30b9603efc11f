"""PURE. Target formulas: from a sales quota to the leads that marketing owes. Nothing is rounded on the way."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil

DIGITS = 60  # every product of two stored numbers is exact
MOST_LEADS = 2_147_483_647  # what a whole number of the database holds


def _(text: str) -> str:
    """Marks a reason for translation; whoever shows it translates."""
    return text


class TargetError(ValueError):
    """A number without which, or with which, no target follows. `field` names it, `reason` can be translated."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


@dataclass(frozen=True)
class Conversion:
    """`marketing_share` and `lead_to_customer` are fractions of one, `average_deal` is money."""

    marketing_share: Decimal
    average_deal: Decimal
    lead_to_customer: Decimal


@dataclass(frozen=True)
class Derivation:
    """Every step of the formula, unrounded, and the leads rounded up."""

    quota: Decimal
    conversion: Conversion
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
        raise TargetError(field, _("must be between 0 and 100%"))
    if field == "average_deal" and value <= 0:
        raise TargetError(field, _("must be above zero"))
    if field == "lead_to_customer" and not 0 < value <= 1:
        raise TargetError(field, _("must be above 0 and at most 100%"))


def derive(quota: Decimal, conversion: Conversion) -> Derivation:
    """quota x share / average deal / rate (DESIGN section 4). Raises TargetError for a zero or impossible input."""
    for field, value in {"quota": quota, **vars(conversion)}.items():
        refuse_impossible(field, value)
    with localcontext(prec=DIGITS):
        goal = quota * conversion.marketing_share
        revenue_per_lead = conversion.average_deal * conversion.lead_to_customer
        customers, exact = goal / conversion.average_deal, goal / revenue_per_lead
    # Rounded up from the fraction: a quotient like 7/3 cut to a last place must not lift the whole by one.
    leads = ceil(Fraction(goal) / Fraction(revenue_per_lead))
    return Derivation(quota, conversion, goal, customers, exact, leads)


@dataclass(frozen=True)
class MonthNumbers:
    """What a month's target is made of. Without quota and conversion it was agreed directly."""

    leads: int
    exact_leads: Decimal
    quota: Decimal | None = None
    conversion: Conversion | None = None

    @property
    def columns(self) -> dict[str, Decimal | int | None]:
        """As a target's row keeps them."""
        inputs = vars(self.conversion) if self.conversion else dict.fromkeys(Conversion.__dataclass_fields__)
        return {"leads": self.leads, "exact_leads": self.exact_leads, "quota": self.quota, **inputs}


def agreed_directly(leads: int) -> MonthNumbers:
    return MonthNumbers(leads, Decimal(leads))


def from_quota(quota: Decimal, conversion: Conversion) -> MonthNumbers:
    """Raises TargetError where no target follows, or one that nobody could agree."""
    made = derive(quota, conversion)
    if made.leads > MOST_LEADS:
        raise TargetError("quota", _("comes to more leads than anyone could agree to"))
    return MonthNumbers(made.leads, made.exact_leads, quota, conversion)
