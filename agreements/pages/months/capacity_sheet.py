"""Reads: whether the sales team has the time for what is promised, month by month, with every step of the formula."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.document.beginnings import first_months
from agreements.document.clauses import AgreementDocument
from agreements.document.groups.capacity_clause import CapacityClause
from agreements.models import Agreement
from agreements.months.capacity import CANNOT, KEEPS, MINUTES, TIGHT, TIGHT_FROM, LeadTime, Load, MonthHours, lead_time
from agreements.months.plans import numbers_of
from agreements.months.workload import MonthWork, month_work, month_works
from agreements.pages.months.calculator_form import FormulaStep
from agreements.terms import Terms, terms_in
from smarketing.lib.numbers import exact_percent, exactly, number, percent, rounded_to
from smarketing.lib.periods import Period

PLACES, MOST_PLACES = 2, 12
TONES = {KEEPS: "kept", TIGHT: "at_risk", CANNOT: "missed"}


@dataclass(frozen=True)
class MonthVerdict:
    """`used` is the share of the time that is taken, as people say it."""

    month: date
    leads: int | None
    needed: str
    available: str
    used: str
    verdict: str
    tone: str
    most_leads: int
    is_shown: bool


@dataclass(frozen=True)
class ShownWork:
    """A month with its verdict in words, the steps to it, and what would make it fit."""

    line: MonthVerdict
    sentence: str
    steps: list[FormulaStep]
    remedies: list[str]


@dataclass(frozen=True)
class CapacitySheet:
    """The months of a year, and one of them laid open; nothing where the terms say nothing of the team's time."""

    months: list[MonthVerdict]
    work: ShownWork | None
    thresholds: str


def capacity_sheet(
    agreement: Agreement, year: Period, versions: Sequence[Terms], *, today: date, month: str = ""
) -> CapacitySheet:
    """`month` is the one asked for, like "2026-04"; else today's, else the first with a target, else the first."""
    works = month_works(agreement, [period.start_on for period in year.months()], versions)
    work = _chosen(works, month, today)
    months = [month_verdict(each, is_shown=each is work) for each in works]
    return CapacitySheet(months, shown_work(work) if work else None, thresholds())


def shown_work(work: MonthWork) -> ShownWork:
    return ShownWork(month_verdict(work), sentence(work), steps(work), remedies(work))


def proposed_sheet(
    agreement: Agreement, document: AgreementDocument, in_force: Sequence[Terms], *, today: date
) -> CapacitySheet:
    """What a proposal means, from its own day on by its terms: this year, or a later one in which it takes effect.

    Exceptions agreed beyond the terms stand whatever the terms.
    """
    before = [terms for terms in in_force if terms.effective_on < document.effective_on]
    begins = max(document.effective_on, today)
    own = replace(terms_in(document), agreed=next((terms.agreed for terms in in_force if terms.agreed), ()))
    return capacity_sheet(agreement, Period.of(begins, "year"), [*before, own], today=begins)


def first_sheet(document: AgreementDocument) -> CapacitySheet:
    """What a first version means: its months stand in its text. The year of the first month with a target."""
    terms, shown_month = terms_in(document), first_month(document)
    months = [period.start_on for period in Period.of(shown_month, "year").months()]
    begins = document.effective_on.replace(day=1)
    works = [made for month in months if month >= begins and (made := written_work(terms, document, month))]
    work = next((each for each in works if each.month == shown_month), None)
    lines = [month_verdict(each, is_shown=each is work) for each in works]
    return CapacitySheet(lines, shown_work(work) if work else None, thresholds())


def first_month(document: AgreementDocument) -> date:
    """Of an agreement: the first one with a target, else the first one."""
    months = first_months(document)
    return next((month for month in months if numbers_of(document, month)), months[0])


def written_work(terms: Terms, document: AgreementDocument, month: date) -> MonthWork | None:
    """By the target in the text."""
    if terms.capacity is None:
        return None
    numbers = numbers_of(document, month)
    leads = {"": numbers.leads} | numbers.leads_by_tier if numbers else None
    return month_work(terms, month, leads, ZoneInfo(document.time_zone))


