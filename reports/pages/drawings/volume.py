"""The drawing of the volume: each day a step towards the goal."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.charts.figures import Bar, upright
from reports.charts.waterfalls import DayBars, volume_waterfall
from reports.facts.reading import Reading, whole_leads
from reports.judgement import AT_RISK
from reports.measures.period_parts import PeriodPart, parts_of
from reports.measures.volume import Volume, VolumeDay
from reports.pages.links import Links
from reports.pages.sheet import Cell, Chart, bin_column, long_name, short_name
from smarketing.lib.numbers import number
from smarketing.lib.spoken import period_name


def volume_chart(reading: Reading, links: Links) -> Chart:
    parts = parts_of(reading.period)
    days = [_bars(part, reading, links) for part in parts]
    passed = len(days) if reading.is_over else sum(part.start_on <= reading.today for part in parts)
    net = reading.volume.delivered
    behind = "returned" if net < 0 else "delivered"
    total = Bar(_("Total"), net, links.records(behind), _total(reading))
    in_value = reading.in_value
    words = {
        "volume": _("Value delivered") if in_value else _("Leads delivered"),
        "plus": _("Handed over"),
        "minus": _("Returned"),
        "goal": _("Goal"),
        "projection": _("At this pace"),
    }
    today = _("today") if reading.today in reading.period else ""
    return Chart(
        id="value" if in_value else "waterfall",
        title=_("Value delivered, step by step") if in_value else _("Leads delivered, step by step"),
        sentence=volume_sentence(reading),
        figure=volume_waterfall(
            days, total, upright(_top(days), number, is_whole=True), passed=passed, today=today, words=words
        ),
        table_columns=[bin_column(parts[0]), _("Handed over"), _("Returned"), _("Delivered so far"), _("Goal")],
        table_rows=[_row(part, reading.volume, links) for part in parts],
        json_url=links.data("volume", "json"),
        csv_url=links.data("volume", "csv", "value" if in_value else "waterfall"),
        has_goal=reading.goal is not None and reading.moment.has_begun and not reading.is_over,
    )


def _top(days: Sequence[DayBars]) -> float:
    """The highest point of steps, goal and projection."""
    height, found = 0.0, [0.0]
    for day in days:
        found += [height + day.plus.value, day.goal or 0, day.projected or 0]
        height += day.plus.value + day.minus.value
    return max(found)


def _within(part: PeriodPart, volume: Volume) -> Sequence[VolumeDay]:
    return [day for day in volume.by_day if day.on in part]


def _bars(part: PeriodPart, reading: Reading, links: Links) -> DayBars:
    days = _within(part, reading.volume)
    plus, minus = sum(day.handed_over for day in days), sum(day.returned for day in days)
    name = long_name(part)
    if reading.in_value:
        handed = ngettext("%(name)s: %(count)s point handed over", "%(name)s: %(count)s points handed over", plus)
        returned = ngettext("%(name)s: %(count)s point returned", "%(name)s: %(count)s points returned", minus)
    else:
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


def _row(part: PeriodPart, volume: Volume, links: Links) -> list[object]:
    days = _within(part, volume)
    return [
        Cell(long_name(part), links.records("handed_over", part)),
        sum(day.handed_over for day in days),
        sum(day.returned for day in days),
        days[-1].cumulative,
        days[-1].goal,
    ]


def _total(reading: Reading) -> str:
    """Its bar opens the leads that stand (below zero those taken off); what earlier periods lost is said beside it."""
    volume = reading.volume
    text = f"{_('Total')}: {counted(reading, volume.delivered)}"
    if not volume.corrections:
        return text
    less = ngettext(
        "%(count)s from an earlier period taken off", "%(count)s from earlier periods taken off", volume.corrections
    )
    return f"{text}, {less % {'count': number(volume.corrections)}}"


def counted(reading: Reading, count: int) -> str:
    said = {"count": number(count)}
    if reading.in_value:
        return ngettext("%(count)s point", "%(count)s points", count) % said
    return ngettext("%(count)s lead", "%(count)s leads", count) % said


def _ahead_of_it(reading: Reading) -> str:
    said = {"period": period_name(reading.period), "leads": counted(reading, reading.target or 0)}
    if reading.target is None:
        return _("No target is agreed for %(period)s yet.") % said
    return _("%(leads)s promised for %(period)s.") % said


def volume_sentence(reading: Reading) -> str:
    """Against the target stands what is judged by it; where the chart adds up to something else, that is said too."""
    if not reading.moment.has_begun:
        return _ahead_of_it(reading)
    delivered, whole = reading.volume_judgement.delivered, reading.volume.delivered
    text = _delivered_text(reading, counted(reading, int(delivered or 0)))
    return text if delivered == whole else f"{text} {_('%(leads)s in all.') % {'leads': counted(reading, whole)}}"


def _delivered_text(reading: Reading, leads: str) -> str:
    said = {"leads": leads, "period": period_name(reading.period)}
    if reading.target is None:
        return _("%(leads)s delivered in %(period)s. There is no target to compare with.") % said
    said |= {"target": number(reading.target)}
    if reading.is_over or reading.expected is None:
        return _("%(leads)s delivered in %(period)s; %(target)s were promised.") % said
    # A goal is a number of whole leads; rounded up, a team at it is on its line.
    goal = whole_leads(reading.expected)
    said |= {"today": date_format(reading.today, "MONTH_DAY_FORMAT"), "goal": number(goal)}
    if reading.volume_judgement.state == AT_RISK:
        return _("%(leads)s delivered by %(today)s, behind the %(goal)s due so far.") % said
    return _("%(leads)s delivered by %(today)s, against %(goal)s due so far.") % said
