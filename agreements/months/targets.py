"""PURE. Target formulas: from a sales quota to the leads that marketing owes, as a whole or tier by tier.

Nothing is rounded on the way (DESIGN section 4, "Target").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Context, Decimal, localcontext
from fractions import Fraction
from math import ceil
from typing import Any

from smarketing.lib import words
from smarketing.lib.periods import Period

DIGITS = 60  # every product of three stored numbers is exact
MOST_LEADS = 2_147_483_647  # what a whole number of the database holds
MOST_POINTS = 1_000_000_000  # of one lead: with MOST_LEADS a month stays below 2^63
MONTH_DAYS = Fraction("30.436875")  # a twelfth of the Gregorian year
LONGEST_CYCLE = 1_100  # days


def _(text: str) -> str:
    """Marks a reason for translation; whoever shows it translates."""
    return text


class TargetError(ValueError):
    """A number without which, or with which, no target follows. `field` names it, `reason` can be translated.

    `tier` is the place of the tier in whose row the field stands, None for the general numbers.
    """

    def __init__(self, field: str, reason: str, tier: int | None = None, **values: object) -> None:
        super().__init__(reason)
        self.field, self.reason, self.tier, self.values = field, reason, tier, values


@dataclass(frozen=True)
class TierConversion:
    """What turns a tier's `share` (a fraction of one) of marketing's revenue goal into its leads."""

    tier: str
    share: Decimal
    average_deal: Decimal
    lead_to_customer: Decimal

    def as_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in vars(self).items()}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "TierConversion":
        numbers = (Decimal(row[name]) for name in ("share", "average_deal", "lead_to_customer"))
        return cls(row["tier"], *numbers)


@dataclass(frozen=True)
class Conversion:
    """`marketing_share` and `lead_to_customer` are fractions of one, `average_deal` is money.

    With `by_tier` the leads are derived tier by tier. `cycle_days` is the sales cycle; where `is_shifted` the leads of
    a month serve the quota of the month a cycle later.
    """

    marketing_share: Decimal
    average_deal: Decimal
    lead_to_customer: Decimal
    by_tier: tuple[TierConversion, ...] = ()
    cycle_days: int = 0
    is_shifted: bool = False

    @property
    def shift(self) -> int:
        """By how many months: the cycle in whole months, so that every quota is served by exactly one month."""
        return months_of(self.cycle_days) if self.is_shifted else 0

    def quota_month(self, month: date) -> date:
        """The month whose quota the leads of this month serve."""
        return Period(month).moved(self.shift).start_on

    def lead_month(self, quota_month: date) -> date:
        return Period(quota_month).moved(-self.shift).start_on


ASSUMED = tuple(Conversion.__dataclass_fields__)


def months_of(days: int) -> int:
    """Half a month is rounded up."""
    return int(Fraction(days) / MONTH_DAYS + Fraction(1, 2))


@dataclass(frozen=True)
class TierDerivation:
    conversion: TierConversion
    revenue_goal: Decimal
    customers: Decimal
    exact_leads: Decimal
    leads: int


@dataclass(frozen=True)
class Derivation:
    """Every step of the formula, unrounded, and the leads rounded up. By tier the whole is the sum of the tiers."""

    quota: Decimal
    conversion: Conversion
    revenue_goal: Decimal
    customers: Decimal
    exact_leads: Decimal
    leads: int
    by_tier: tuple[TierDerivation, ...] = ()


def refuse_impossible(field: str, value: Decimal, tier: int | None = None) -> None:
    """Raises TargetError where this number alone stands in the way: of the quota, or of an assumption by its name."""
    if not value.is_finite():
        raise TargetError(field, _("must be a number"), tier)
    if field == "quota" and value < 0:
        raise TargetError(field, _("must not be negative"), tier)
    if field in ("marketing_share", "share") and not 0 <= value <= 1:
        raise TargetError(field, _("must be between 0 and 100%"), tier)
    if field == "average_deal" and value <= 0:
        raise TargetError(field, _("must be above zero"), tier)
    if field == "lead_to_customer" and not 0 < value <= 1:
        raise TargetError(field, _("must be above 0 and at most 100%"), tier)


def refuse_impossible_tiers(tiers: Sequence[TierConversion]) -> None:
    """Raises TargetError for a number that is impossible, a tier named twice, and shares that are no whole."""
    known: set[str] = set()
    for place, row in enumerate(tiers):
        for name in ("share", "average_deal", "lead_to_customer"):
            refuse_impossible(name, getattr(row, name), place)
        if words.key(row.tier) in known:
            raise TargetError("tier", _("names a tier twice"), place)
        known.add(words.key(row.tier))
    total = sum((row.share for row in tiers), Decimal(0))
    if tiers and total != 1:
        reason = _("the shares of the tiers come to {total}%: together they must make 100%")
        raise TargetError("share", reason, len(tiers) - 1, total=f"{(total * 100).normalize():f}")


def derive(quota: Decimal, conversion: Conversion) -> Derivation:
    """quota x share / average deal / rate, for every tier with its share of the goal.

    Raises TargetError for a zero or impossible input.
    """
    refuse_impossible("quota", quota)
    for name in ("marketing_share", "average_deal", "lead_to_customer"):
        refuse_impossible(name, getattr(conversion, name))
    refuse_impossible_tiers(conversion.by_tier)
    with localcontext(prec=DIGITS):
        goal = quota * conversion.marketing_share
        if not conversion.by_tier:
            return Derivation(quota, conversion, goal, *_leads(goal, conversion))
        tiers = tuple(
            TierDerivation(tier, goal * tier.share, *_leads(goal * tier.share, tier)) for tier in conversion.by_tier
        )
        customers = sum((tier.customers for tier in tiers), Decimal(0))
        exact = sum((tier.exact_leads for tier in tiers), Decimal(0))
    return Derivation(quota, conversion, goal, customers, exact, sum(tier.leads for tier in tiers), tiers)


def _leads(goal: Decimal, conversion: Conversion | TierConversion) -> tuple[Decimal, Decimal, int]:
    """Customers, leads, and leads rounded up."""
    revenue_per_lead = conversion.average_deal * conversion.lead_to_customer
    # Rounded up from the fraction: a quotient like 7/3 cut to a last place must not lift the whole by one.
    leads = ceil(Fraction(goal) / Fraction(revenue_per_lead))
    return goal / conversion.average_deal, goal / revenue_per_lead, leads


def taken_together(tiers: Sequence[TierConversion]) -> tuple[Decimal, Decimal]:
    """The average deal and the rate that the tiers come to together, to twelve digits.

    The deal is rounded as an amount, to six places, the rate as a share, to ten. Raises TargetError as `derive` does.
    """
    refuse_impossible_tiers(tiers)
    customers = sum((Fraction(tier.share) / Fraction(tier.average_deal) for tier in tiers), Fraction(0))
    leads = sum(
        (Fraction(t.share) / (Fraction(t.average_deal) * Fraction(t.lead_to_customer)) for t in tiers), Fraction(0)
    )
    return _rounded(1 / customers, 6), _rounded(customers / leads, 10)


def _rounded(value: Fraction, places: int) -> Decimal:
    """Never zero, never above what it stands for."""
    number = Context(prec=12, rounding=ROUND_FLOOR).divide(Decimal(value.numerator), Decimal(value.denominator))
    least = Decimal(1).scaleb(-places)
    with localcontext(prec=DIGITS):
        return max(number.quantize(least, ROUND_FLOOR) if number.adjusted() < 12 else number, least)


@dataclass(frozen=True)
class TierNumbers:
    """A tier's part of a month's target; without a conversion it was agreed directly."""

    tier: str
    leads: int
    exact_leads: Decimal
    points: int | None = None
    conversion: TierConversion | None = None

    @property
    def value(self) -> int | None:
        return None if self.points is None else self.leads * self.points

    def as_json(self) -> dict[str, Any]:
        inputs = self.conversion.as_json() if self.conversion else {"tier": self.tier}
        return {**inputs, "leads": self.leads, "exact_leads": str(self.exact_leads), "points": self.points}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "TierNumbers":
        conversion = TierConversion.from_json(row) if "share" in row else None
        return cls(row["tier"], row["leads"], Decimal(row["exact_leads"]), row["points"], conversion)


@dataclass(frozen=True)
class MonthNumbers:
    """What a month's target is made of. Without quota and conversion it was agreed directly.

    `parts` are those of the quota, by name; `quota_month` is the month whose quota the leads serve.
    """

    leads: int
    exact_leads: Decimal
    quota: Decimal | None = None
    conversion: Conversion | None = None
    by_tier: tuple[TierNumbers, ...] = ()
    quota_month: date | None = None
    parts: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def leads_by_tier(self) -> dict[str, int]:
        return {row.tier: row.leads for row in self.by_tier}

    def scaled_to(self, leads: int) -> "MonthNumbers":
        """As many leads, agreed directly; the tiers keep their proportions and add up to what they did of the whole."""
        tiers, whole, done = [], 0, Fraction(0)
        for row in self.by_tier:
            done += Fraction(row.leads * leads, self.leads) if self.leads else 0
            own = int(done + Fraction(1, 2)) - whole
            whole += own
            tiers.append(TierNumbers(row.tier, own, Decimal(own), row.points))
        return MonthNumbers(leads, Decimal(leads), by_tier=tuple(tiers))

    @property
    def columns(self) -> dict[str, Any]:
        """As a target's row keeps them."""
        made = self.conversion
        return {
            "leads": self.leads,
            "exact_leads": self.exact_leads,
            "quota": self.quota,
            "quota_month": self.quota_month,
            "quota_parts": stored_parts(self.parts),
            "marketing_share": made.marketing_share if made else None,
            "average_deal": made.average_deal if made else None,
            "lead_to_customer": made.lead_to_customer if made else None,
            "cycle_days": made.cycle_days if made else 0,
            "is_shifted": made is not None and made.is_shifted,
            "by_tier": [row.as_json() for row in self.by_tier],
        }