def _chosen(works: list[MonthWork], month: str, today: date) -> MonthWork | None:
    asked = [work for work in works if Period(work.month).label == month]
    current = [work for work in works if today in Period(work.month) and work.is_agreed]
    coming = [work for work in works if work.month > today and work.is_agreed]
    agreed = [work for work in works if work.is_agreed]
    return next(iter([*asked, *current, *coming, *agreed, *works]), None)


def month_verdict(work: MonthWork, *, is_shown: bool = True) -> MonthVerdict:
    made = work.check
    return MonthVerdict(
        work.month,
        made.leads if work.is_agreed else None,
        said(made.needed, 1) if work.is_agreed else "",
        said(made.supply.hours, 1),
        percent(_decimal(made.used)) if work.is_agreed and made.used is not None else "",
        verdict_words(made.verdict) if work.is_agreed else "",
        TONES[made.verdict],
        made.leads_possible,
        is_shown,
    )


def verdict_words(verdict: str) -> str:
    return {KEEPS: _("can be kept"), TIGHT: _("tight"), CANNOT: _("cannot be kept")}[verdict]


def sentence(work: MonthWork) -> str:
    made = work.check
    if not work.is_agreed:
        return _most(made.leads_possible)
    text = ngettext(
        "%(leads)s lead, worked as promised, takes %(needed)s hours; the team has %(available)s.",
        "%(leads)s leads, worked as promised, take %(needed)s hours; the team has %(available)s.",
        made.leads,
    )
    hours = {"needed": said(made.needed, 1), "available": said(made.supply.hours, 1)}
    return f"{text % {'leads': number(made.leads), **hours}} {_most(made.leads_possible)}"


def _most(leads: int) -> str:
    text = ngettext("At most %(leads)s lead is possible.", "At most %(leads)s leads are possible.", leads)
    return text % {"leads": number(leads)}


def remedies(work: MonthWork) -> list[str]:
    """Single changes, each of which alone is enough."""
    found, clause = work.check.remedies, work.terms.capacity
    if found is None or clause is None or not work.is_agreed:
        return []
    return [
        text
        for text, holds in (
            (_reps(found.reps or 0), found.reps is not None),
            (_attempts(found.attempts or 0), found.attempts is not None),
            (_share(found.time_share or Fraction(0), clause.share_of_time), found.time_share is not None),
            (_leads(found.leads, work.check.leads), True),
        )
        if holds
    ]


def _reps(count: int) -> str:
    return ngettext("%(count)s more rep", "%(count)s more reps", count) % {"count": number(count)}


def _attempts(count: int) -> str:
    text = ngettext("at most %(count)s attempt per lead", "at most %(count)s attempts per lead", count)
    return text % {"count": number(count)}


def _share(share: Fraction, former: Decimal) -> str:
    said_as = {"share": exact_percent(_decimal(share)), "former": exact_percent(former)}
    return _("%(share)s of the reps' time for marketing's leads instead of %(former)s") % said_as


def _leads(count: int, former: int) -> str:
    text = ngettext("%(count)s lead instead of %(former)s", "%(count)s leads instead of %(former)s", count)
    return text % {"count": number(count), "former": number(former)}


def steps(work: MonthWork) -> list[FormulaStep]:
    return [*_demand(work), *_supply(work)]


def _demand(work: MonthWork) -> Iterator[FormulaStep]:
    assert work.terms.capacity is not None
    clause, sums = work.terms.capacity, []
    made = [(load, lead_time(load.attempts, clause)) for load in work.check.loads]
    in_minutes = enough_places(work.check.needed, PLACES, partial(_hours_again, made)) if work.is_agreed else PLACES
    for load, time in made:
        places = enough_places(time.minutes, in_minutes, partial(_minutes_again, time, clause))
        promised = ngettext("%(n)d attempt promised", "%(n)d attempts promised", load.attempts) % {"n": load.attempts}
        rate = _("%(rate)s of attempts reach the lead") % {"rate": exact_percent(clause.reached)}
        yield _step(_of(_("Attempts expected per lead"), load), f"{promised}, {rate}", time.attempts, places)
        tried = f"{said(time.attempts, places)} × {exactly(clause.minutes_per_attempt)}"
        talked = f" + {percent(_decimal(time.connected), places - 1)} × {exactly(clause.conversation)}"
        name = _of(_("Minutes per lead"), load)
        yield _step(name, tried + (talked if clause.conversation else ""), time.minutes, in_minutes)
        sums.append(f"{number(load.leads)} × {said(time.minutes, in_minutes)}")
    if work.is_agreed:
        joined = f"({' + '.join(sums)})" if len(sums) > 1 else sums[0]
        yield _step(_("Hours needed"), f"{joined} ÷ 60", work.check.needed)


