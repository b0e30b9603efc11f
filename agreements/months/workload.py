"""Reads: the leads agreed for months, held against the time that the sales team has for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from agreements.models import Agreement
from agreements.months.capacity import CapacityCheck, Load, MonthHours, check
from agreements.terms import Terms
from smarketing.accounts.models import Side
from smarketing.lib.periods import Period

MICROSECOND, HOUR = timedelta(microseconds=1), timedelta(hours=1)
Counts = dict[str, int]  # leads by tier; the tier "" is the whole month


@dataclass(frozen=True)
class MonthWork:
    """`is_agreed` says whether the month has a target; without one the check says only what is possible."""

    month: date
    terms: Terms
    hours: MonthHours
    check: CapacityCheck
    is_agreed: bool


def month_works(agreement: Agreement, months: Sequence[date], versions: Sequence[Terms]) -> list[MonthWork]:
    """Each month by the terms that hold on its first day; it is left out where they say nothing of the team's time.

    `versions` are in order of time; before the first one the first one counts.
    """
    zone, agreed = ZoneInfo(agreement.time_zone), leads_by_month(agreement, months)
    found = [(month, terms_on(versions, month)) for month in months]
    return [month_work(terms, month, agreed.get(month), zone) for month, terms in found if terms and terms.capacity]


def leads_by_month(agreement: Agreement, months: Sequence[date]) -> dict[date, Counts]:
    agreed = agreement.targets.agreed().filter(month__in=months)
    return {target.month: {"": target.leads} | target.numbers.leads_by_tier for target in agreed}


def month_work(terms: Terms, month: date, leads: Counts | None, zone: ZoneInfo) -> MonthWork:
    """`terms` say how much time there is."""
    assert terms.capacity is not None
    hours = month_hours(terms, month, zone)
    return MonthWork(month, terms, hours, check(loads(terms, leads or {}), terms.capacity, hours), leads is not None)


def terms_on(versions: Sequence[Terms], day: date) -> Terms | None:
    begun = [terms for terms in versions if terms.effective_on <= day]
    return begun[-1] if begun else next(iter(versions), None)


def loads(terms: Terms, leads: Counts) -> list[Load]:
    """A tier's leads with the attempts promised for it; what no tier has of them, with those for all others."""
    by_tier = {tier: count for tier, count in leads.items() if tier}
    rest = max(leads.get("", 0) - sum(by_tier.values()), 0)
    tiers = [Load(count, promised_attempts(terms, tier), tier) for tier, count in by_tier.items()]
    return [*tiers, Load(rest, promised_attempts(terms, ""))] if rest or not tiers else tiers


def promised_attempts(terms: Terms, tier: str) -> int:
    """Of leads whose tier nobody knows yet as many as for the dearest tier, where only tiers have promises.

    Where no number is promised each lead takes one attempt at least.
    """
    if made := terms.depth_for(tier):
        return made.attempts
    return max((made.attempts for made in terms.depth.values()), default=1) if not tier else 1


def month_hours(terms: Terms, month: date, zone: ZoneInfo) -> MonthHours:
    """Without holidays, closed days and the exceptions in which the clocks pause."""
    period, year = Period(month), Period.of(month, "year")
    begins, ends = _midnight(month, zone), _midnight(period.next().start_on, zone)
    return MonthHours(
        open=_hours(terms.calendar.elapsed(begins, ends, terms.pauses_for(Side.SALES, None))),
        week=_hours(terms.calendar.usual_week),
        year_days=len(terms.calendar.working_days(year.start_on, year.end_on)),
    )


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time.min, zone)


def _hours(span: timedelta) -> Fraction:
    return Fraction(span // MICROSECOND, HOUR // MICROSECOND)
