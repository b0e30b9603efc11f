"""Every report page, declared once: its route, its tab, its title and its files follow from here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, QueryDict
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy, pgettext_lazy

from reports.facts.reading import Reading
from reports.pages.depth import depth_sheet
from reports.pages.exports import as_csv
from reports.pages.filters import PeriodFilter, ReportFilter
from reports.pages.links import Links
from reports.pages.opened import Opened
from reports.pages.scorecard import COLUMNS, table
from reports.pages.sheet import Sheet
from reports.pages.speed import speed_sheet
from reports.pages.strikes.sheet import StrikesPage
from reports.pages.volume import volume_sheet


@dataclass(frozen=True)
class SheetPage:
    """Big numbers, charts and groups, made by `make`."""

    name: str
    tab: str | Lazy
    title: str | Lazy
    make: Callable[[Reading, Links], Sheet]
    template = "reports/sheet.html"

    def sheet(self, at_hand: Opened) -> Sheet:
        return self.make(at_hand.reading, at_hand.links)

    def context(self, at_hand: Opened) -> dict[str, Any]:
        whole = at_hand.links.to("source", None).to("tier", None)
        return {
            "sheet": self.sheet(at_hand),
            "form": ReportFilter(at_hand.reading, at_hand.chosen),
            "has_target": at_hand.reading.target is not None,
            "clear_url": whole.page(self.name) if at_hand.chosen.scope else "",
        }

    def as_json(self, at_hand: Opened) -> dict[str, Any]:
        sheet = self.sheet(at_hand)
        charts = {
            chart.id: {
                "columns": chart.table_columns,
                "rows": [[_plain(cell) for cell in row] for row in chart.table_rows],
            }
            for chart in sheet.charts
        }
        return {**sheet.measures, "charts": charts}

    def as_csv(self, at_hand: Opened, params: QueryDict) -> tuple[str, str]:
        """The name of one of its tables, and the table."""
        sheet = self.sheet(at_hand)
        chart = sheet.chart(params.get("chart") or sheet.charts[0].id)
        if chart is None:
            raise Http404
        return f"{self.name}-{chart.id}", as_csv(chart.table_columns, chart.table_rows)


def _plain(cell: object) -> object:
    return cell if cell is None or isinstance(cell, int | float) else str(cell)


@dataclass(frozen=True)
class ScorecardPage:
    name: str
    tab: str | Lazy
    title: str | Lazy
    template = "reports/scorecard.html"

    def context(self, at_hand: Opened) -> dict[str, Any]:
        return {
            "card": at_hand.card,
            "form": PeriodFilter(at_hand.chosen, at_hand.today),
            "json_url": at_hand.links.data(self.name, "json"),
            "csv_url": at_hand.links.data(self.name, "csv"),
        }

    def as_json(self, at_hand: Opened) -> dict[str, Any]:
        return {self.name: at_hand.card.as_json}

    def as_csv(self, at_hand: Opened, params: QueryDict) -> tuple[str, str]:
        return self.name, as_csv(COLUMNS, table(at_hand.card))


PAGES: dict[str, SheetPage | ScorecardPage | StrikesPage] = {
    page.name: page
    for page in (
        SheetPage("volume", pgettext_lazy("report", "Volume"), gettext_lazy("Lead volume"), volume_sheet),
        SheetPage("speed", pgettext_lazy("report", "Speed"), gettext_lazy("Follow-up speed"), speed_sheet),
        SheetPage("depth", pgettext_lazy("report", "Depth"), gettext_lazy("Follow-up depth"), depth_sheet),
        ScorecardPage("scorecard", pgettext_lazy("report", "Scorecard"), gettext_lazy("Scorecard")),
        StrikesPage("strikes", pgettext_lazy("report", "Strikes"), gettext_lazy("Strikes")),
    )
}
FIRST = next(iter(PAGES))
