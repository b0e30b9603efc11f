"""PURE. A period cut into days, weeks or months."""

from dataclasses import dataclass
from datetime import date, timedelta

from smarketing.lib.periods import Period

USUAL = {"month": "day", "quarter": "week", "year": "month"}


@dataclass(frozen=True)
class PeriodPart:
    """The local days from `start_on` to `end_on`, both inclusive. `by` is "day", "week" or "month"."""

    start_on: date
    end_on: date
    by: str

    def __contains__(self, on: date) -> bool:
        return self.start_on <= on <= self.end_on


def parts_of(period: Period, by: str = "") -> list[PeriodPart]:
    """The parts of the period in order; a week begins on Monday and is cut off at the period's ends.

    Without `by` as many parts as stay readable: the days of a month, the weeks of a quarter, the months of a year.
    """
    by = by or USUAL[period.kind]
    parts, start_on = [], period.start_on
    while start_on <= period.end_on:
        end_on = min(_last_of(start_on, by), period.end_on)
        parts.append(PeriodPart(start_on, end_on, by))
        start_on = end_on + timedelta(days=1)
    return parts


def _last_of(on: date, by: str) -> date:
    if by == "day":
        return on
    return on + timedelta(days=6 - on.weekday()) if by == "week" else Period.of(on).end_on
