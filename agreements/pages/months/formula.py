"""The formula of a month's target with its numbers in it, in a line, or a line for every tier."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import ceil

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from agreements.months.targets import Conversion, MonthNumbers, TierConversion, derive
from smarketing.lib.numbers import exact_percent, exactly, money, number, places_of, rounded_to

PLACES = 4


def formula_lines(numbers: MonthNumbers, currency: str) -> list[str]:
    """Nothing for leads that were agreed as they stand, but by tier."""
    made = numbers.conversion
    if made is None or numbers.quota is None:
        return [tier_text(tier.tier, tier.leads, tier.points) for tier in numbers.by_tier]
    goal = f"{money(numbers.quota, currency)} × {exact_percent(made.marketing_share)}"
    if not numbers.by_tier:
        # Made again: of what is kept the last decimals are cut, and they may be all that lifts it by one.
        exact = derive(numbers.quota, made).exact_leads
        rounded_up = "" if exact == numbers.leads else f" → {number(numbers.leads)}"
        return [f"{_line(goal, made, currency)} {_equals(exact)}{rounded_up}"]
    return [
        f"{tier.tier}: {_line(f'{goal} × {exact_percent(tier.conversion.share)}', tier.conversion, currency)}"
        f" {_equals(tier.exact_leads)} → {tier_text('', tier.leads, tier.points)}"
        for tier in numbers.by_tier
        if tier.conversion
    ]


def _line(goal: str, made: Conversion | TierConversion, currency: str) -> str:
    return f"{goal} ÷ {money(made.average_deal, currency)} ÷ {exact_percent(made.lead_to_customer)}"


def _equals(value: Decimal) -> str:
    text, is_exact = shown_leads(value)
    return f"{'=' if is_exact else '≈'} {text}"


def shown_leads(value: Decimal) -> tuple[str, bool]:
    """Leads before they are rounded up, and whether this is exact: what is no whole number is not shown as one."""
    return _shown(value, lambda rounded: rounded != rounded.to_integral_value())


def shown_customers(value: Decimal, rate: Decimal) -> tuple[str, bool]:
    """With as many decimals as it takes to come to the same leads with them."""
    leads = ceil(Fraction(value) / Fraction(rate))
    return _shown(value, lambda rounded: ceil(Fraction(rounded) / Fraction(rate)) == leads)


def _shown(value: Decimal, is_enough: Callable[[Decimal], bool]) -> tuple[str, bool]:
    places, all_places = PLACES, places_of(value)
    while places < all_places and not is_enough(rounded_to(value, places)):
        places += 1
    return exactly(value, places), all_places <= places


def tier_text(tier: str, leads: int, points: int | None) -> str:
    """Of which tier how many, and what they are worth."""
    counted = ngettext("%(count)s lead", "%(count)s leads", leads) % {"count": number(leads)}
    if points is not None:
        said = {"leads": counted, "points": number(points), "value": number(leads * points)}
        counted = gettext("%(leads)s × %(points)s = %(value)s points") % said
    return f"{tier}: {counted}" if tier else counted


def serves(numbers: MonthNumbers) -> str:
    """Which quota the leads serve, where it is that of another month."""
    made = numbers.conversion
    if made is None or numbers.quota_month is None or not made.shift:
        return ""
    said = {"month": date_format(numbers.quota_month, "YEAR_MONTH_FORMAT"), "days": number(made.cycle_days)}
    text = ngettext(
        "serves the quota of %(month)s, a cycle of %(days)s day later",
        "serves the quota of %(month)s, a cycle of %(days)s days later",
        made.cycle_days,
    )
    return text % said