def enough_places(result: Fraction, places: int, again: Callable[[int], Fraction]) -> int:
    """How many decimals the factors need for a pocket calculator to come to what is shown; `again` works it out so."""
    found = (n for n in range(PLACES, MOST_PLACES) if rounded(again(n), places) == rounded(result, places))
    return next(found, MOST_PLACES)


def _hours_again(made: Sequence[tuple[Load, LeadTime]], places: int) -> Fraction:
    return sum((load.leads * rounded(time.minutes, places) for load, time in made), Fraction(0)) / MINUTES


def _minutes_again(time: LeadTime, clause: CapacityClause, places: int) -> Fraction:
    """A share is said in per cent, with one decimal less: of the share itself that is one more."""
    tried = rounded(time.attempts, places) * Fraction(clause.minutes_per_attempt)
    return tried + rounded(time.connected, places + 1) * Fraction(clause.conversation)


def _of(name: str, load: Load) -> str:
    return f"{name} · {load.tier}" if load.tier else name


def _supply(work: MonthWork) -> Iterator[FormulaStep]:
    assert work.terms.capacity is not None
    clause, hours, made = work.terms.capacity, work.hours, work.check.supply
    team = Fraction(clause.reps) * Fraction(clause.share_of_time)
    places = enough_places(
        made.hours, PLACES, lambda n: team * rounded(made.rep_hours, n) * rounded(1 - made.absence, n + 1)
    )
    if clause.hours_a_week is None or not hours.week:
        yield _step(_("Hours of a rep"), _opened(hours, places), made.rep_hours, places)
    else:
        own = Fraction(clause.hours_a_week)
        of_week = enough_places(made.rep_hours, places, lambda n: rounded(hours.open, n) / rounded(hours.week, n) * own)
        weeks = f"{said(hours.open, of_week)} ÷ {said(hours.week, of_week)} × {exactly(clause.hours_a_week)}"
        yield _step(_("Hours of a rep"), f"{_opened(hours, of_week)}: {weeks}", made.rep_hours, places)
    if clause.absence_days:
        days = {"absent": number(clause.absence_days), "days": number(hours.year_days)}
        text = _("%(absent)s of %(days)s working days of the year") % days
        absence = percent(_decimal(made.absence), places - 1)
        yield FormulaStep(_("Absence"), text, absence, _is_whole(made.absence * 10 ** (places + 1)))
    factors = [exactly(clause.reps), said(made.rep_hours, places)]
    if made.absence:
        factors.append(percent(_decimal(1 - made.absence), places - 1))
    factors.append(exact_percent(clause.share_of_time))
    yield _step(_("Hours available"), " × ".join(factors), made.hours)


def _opened(hours: MonthHours, places: int) -> str:
    return _("the calendar is open %(hours)s hours in this month") % {"hours": said(hours.open, places)}


def _step(name: str, text: str, result: Fraction, places: int = PLACES) -> FormulaStep:
    return FormulaStep(name, text, said(result, places), _is_whole(result * 10**places))


def rounded(value: Fraction, places: int) -> Fraction:
    return Fraction(rounded_to(_decimal(value), places))


def _is_whole(value: Fraction) -> bool:
    return value.denominator == 1


def said(value: Fraction, places: int = PLACES) -> str:
    return exactly(_decimal(value), places)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def thresholds() -> str:
    text = _(
        "Can be kept: up to %(tight)s of the time there is. Tight: above that. Cannot be kept: more than there is."
    )
    return text % {"tight": exact_percent(_decimal(TIGHT_FROM))}