def stored_parts(parts: Mapping[str, Decimal]) -> list[list[str]]:
    """As a list: a database need not keep the order of the names in a table of JSON."""
    return [[name, str(amount)] for name, amount in parts.items()]


Points = Mapping[str, int]


def points_of(points: Points, tier: str) -> int | None:
    """What a lead of the tier is worth, however the tier is spelt."""
    return {words.key(name): worth for name, worth in points.items()}.get(words.key(tier))


def value_of(by_tier: Sequence[TierNumbers]) -> int | None:
    """A tier without points counts nothing; where none has any there is no value."""
    values = [row.value for row in by_tier if row.value is not None]
    return sum(values) if values else None


def agreed_directly(leads: int, by_tier: Mapping[str, int] | None = None, points: Points | None = None) -> MonthNumbers:
    rows = (
        TierNumbers(tier, count, Decimal(count), points_of(points or {}, tier))
        for tier, count in (by_tier or {}).items()
    )
    return MonthNumbers(leads, Decimal(leads), by_tier=tuple(rows))


def from_quota(
    quota: Decimal,
    conversion: Conversion,
    points: Points | None = None,
    *,
    month: date | None = None,
    parts: Mapping[str, Decimal] | None = None,
) -> MonthNumbers:
    """Raises TargetError where no target follows, or one that nobody could agree."""
    made = derive(quota, conversion)
    if made.leads > MOST_LEADS:
        raise TargetError("quota", _("comes to more leads than anyone could agree to"))
    by_tier = (
        TierNumbers(
            each.conversion.tier,
            each.leads,
            each.exact_leads,
            points_of(points or {}, each.conversion.tier),
            each.conversion,
        )
        for each in made.by_tier
    )
    serves = conversion.quota_month(month) if month else None
    return MonthNumbers(made.leads, made.exact_leads, quota, conversion, tuple(by_tier), serves, parts or {})
