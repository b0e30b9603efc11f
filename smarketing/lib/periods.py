"""PURE. Months, quarters and years as half-open ranges of local days."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 1900, 2199  # of agreements, months and reports
MONTHS = {"month": 1, "quarter": 3, "year": 12}
_LABEL = re.compile(r"([0-9]{4})(?:-(?:([0-9]{2})|Q([1-4])))?")


class PeriodError(ValueError):
    """The text is no period."""


@dataclass(frozen=True, order=True)
class Period:
    """A month, quarter or year. `kind` is one of "month", "quarter", "year"; `start_on` its first day."""

    start_on: date
    kind: str = "month"

    @classmethod
    def parse(cls, label: str) -> "Period":
        """Reads "2011-10", "2011-Q4" or "2011"; raises PeriodError for anything else."""
        match = _LABEL.fullmatch(label)
        if not match or not int(match[1]) >= 1:
            raise PeriodError(f"{label!r} is not a period: write 2011-10, 2011-Q4 or 2011")
        year, month, quarter = int(match[1]), match[2], match[3]
        try:
            if month:
                return cls(date(year, int(month), 1), "month")
            return cls(date(year, 3 * int(quarter) - 2, 1), "quarter") if quarter else cls(date(year, 1, 1), "year")
        except ValueError as error:
            raise PeriodError(f"{label!r} is not a period: {error}") from error

    @classmethod
    def of(cls, on: date, kind: str = "month") -> "Period":
        """The period of that kind in which the day lies."""
        size = MONTHS[kind]
        return cls(date(on.year, (on.month - 1) // size * size + 1, 1), kind)

    @property
    def label(self) -> str:
        if self.kind == "year":
            return f"{self.start_on.year:04}"
        if self.kind == "quarter":
            return f"{self.start_on.year:04}-Q{(self.start_on.month + 2) // 3}"
        return f"{self.start_on:%Y-%m}"

    @property
    def end_on(self) -> date:
        """The last day, inclusive."""
        return self.next().start_on - timedelta(days=1)

    def next(self) -> "Period":
        return self.moved(MONTHS[self.kind])

    def previous(self) -> "Period":
        return self.moved(-MONTHS[self.kind])

    def months(self) -> list["Period"]:
        first = Period(self.start_on)
        return [first.moved(n) for n in range(MONTHS[self.kind])]

    def days(self) -> list[date]:
        count = (self.end_on - self.start_on).days + 1
        return [self.start_on + timedelta(days=n) for n in range(count)]

    def __contains__(self, on: date) -> bool:
        return self.start_on <= on <= self.end_on

    def moved(self, months: int) -> "Period":
        index = self.start_on.year * 12 + self.start_on.month - 1 + months
        return Period(date(index // 12, index % 12 + 1, 1), self.kind)


def period_of(label: str) -> Period:
    """The period a report can be made of; raises PeriodError for anything else."""
    period = Period.parse(label)
    if not FIRST_YEAR <= period.start_on.year <= LAST_YEAR:
        raise PeriodError(f"{label!r} is out of reach: years run from {FIRST_YEAR} to {LAST_YEAR}")
    return period
