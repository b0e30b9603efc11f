"""What a page of figures is made of, and the words that all of them use."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext as _

from reports.facts.dimensions import WORDS
from reports.facts.reading import Reading
from reports.measures.handoff_columns import DIMENSIONS
from reports.measures.period_parts import PeriodPart
from reports.pages.links import Links
from smarketing.lib.numbers import NOTHING, exactly, percent
from smarketing.lib.spoken import duration, period_name

LONG = 180  # minutes from which on a chart counts in hours


@dataclass(frozen=True)
class Cell:
    """A cell that leads somewhere. As text it is what a file shows."""

    text: str
    url: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class BigNumber:
    """A big number: `value` as people read it, `state` one of the four or "". `place` names it in an address."""

    label: str
    value: str
    note: str = ""
    state: str = ""
    url: str = ""
    place: str = ""


@dataclass(frozen=True)
class Table:
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    @property
    def pairs(self) -> list[list[tuple[str, object]]]:
        """Every cell with the name of its column."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Chart:
    """As `parts/chart.html` shows it. `has_goal` makes it worth drawing also without a step towards the goal."""

    id: str
    title: str
    sentence: str
    figure: dict[str, Any]
    table_columns: Sequence[str]
    table_rows: Sequence[Sequence[object]]
    json_url: str = ""
    csv_url: str = ""
    has_goal: bool = False

    @property
    def is_empty(self) -> bool:
        """No bar with a height and no dot with a value."""
        return not self.has_goal and not any(
            y or (y is not None and trace["type"] == "scatter") for trace in self._told for y in trace["y"]
        )

    @property
    def _told(self) -> list[dict[str, Any]]:
        return [trace for trace in self.figure["data"] if "customdata" in trace]


@dataclass(frozen=True)
class Sheet:
    """A page: its most important number first, then the charts, then the groups side by side.

    `nothing` is said in place of the charts where there is nothing to draw.
    """

    numbers: Sequence[BigNumber]
    charts: Sequence[Chart]
    groups: Table
    nothing: str = ""
    measures: dict[str, Any] = field(default_factory=dict)

    def chart(self, key: str) -> Chart | None:
        return next((chart for chart in self.charts if chart.id == key), None)


@dataclass(frozen=True)
class Unit:
    """Minutes as they stand on an axis: as hours where there are many."""

    label: str
    size: float

    @classmethod
    def fitting(cls, *minutes: float | None) -> "Unit":
        if max((value for value in minutes if value is not None), default=0) > LONG:
            return cls(gettext("working hours"), 60)
        return cls(gettext("working minutes"), 1)

    def of(self, minutes: float | None) -> float | None:
        return None if minutes is None else minutes / self.size


def exact(value: float) -> str:
    """A number on an axis, with the decimals that it has."""
    return exactly(Decimal(str(round(value, 6))))


def spoken_minutes(minutes: float | None) -> str:
    return NOTHING if minutes is None else duration(timedelta(minutes=minutes))


def spoken_share(share: float | None) -> str:
    return percent(share, 1)


def short_name(part: PeriodPart) -> str:
    """As it stands under a bar."""
    if part.by == "day":
        return date_format(part.start_on, "j")
    if part.by == "month":
        return date_format(part.start_on, "M")
    return date_format(part.start_on, pgettext("date format of a week's first day", "j M"))


def long_name(part: PeriodPart) -> str:
    """As it stands in a table."""
    if part.by == "month":
        return date_format(part.start_on, "YEAR_MONTH_FORMAT")
    first = date_format(part.start_on, "MONTH_DAY_FORMAT")
    if part.by == "day":
        weekday = date_format(part.start_on, "D")
        return pgettext("weekday and date", "%(weekday)s, %(date)s") % {"weekday": weekday, "date": first}
    return f"{first} – {date_format(part.end_on, 'MONTH_DAY_FORMAT')}"


def bin_column(part: PeriodPart) -> str:
    return {"day": gettext("Day"), "week": gettext("Week"), "month": gettext("Month")}[part.by]


def nothing_text(reading: Reading) -> str:
    """Where nothing was handed over, by whether it still can be; "" where something was."""
    said = {"period": period_name(reading.period)}
    if len(reading.facts) or reading.volume.returned:
        return ""
    if not reading.moment.has_begun:
        return _("%(period)s has not begun: nothing has been handed over yet.") % said
    if reading.is_over:
        return _("Nothing was handed over in %(period)s.") % said
    return _("Nothing has been handed over in %(period)s yet.") % said


def group_cells(reading: Reading, links: Links, page: str) -> list[tuple[str, str, Cell]]:
    """Every group of the page: its dimension, its name, and a cell that leads to its own page."""
    return [
        (dimension, name, Cell(WORDS[dimension].titled(name), links.to(dimension, name).page(page)))
        for dimension in DIMENSIONS
        for name, _rows in reading.facts.names[dimension].groups()
    ]
