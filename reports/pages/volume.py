"""The page of the volume: what marketing handed over against what it promised."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports import judgement as scorecard
from reports.charts import figures as charts
from reports.charts.figures import Bar, DayBars
from reports.facts.reading import Reading
from reports.measures.bins import Bin, bins
from reports.measures.volume import Day, Volume
from reports.pages.exports import plain
from reports.pages.links import Links
from reports.pages.sheet import Cell, Chart, Number, Sheet, Table, bin_column, group_cells, long_name, short_name
from smarketing.lib.figures import number, percent
from smarketing.lib.spoken import period_name


def volume_sheet(reading: Reading, links: Links) -> Sheet:
    return Sheet(
        numbers=_numbers(reading, links),
        charts=[_waterfall(reading, links)],
        groups=_groups(reading, links),
        measures={"volume": plain(asdict(reading.volume))},
    )


def _numbers(reading: Reading, links: Links) -> list[Number]:
    volume, target = reading.volume, reading.target
    shown = [
        Number(
            _("Leads delivered"),
            number(volume.delivered),
            _("of %(target)s promised") % {"target": number(target)} if target is not None else "",
            reading.volume_state,
            links.records("delivered"),
        )
    ]
    if reading.expected is not None and not reading.is_over:
        shown.append(Number(_("Goal for today"), number(reading.expected, 1)))
    if reading.projection is not None and not reading.is_over:
        shown.append(Number(_("At this pace"), number(reading.projection), _("by the end")))
    returned = _("taken off again") if volume.returned else ""
    return [
        *shown,
        Number(_("Handed over"), number(volume.handed_over), url=links.records("handed_over")),
        Number(_("Returned to marketing"), number(volume.returned), returned, url=links.records("returned")),
    ]


def _waterfall(reading: Reading, links: Links) -> Chart:
    parts = bins(reading.period)
    days = [_bars(part, reading, links) for part in parts]
    passed = sum(part.start_on <= reading.today for part in parts)
    net = reading.volume.delivered
    total = Bar(_("Total"), net, links.records("delivered"), _counted(net))
    words = {"volume": _("Leads delivered"), "goal": _("Goal"), "projection": _("At this pace")}
    today = _("today") if reading.today in reading.period else ""
    return Chart(
        id="waterfall",
        title=_("Leads delivered, one step on the other"),
        sentence=_sentence(reading),
        figure=charts.volume_waterfall(
            days, total, passed=len(days) if reading.is_over else passed, today=today, words=words
        ),
        table_columns=[bin_column(parts[0]), _("Handed over"), _("Returned"), _("Delivered so far"), _("Goal")],
        table_rows=[_row(part, reading.volume, links) for part in parts],
        json_url=links.data("volume", "json"),
        csv_url=links.data("volume", "csv", "waterfall"),
    )


def _within(part: Bin, volume: Volume) -> Sequence[Day]:
    return [day for day in volume.by_day if day.on in part]


def _bars(part: Bin, reading: Reading, links: Links) -> DayBars:
    days = _within(part, reading.volume)
    plus, minus = sum(day.handed_over for day in days), sum(day.returned for day in days)
    name = long_name(part)
    handed = ngettext("%(name)s: %(count)s handed over", "%(name)s: %(count)s handed over", plus)
    returned = ngettext("%(name)s: %(count)s returned", "%(name)s: %(count)s returned", minus)
    return DayBars(
        label=short_name(part),
        plus=Bar(name, plus, links.records("handed_over", part), handed % {"name": name, "count": number(plus)}),
        minus=Bar(name, -minus, links.records("returned", part), returned % {"name": name, "count": number(minus)}),
        goal=days[-1].goal,
        projected=_ahead(part.end_on, reading),
    )


def _ahead(on: date, reading: Reading) -> float | None:
    """The projection is drawn from today on; before, the bars say what was."""
    if reading.is_over or on < min(reading.today, reading.period.end_on):
        return None
    return reading.projected_on(on)


def _row(part: Bin, volume: Volume, links: Links) -> list[object]:
    days = _within(part, volume)
    return [
        Cell(long_name(part), links.records("handed_over", part)),
        sum(day.handed_over for day in days),
        sum(day.returned for day in days),
        days[-1].cumulative,
        days[-1].goal,
    ]


def _counted(count: int) -> str:
    return ngettext("%(count)s lead", "%(count)s leads", count) % {"count": number(count)}


def _sentence(reading: Reading) -> str:
    said = {"leads": _counted(reading.volume.delivered), "period": period_name(reading.period)}
    if reading.target is None:
        return _("%(leads)s delivered in %(period)s. There is no target to hold it against.") % said
    said |= {"target": number(reading.target)}
    if reading.is_over or reading.expected is None:
        return _("%(leads)s delivered in %(period)s; %(target)s were promised.") % said
    said |= {"today": date_format(reading.today, "MONTH_DAY_FORMAT"), "goal": number(reading.expected, 1)}
    if reading.volume_state == scorecard.AT_RISK:
        return _("By %(today)s %(leads)s are delivered; the goal for this day is %(goal)s: behind the line.") % said
    return _("By %(today)s %(leads)s are delivered; the goal for this day is %(goal)s.") % said


def _groups(reading: Reading, links: Links) -> Table:
    """Groups of the count itself: a lead counts for the source that brought it first in its month."""
    rows = []
    for part, name, cell in group_cells(reading, links, "volume"):
        count = getattr(reading.volume, part).get(name, 0)
        share = count / reading.volume.delivered if reading.volume.delivered else None
        rows.append([cell, count, percent(share, 1)])
    return Table([_("Group"), _("Delivered"), _("Of all")], rows)
