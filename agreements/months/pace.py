"""PURE. A month's line: how much of its goal has fallen due by the end of each day, and what its own pace comes to.

The line begins on the day the terms take effect; each day is paced by the terms in force on it; a day's share falls
due when its working time is over (DESIGN section 4, "Pace"). Fractions, rounded once to a float at the end.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from agreements.worktime import WorkCalendar

NO_PACING = ""


class PacingTerms(Protocol):
    """What of a version's terms paces a month. `pacing` is "working" or "calendar", NO_PACING once they have ended."""

    @property
    def effective_on(self) -> date: ...
    @property
    def pacing(self) -> str: ...
    @property
    def calendar(self) -> WorkCalendar: ...


@dataclass(frozen=True)
class MonthPace:
    """A month's goal and how its line rises. `goal` is None where nothing is agreed.

    `days` are all days of the month in order, `outside` those on which no terms are in force: before the first
    ones, and after the last; `paced` are those on which the line rises.
    """

    days: Sequence[date]
    outside: frozenset[date]
    paced: frozenset[date]
    goal: int | Decimal | None


def month_pace(
    days: Sequence[date],
    versions: Sequence[PacingTerms],
    goal: int | Decimal | None,
    spared: Sequence[tuple[datetime, datetime]] = (),
) -> MonthPace:
    """`days` are those of one month, `versions` the terms of the agreement, oldest first,
    `spared` the agreed exceptions that have changed a target: a day with no working time outside them is not paced.

    The whole goal is spread over the paced days on which terms are in force. Where no day is a working day all are
    paced. A month that was over before the agreement began, or that began after it had ended, has no line.
    """
    starts = [terms.effective_on for terms in versions]
    since = {day: versions[place - 1] for day in days if (place := bisect_right(starts, day))}
    in_force = {day: terms for day, terms in since.items() if terms.pacing != NO_PACING}
    paced = frozenset(day for day, terms in in_force.items() if _carries(day, terms, spared))
    outside = frozenset(day for day in days if day not in in_force)
    return MonthPace(days, outside, paced or frozenset(in_force), goal if in_force else None)


def _carries(day: date, terms: PacingTerms, spared: Sequence[tuple[datetime, datetime]]) -> bool:
    if terms.pacing == "working" and not terms.calendar.is_working_day(day):
        return False
    windows = terms.calendar.windows(day) if spared else []
    if not windows:
        return True
    first, last = windows[0][0], windows[-1][1]
    touched = [pause for pause in spared if pause[0] < last and first < pause[1]]
    return not touched or any(terms.calendar.elapsed(begin, end, tuple(touched)) for begin, end in windows)


def goal_line(months: Sequence[MonthPace]) -> list[float] | None:
    """The goal due by the end of each day of the months, in order: g x i/W on the i-th of the W paced days.

    A quarter's or year's line is the sum of its months' lines; a month without a goal leaves it level. None where no
    month has a goal. The last value is the sum of the goals.
    """
    if all(month.goal is None for month in months):
        return None
    line: list[float] = []
    before = Fraction(0)
    for month in months:
        goal = Fraction(month.goal or 0)
        line += [float(before + goal * done / max(len(month.paced), 1)) for done in _counted(month)]
        before += goal
    return line


def _counted(month: MonthPace) -> list[int]:
    """How many paced days there were by the end of each day."""
    counts, done = [], 0
    for day in month.days:
        done += day in month.paced
        counts.append(done)
    return counts


def last_finished_day(today: date, at: datetime, calendar: WorkCalendar, zone: tzinfo) -> date:
    """The last local day whose working time is over at `at`: only until then the line's shares have fallen due.

    A day without working time is over at midnight. A window that runs over midnight belongs to the day on which it
    begins, so that early in the morning yesterday may not be over either; the day before yesterday always is.
    """
    for day in (today, today - timedelta(days=1)):
        if _end_of_work(day, calendar, zone) <= at:
            return day
    return today - timedelta(days=2)


def _end_of_work(day: date, calendar: WorkCalendar, zone: tzinfo) -> datetime:
    windows = calendar.windows(day)
    return windows[-1][1] if windows else datetime.combine(day + timedelta(days=1), time(), zone)


def projection(
    delivered: Sequence[int | Decimal], months: Sequence[MonthPace], finished_on: date, today: date
) -> float | None:
    """What the period comes to if it goes on at its own pace: delivered / paced days so far x all its paced days.

    `delivered` is what each day of the months added, in their order. A day that still runs cannot lower the pace; it
    raises it once it has brought more than its share. What was delivered while no terms were in force is no pace and
    is added as it is. None as long as no paced day is over.
    """
    by_day = dict(zip([day for month in months for day in month.days], map(Fraction, delivered), strict=True))
    paced = [day for month in months for day in month.paced]
    finished, begun = (sum(day <= on for day in paced) for on in (finished_on, today))
    if not finished:
        return None
    outside = frozenset[date]().union(*(month.outside for month in months))
    under_terms = {day: count for day, count in by_day.items() if day not in outside}
    paces = (_until(finished_on, under_terms) / finished, _until(today, under_terms) / begun)
    return float(_outside(by_day, months) + max(paces) * len(paced))


def projected_by(whole: float, delivered: Sequence[int | Decimal], months: Sequence[MonthPace], on: date) -> float:
    """How far the projection `whole` has come by the end of that day: what came before the terms stands already."""
    by_day = dict(zip([day for month in months for day in month.days], map(Fraction, delivered), strict=True))
    paced = [day for month in months for day in month.paced]
    outside = float(_outside(by_day, months))
    return outside + (whole - outside) * sum(day <= on for day in paced) / len(paced)


def _outside(by_day: dict[date, Fraction], months: Sequence[MonthPace]) -> Fraction:
    return sum((by_day[day] for month in months for day in month.outside), Fraction(0))


def _until(on: date, by_day: dict[date, Fraction]) -> Fraction:
    return sum((count for day, count in by_day.items() if day <= on), Fraction(0))
