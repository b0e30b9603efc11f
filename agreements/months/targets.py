"""PURE. Target formulas and pacing: from a sales quota to the leads that marketing owes, and day by day to its line.

Decimals and fractions; nothing is rounded on the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
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


@dataclass(frozen=True)
class MonthPace:
    """A month's goal and how its line rises. `goal` is None where nothing is agreed.

    `days` are all days of the month in order, `paced` those on which the line rises.
    """

    days: Sequence[date]
    paced: frozenset[date]
    goal: int | Decimal | None


def paced_days(days: Sequence[date], pacing: str, working: Iterable[date]) -> frozenset[date]:
    """The days of one month that carry its goal: its working days, or every day.

    `pacing` is "working" or "calendar". A month without a working day is paced by calendar day.
    """
    inside = frozenset(days).intersection(working) if pacing == "working" else frozenset()
    return inside or frozenset(days)


def goal_line(months: Sequence[MonthPace]) -> list[float] | None:
    """The goal reached by the end of each day of the months, in order: g x i/n, or g x w/W by working day.

    A quarter's or year's line is the sum of its months' lines; a month without a goal leaves it level. None where no
    month has a goal. Each value is the exact fraction, rounded once to a float; the last one is the sum of the goals.
    """
    if all(month.goal is None for month in months):
        return None
    line: list[float] = []
    before = Fraction(0)
    for month in months:
        goal = Fraction(month.goal or 0)
        line += [float(before + goal * done / len(month.paced)) for done in _counted(month)]
        before += goal
    return line


def _counted(month: MonthPace) -> list[int]:
    """How many paced days there were by the end of each day."""
    counts, done = [], 0
    for day in month.days:
        done += day in month.paced
        counts.append(done)
    return counts


def projection(delivered: int | Decimal, months: Sequence[MonthPace], through: date) -> float | None:
    """What the period comes to if it goes on at its own pace: delivered / paced days so far x all its paced days.

    `delivered` is what was delivered by the end of the day `through`. None as long as no paced day is over; what was
    delivered itself once all are.
    """
    days = [day for month in months for day in month.paced]
    elapsed = sum(day <= through for day in days)
    return float(Fraction(delivered) * len(days) / elapsed) if elapsed else None
