"""Reads: agreements as the pages show them."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext

from agreements.document.clauses import AgreementDocument, CalendarClause, PauseClause
from agreements.document.differences import hours_text
from agreements.document.public_holidays import known_years
from agreements.enums import Weekday
from agreements.models import Agreement, Target, Version
from agreements.months.plans import month_name, numbers_of
from agreements.months.targets import MonthNumbers
from agreements.promises.measures import MEASURES
from agreements.promises.promise import Promise
from agreements.querysets import AgreementQuerySet
from agreements.terms import in_force, today_of
from agreements.worktime import WEEKDAYS
from smarketing.accounts.access import Access
from smarketing.accounts.rights import Verb
from smarketing.lib.numbers import exact_percent, money, number

DAY_MINUTES = 24 * 60
_DATES = (  # what it looks like, the instant it is read as, and how it is written
    (re.compile(r"\d{4}-\d\d-\d\d"), "{}", "DATE_FORMAT"),
    (re.compile(r"\d{4}-\d\d"), "{}-01", "YEAR_MONTH_FORMAT"),
    (re.compile(r"\d\d-\d\d"), "2000-{}", "MONTH_DAY_FORMAT"),
    (re.compile(r"\d{4}-\d\d-\d\dT.*"), "{}", "DATETIME_FORMAT"),
)


@dataclass(frozen=True)
class AgreementToday:
    """An agreement in the list, with the terms in force and the target of the month of its own today."""

    agreement: Agreement
    version: Version
    promises: dict[str, Promise]
    leads: int | None
    coming: list[Version]
    ended_on: date | None = None
    begins_on: date | None = None

    @property
    def later(self) -> list[Version]:
        """Those to come beside the one shown, which itself may not have begun."""
        return [version for version in self.coming if version.pk != self.version.pk]


def rows(agreements: AgreementQuerySet, at: datetime) -> list[AgreementToday]:
    """Those without any version, which only a half-made row could be, are left out."""
    somewhere = {(at + timedelta(days=n)).date().replace(day=1) for n in (-1, 0, 1)}
    found = agreements.with_teams().prefetch_related(
        Prefetch("versions", Version.objects.dated().order_by("effective_on").prefetch_related("objectives")),
        Prefetch("targets", Target.objects.agreed().filter(month__in=somewhere)),
    )
    return [_row(agreement, at) for agreement in found if agreement.versions.all()]


@dataclass(frozen=True)
class WrittenAgreement:
    """One that is no agreement yet, with the draft in which both sides write, or what was proposed last."""

    agreement: Agreement
    draft: Version | None
    proposal: Version | None


def being_written(agreements: AgreementQuerySet, access: Access) -> list[WrittenAgreement]:
    """For those who write in the draft; for others once something is proposed."""
    found = []
    for agreement in agreements.with_teams().filter(is_draft=True):
        draft = agreement.versions.shared_drafts().first() if access.may(Verb.AMEND, agreement) else None
        proposal = agreement.versions.proposed().select_related("proposed_by").first()
        if draft or proposal or access.may(Verb.AMEND, agreement):
            found.append(WrittenAgreement(agreement, draft, proposal))
    return found


def _row(agreement: Agreement, at: datetime) -> AgreementToday:
    today = today_of(agreement, at)
    versions = list(agreement.versions.all())
    standing = in_force(versions, today)
    version = terms_before(versions, standing)
    promises = {o.measure: o.promised for o in version.objectives.all() if not o.tier}
    targets = {target.month: target.leads for target in agreement.targets.all()}
    leads = targets.get(today.replace(day=1))
    ended_on = standing.last_on if standing.is_cancellation else None
    begins_on = version.effective_on if version.effective_on > today else None
    return AgreementToday(agreement, version, promises, leads, coming(versions, today), ended_on, begins_on)


def coming(dated: list[Version], today: date) -> list[Version]:
    """The terms that are agreed and have not begun."""
    return [version for version in dated if version.effective_on > today and not version.is_cancellation]


def terms_before(dated: list[Version], standing: Version) -> Version:
    """Itself, or, where the agreement has ended, the terms that were in force last. `dated` is in order of time."""
    terms = [version for version in dated if not version.is_cancellation]
    return in_force(terms, standing.effective_on)


@dataclass(frozen=True)
class Span:
    """A part of a day in minutes since midnight."""

    start: int
    length: int


@dataclass(frozen=True)
class DrawnDay:
    label: str
    hours: str
    spans: list[Span]


def week(calendar: CalendarClause) -> list[DrawnDay]:
    """The week drawn: what runs over midnight is drawn on, on the next day, but named on the day it begins."""
    hours = {day: calendar.week.get(day, ()) for day in WEEKDAYS}
    drawn: dict[str, list[Span]] = {day: [] for day in WEEKDAYS}
    for day, following in zip(WEEKDAYS, WEEKDAYS[1:] + WEEKDAYS[:1], strict=True):
        for opens, closes in hours[day]:
            start, end = _minutes(opens), _minutes(closes)
            if end <= start:
                drawn[following].append(Span(0, end))
                end = DAY_MINUTES
            drawn[day].append(Span(start, end - start))
    return [DrawnDay(str(Weekday(day).label), hours_text(hours[day]), drawn[day]) for day in WEEKDAYS]


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])


def promises(made: Iterable[Promise], side: str) -> list[tuple[str, Promise]]:
    """Each with the name of its measure, as they are listed: the promise for all others first, then tiers by name."""
    order = list(MEASURES)
    own = [promise for promise in made if MEASURES[promise.measure].side == side]
    own.sort(key=lambda promise: (order.index(promise.measure), promise.tier))
    return [(gettext(MEASURES[promise.measure].name), promise) for promise in own]


@dataclass(frozen=True)
class WrittenMonths:
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def written_months(document: AgreementDocument) -> WrittenMonths:
    """Quotas and targets that stand in a text, each tier with a column of its own where they are split."""
    months = sorted({*document.quotas, *document.targets})
    numbers = {month: numbers_of(document, month) for month in months}
    tiers = tuple(dict.fromkeys(tier for made in numbers.values() if made for tier in made.leads_by_tier))
    heads = (gettext("Month"), gettext("Quota"), gettext("Leads"), *tiers)
    return WrittenMonths(heads, tuple(_written_month(document, on, made, tiers) for on, made in numbers.items()))


def _written_month(
    document: AgreementDocument, on: date, made: MonthNumbers | None, tiers: tuple[str, ...]
) -> tuple[str, ...]:
    by_tier = made.leads_by_tier if made else {}
    leads = number(made.leads if made else None)
    quota = money(document.quotas.get(on), document.currency)
    return month_name(on), quota, leads, *(number(by_tier.get(tier)) for tier in tiers)


def assumed_tiers(document: AgreementDocument) -> list[tuple[str, str]]:
    """What each tier brings of its own to the derivation of the leads."""
    text = gettext("%(share)s of the revenue goal, %(deal)s a deal, %(rate)s of the leads become customers")
    return [
        (
            row.tier,
            text
            % {
                "share": exact_percent(row.share),
                "deal": money(row.average_deal, document.currency),
                "rate": exact_percent(row.lead_to_customer),
            },
        )
        for row in document.by_tier
    ]


def month_of_year(number_of_month: int) -> str:
    return capfirst(date_format(date(2000, number_of_month, 1), "F"))


def other_hours(calendar: CalendarClause) -> list[tuple[str, str]]:
    """Single days and days of every year, with their hours."""
    single = {on.isoformat(): hours for on, hours in calendar.overrides.items()}
    days = [*sorted(calendar.yearly.items()), *sorted(single.items())]
    return [(dated(on), hours_text(hours)) for on, hours in days]


def exceptions(pauses: Iterable[PauseClause]) -> list[tuple[str, str, str]]:
    """From, to, and why."""
    return [(dated(pause.begins.isoformat()), dated(pause.ends.isoformat()), pause.reason) for pause in pauses]


def holidays_until(calendar: CalendarClause) -> int | None:
    """The last year whose public holidays are known; none where there are none."""
    return known_years(calendar.country)[-1] if calendar.country else None


def dated(text: str) -> str:
    """A day, of one year or of each, a month or a time as the language writes it; anything else stays as it stands."""
    for pattern, written, style in _DATES:
        if pattern.fullmatch(text):
            with suppress(ValueError):
                return date_format(datetime.fromisoformat(written.format(text)), style)
    return text


def dated_span(begins: str, ends: str) -> str:
    """From the one to the other; what lies in one day names it once."""
    if begins == ends:
        return dated(begins)
    day, hour = ends[:10], ends[10:]
    if hour and begins.startswith(day):
        return f"{dated(begins)} – {date_format(datetime.fromisoformat(ends), 'TIME_FORMAT')}"
    return f"{dated(begins)} – {dated(ends)}"
