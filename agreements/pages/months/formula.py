"""The formula of a month's target with its numbers in it, in a line, or a line for every tier."""

from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from agreements.months.targets import Conversion, MonthNumbers, TierConversion
from smarketing.lib.numbers import exact_percent, exactly, money, number, places_of

MOST_PLACES = 2


def formula_lines(numbers: MonthNumbers, currency: str) -> list[str]:
    """Nothing for leads that were agreed as they stand, but by tier."""
    made = numbers.conversion
    if made is None or numbers.quota is None:
        return [tier_text(tier.tier, tier.leads, tier.points) for tier in numbers.by_tier]
    goal = f"{money(numbers.quota, currency)} × {exact_percent(made.marketing_share)}"
    if not numbers.by_tier:
        return [f"{_line(goal, made, currency)} {_equals(numbers.exact_leads)}"]
    return [
        f"{tier.tier}: {_line(f'{goal} × {exact_percent(tier.conversion.share)}', tier.conversion, currency)}"
        f" {_equals(tier.exact_leads)} → {tier_text('', tier.leads, tier.points)}"
        for tier in numbers.by_tier
        if tier.conversion
    ]


def _line(goal: str, made: Conversion | TierConversion, currency: str) -> str:
    return f"{goal} ÷ {money(made.average_deal, currency)} ÷ {exact_percent(made.lead_to_customer)}"


def _equals(value: Decimal) -> str:
    sign = "=" if places_of(value) <= MOST_PLACES else "≈"
    return f"{sign} {exactly(value, MOST_PLACES)}"


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
