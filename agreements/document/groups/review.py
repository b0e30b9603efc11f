"""PURE. How often both sides look at the agreement together, and when they do so next."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from agreements.document.groups.clause_group import ClauseGroup, ClauseRow, Prose
from agreements.promises.kinds import Day, Whole

LONGEST_CLOSURE_DAYS = 60


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


class Review(ClauseRow):
    """`first_on` is the day of the first review; without it, one rhythm after the terms take effect."""

    every_months: Annotated[
        int | None, Whole(1, 24), Field(title=_("Review every (months)"), description=_("3 is once a quarter."))
    ] = None
    first_on: Annotated[date | None, Day(), Field(title=_("First review on"))] = None
    agenda: Annotated[str, Prose(2_000), Field(title=_("What is looked at"))] = ""

    def days(self, since: date, first: date, last: date) -> Iterator[date]:
        """The days of the rhythm from `first` to `last`; it begins with `since` where no first day is agreed.

        The 31st is the last day of a shorter month.
        """
        start, number = (self.first_on, 0) if self.first_on else (since, 1)
        if self.every_months is None:
            yield from (on for on in [self.first_on] if on and first <= on <= last)
            return
        passed = (first.year - start.year) * 12 + first.month - start.month
        number = max(number, passed // self.every_months)
        while (on := months_later(start, number * self.every_months)) <= last:
            if on >= first:
                yield on
            number += 1

    def next_on(self, since: date, today: date) -> date | None:
        """The first day of the rhythm that is not over."""
        start = max(today, since)
        last = max(months_later(start, 2 * (self.every_months or 0)), self.first_on or start)
        return next(self.days(since, today, last), None)

    def same_rhythm(self, other: "Review | None") -> bool:
        return other is not None and (self.every_months, self.first_on) == (other.every_months, other.first_on)


def open_day(on: date, is_open: Callable[[date], bool]) -> date:
    """The day itself, or the next one on which people work; itself again where nobody does for weeks."""
    days = (on + timedelta(days=n) for n in range(LONGEST_CLOSURE_DAYS))
    return next((day for day in days if is_open(day)), on)


def months_later(on: date, months: int) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


REVIEW = ClauseGroup("review", _("Review"), Review, many=False)
