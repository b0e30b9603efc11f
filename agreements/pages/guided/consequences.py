"""Reads: what a draft of an agreement means in numbers, step by step, worked out as the portal will work it out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.document.clauses import AgreementDocument
from agreements.document.groups.contacts import CONTACTS, LADDER
from agreements.document.groups.review import REVIEW
from agreements.document.groups.wordings import TEXTS
from agreements.enums import reason_words
from agreements.months.plans import numbers_of
from agreements.months.targets import MonthNumbers
from agreements.months.workload import MonthWork
from agreements.pages.months.capacity_sheet import ShownWork, first_month, shown_work, written_work
from agreements.pages.months.formula import formula_lines, serves
from agreements.promises.promise import TimedPromise
from agreements.signing.parties import Party
from agreements.terms import Terms, terms_in
from agreements.worktime import CalendarError
from smarketing.lib.numbers import exactly, number
from smarketing.lib.spoken import duration

FRIDAY = 4
LATE_ON_FRIDAY = time(16, 40)
WEEKS = 5
REVIEWS = 3
AN_HOUR = timedelta(hours=1)
LESS = 5  # of a hundred: a month that misses its target by so many


@dataclass(frozen=True)
class Meaning:
    """What a draft says, its months too, and for whom. `beside` tells of an agreement that it is not told from,
    `alike` of one that is even called so."""

    document: AgreementDocument
    parties: list[Party]
    today: date
    beside: str = ""
    alike: str = ""

    @cached_property
    def terms(self) -> Terms:
        return terms_in(self.document)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.document.time_zone)

    @cached_property
    def first_month(self) -> date:
        return first_month(self.document)

    @cached_property
    def numbers(self) -> MonthNumbers | None:
        return numbers_of(self.document, self.first_month)

    @cached_property
    def work(self) -> MonthWork | None:
        return written_work(self.terms, self.document, self.first_month)

    @property
    def shown_work(self) -> ShownWork | None:
        return shown_work(self.work) if self.work else None

    @property
    def friday(self) -> datetime:
        """A Friday, late in the afternoon, soon after the terms take effect; one that is worked on, if there is any."""
        on = self.document.effective_on
        fridays = [on + timedelta(days=(FRIDAY - on.weekday()) % 7, weeks=week) for week in range(WEEKS)]
        worked = next(filter(self.terms.calendar.is_working_day, fridays), fridays[0])
        return datetime.combine(worked, LATE_ON_FRIDAY, self.zone)


def consequences(step: str, meaning: Meaning) -> list[str]:
    """Sentences; none where nothing follows yet."""
    try:
        return list(_FOLLOWS[step](meaning)) if step in _FOLLOWS else []
    except CalendarError:  # a calendar that is never open when it would have to be
        return [_("With these hours the calendar is never open when it would have to be.")]


def _who(meaning: Meaning) -> Iterator[str]:
    document = meaning.document
    said = {"on": _day(document.effective_on), "days": number((document.effective_on - meaning.today).days)}
    yield _("To take effect on %(on)s, in %(days)s days, once every party has signed.") % said
    for party in meaning.parties:
        yield _("For %(team)s signs: %(who)s.") % {"team": party.team, "who": party.who}


def _hours(meaning: Meaning) -> Iterator[str]:
    calendar, first = meaning.terms.calendar, meaning.document.effective_on
    days = calendar.working_days(first, first + timedelta(days=29))
    text = _("%(hours)s open in a usual week; %(days)s working days in the first thirty.")
    yield text % {"hours": duration(calendar.usual_week), "days": number(len(days))}
    within = next((made.within for made in meaning.terms.speed.values()), AN_HOUR)
    yield _due(meaning, within)
    closed = [first + timedelta(days=n) for n in range(366) if _is_holiday(meaning, first + timedelta(days=n))][:3]
    if closed:
        yield _("The next days without hours: %(days)s.") % {"days": ", ".join(map(_day, closed))}


def _is_holiday(meaning: Meaning, on: date) -> bool:
    """A day of the week on which one would work, and does not."""
    week = list(meaning.document.calendar.week)
    usual = {("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day) for day in week}
    return on.weekday() in usual and not meaning.terms.calendar.is_working_day(on)


def _due(meaning: Meaning, within: timedelta) -> str:
    due = meaning.terms.calendar.due(meaning.friday, within, meaning.terms.pauses)
    said = {"handed": _moment(meaning.friday, meaning), "within": duration(within), "due": _moment(due, meaning)}
    return _("Handed over %(handed)s with %(within)s of working time: due %(due)s.") % said


def _lead(meaning: Meaning) -> Iterator[str]:
    document = meaning.document
    for tier, points in document.tier_points:
        if points is not None:
            yield _("A lead of tier %(tier)s counts %(points)s points.") % {"tier": tier, "points": number(points)}
    off = [reason_words(one.key, one.label) for one in document.return_reasons if one.counts]
    if off:
        yield _("What sales returns for one of these reasons is taken off marketing's leads: %(reasons)s.") % {
            "reasons": ", ".join(off)
        }


def _target(meaning: Meaning) -> Iterator[str]:
    numbers = meaning.numbers
    if numbers is None:
        return
    month, leads = date_format(meaning.first_month, "YEAR_MONTH_FORMAT"), numbers.leads
    text = ngettext("%(month)s: marketing owes %(leads)s lead.", "%(month)s: marketing owes %(leads)s leads.", leads)
    yield text % {"month": month, "leads": number(leads)}
    yield from formula_lines(numbers, meaning.document.currency)
    if shifted := serves(numbers):
        yield shifted
    days = len(meaning.terms.calendar.working_days(*_month(meaning.first_month)))
    if days:
        a_day = exactly(numbers.exact_leads / days, 1)
        yield _("That is about %(leads)s on each of its %(days)s working days.") % {
            "leads": a_day,
            "days": number(days),
        }


def _fast(meaning: Meaning) -> Iterator[str]:
    timed = [promise for promise in meaning.document.promises if isinstance(promise, TimedPromise)]
    for promise in timed:
        if promise.measure == "speed":
            yield _due(meaning, promise.within)
            yield from _may_be_late(meaning, promise)


def _may_be_late(meaning: Meaning, promise: TimedPromise) -> Iterator[str]:
    leads = meaning.numbers.leads if meaning.numbers and not promise.tier else 0
    if leads:
        late = int(leads * (1 - promise.share))
        text = ngettext(
            "Of %(leads)s leads a month at most %(late)s may come later.",
            "Of %(leads)s leads a month at most %(late)s may come later.",
            leads,
        )
        yield text % {"leads": number(leads), "late": number(late)}


def _often(meaning: Meaning) -> Iterator[str]:
    for tier, promise in meaning.terms.depth.items():
        due = promise.due(meaning.terms.calendar, meaning.friday, meaning.terms.pauses)
        said = {"handed": _moment(meaning.friday, meaning), "attempts": number(promise.attempts)}
        text = _("Handed over %(handed)s: %(attempts)s attempts by %(due)s, unless the two have spoken before.")
        yield text % {**said, "due": _day((due - timedelta(seconds=1)).astimezone(meaning.zone).date())}
        if meaning.numbers and not tier:
            text = _("%(leads)s leads a month: at most %(attempts)s attempts.")
            leads = meaning.numbers.leads
            yield text % {"leads": number(leads), "attempts": number(leads * promise.attempts)}


def _missed(meaning: Meaning) -> Iterator[str]:
    month = date_format(meaning.first_month, "YEAR_MONTH_FORMAT")
    if meaning.numbers and meaning.numbers.leads:
        leads = meaning.numbers.leads
        fewer = min(leads - 1, leads * (100 - LESS) // 100)
        text = _("%(fewer)s leads instead of %(leads)s in %(month)s: marketing has missed the month.")
        yield text % {"fewer": number(fewer), "leads": number(leads), "month": month}
    texts = TEXTS.one(meaning.document)
    if texts and texts.when_missed:
        yield _("Of missed goals it says: “%(text)s”") % {"text": texts.when_missed.partition("\n")[0][:200]}
    within = meaning.document.return_within_working_days
    last = _month(meaning.first_month)[1]
    ends = list(meaning.terms.calendar.working_days(last + timedelta(days=1), last + timedelta(days=366)))
    if 0 < within <= len(ends):
        text = _("What sales returns until %(on)s still counts against %(month)s.")
        yield text % {"on": _day(ends[within - 1]), "month": month}


def _contacts(meaning: Meaning) -> Iterator[str]:
    if names := [row.name for row in CONTACTS.of(meaning.document)]:
        yield _("With questions one turns to: %(names)s.") % {"names": ", ".join(names)}
    monday = meaning.friday + timedelta(days=3)
    for row in LADDER.of(meaning.document):
        if row.after_working_days:
            due = meaning.terms.calendar.end_of_working_day(monday, row.after_working_days)
            last = (due - timedelta(seconds=1)).astimezone(meaning.zone).date()
            said = {"began": _day(monday.date()), "on": _day(last)}
            text = _("Open since %(began)s, not solved: %(level)s is called on %(on)s.")
            yield text % {**said, "level": row.row_name}


def _review(meaning: Meaning) -> Iterator[str]:
    review, days = REVIEW.one(meaning.document), list[date]()
    on = max(meaning.today, meaning.document.effective_on)
    while review and len(days) < REVIEWS and (day := review.next_on(meaning.document.effective_on, on)):
        days.append(day)
        on = day + timedelta(days=1)
    if days:
        yield _("The next reviews: %(days)s.") % {"days": ", ".join(map(_day, days))}


_FOLLOWS: dict[str, Callable[[Meaning], Iterator[str]]] = {
    "who": _who,
    "hours": _hours,
    "lead": _lead,
    "target": _target,
    "fast": _fast,
    "often": _often,
    "missed": _missed,
    "contacts": _contacts,
    "review": _review,
}


def _month(first: date) -> tuple[date, date]:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first, last


def _day(on: date) -> str:
    return f"{date_format(on, 'l')}, {date_format(on, 'DATE_FORMAT')}"


def _moment(at: datetime, meaning: Meaning) -> str:
    """ "Friday 16:40", in the agreement's zone."""
    local = at.astimezone(meaning.zone)
    return f"{date_format(local, 'l')} {date_format(local, 'TIME_FORMAT')}"
