"""PURE. How often both sides look at the agreement together, and when they do so next."""

from calendar import monthrange
from datetime import date
from typing import Annotated

from pydantic import Field

from agreements.document.groups.clause_group import ClauseGroup, ClauseRow, Prose
from agreements.promises.kinds import Day, Whole


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

    def next_on(self, effective_on: date, today: date) -> date | None:
        """The first date of the rhythm that is not over; the 31st is the last day of a shorter month."""
        if self.every_months is None:
            return self.first_on if self.first_on and self.first_on >= today else None
        first, number = (self.first_on, 0) if self.first_on else (effective_on, 1)
        passed = (today.year - first.year) * 12 + today.month - first.month
        number = max(number, passed // self.every_months)
        on = months_later(first, number * self.every_months)
        return on if on >= today else months_later(first, (number + 1) * self.every_months)


def months_later(on: date, months: int) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


REVIEW = ClauseGroup("review", _("Review"), Review, many=False)
