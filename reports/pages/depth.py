"""The page of the depth: how often sales tries before it lets a lead go, against what it promised."""

from dataclasses import asdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reports.charts import figures as charts
from reports.charts.figures import Bar
from reports.facts.reading import Reading, depths
from reports.judgement import depth_state
from reports.measures.bins import bins
from reports.measures.depth import Depth, Fall, depth, falls
from reports.pages.exports import plain
from reports.pages.links import Links
from reports.pages.sheet import Cell, Chart, Number, Sheet, Table, bin_column, group_cells, long_name, short_name
from smarketing.lib import palette
from smarketing.lib.figures import number, percent

RECORDS = {"returned": "sent_back", "won": "won_unspoken", "given_up": "given_up", "tried": "tried", "open": "open"}


def depth_sheet(reading: Reading, links: Links) -> Sheet:
    found = depths(reading)
    made = [_waterfall(reading, found.all, links), _trend(reading, found.all, links), _histogram(found.all, links)]
    rows = [[cell, *_group(getattr(found, part)[name])] for part, name, cell in group_cells(reading, links, "depth")]
    return Sheet(
        _numbers(reading, found.all, links), made, Table(_group_columns(), rows), {"depth": plain(asdict(found))}
    )


def _numbers(reading: Reading, found: Depth, links: Links) -> list[Number]:
    note, state = "", ""
    if found.promised is not None:
        note = _("%(count)s promised") % {"count": number(found.promised)}
        state = depth_state(reading.facts, found.promised, is_over=reading.is_over)
    handoffs = len(reading.facts)
    reached = percent(found.connected / handoffs if handoffs else None, 1)
    return [
        Number(
            _("Mean attempts, never connected"),
            number(found.mean_attempts, 1),
            note,
            state,
            links.records("never_connected"),
        ),
        Number(_("Connected"), number(found.connected), reached, url=links.records("connected")),
        Number(_("Never connected"), number(found.never_connected), url=links.records("never_connected")),
        Number(_("Attempts in all"), number(found.attempts)),
    ]


def _fall_label(fall: Fall) -> str:
    if fall.end == "connected":
        return pgettext("ordinal of an attempt", "%(nth)s.") % {"nth": fall.nth}
    if fall.end == "later":
        return _("later")
    return {
        "returned": _("returned"),
        "won": _("won unspoken"),
        "given_up": _("given up"),
        "tried": _("tried enough"),
        "open": _("open"),
    }[fall.end]


def _fall_name(fall: Fall) -> str:
    """As the table says it, at length."""
    if fall.end in ("connected", "later"):
        said = {"nth": fall.nth}
        if fall.end == "later":
            return _("Connected after attempt %(nth)s") % said
        return _("Connected at attempt %(nth)s") % said
    return {
        "returned": _("Returned for marketing's reasons"),
        "won": _("Won without a conversation on record"),
        "given_up": _("Given up before the promised attempts"),
        "tried": _("Closed after the promised attempts"),
        "open": _("Still open"),
    }[fall.end]


def _fall_url(fall: Fall, links: Links) -> str:
    if fall.end == "connected":
        return links.records("connected_with", nth=fall.nth)
    if fall.end == "later":
        return links.records("connected_after", nth=fall.nth)
    return links.records(RECORDS[fall.end])


def _fall_bar(fall: Fall, links: Links) -> Bar:
    return Bar(_fall_label(fall), fall.count, _fall_url(fall, links), f"{_fall_name(fall)}: {number(fall.count)}")


def _waterfall(reading: Reading, found: Depth, links: Links) -> Chart:
    ways = [fall for fall in falls(reading.facts, found.promised) if fall.count or fall.end != "won"]
    connected = [_fall_bar(fall, links) for fall in ways if fall.nth]
    *lost, rest = [_fall_bar(fall, links) for fall in ways if not fall.nth]
    handoffs = len(reading.facts)
    total = Bar(_("all"), handoffs, links.records("handoffs"), f"{_('Handed over')}: {number(handoffs)}")
    words = {
        "all": _("Handed over"),
        "connected": _("Connected at attempt"),
        "lost": _("Not connected"),
        "open": _("Still open"),
    }
    edge = _("Promise") if found.promised is not None else ""
    return Chart(
        id="waterfall",
        title=_("What became of the leads, attempt by attempt"),
        sentence=_sentence(found, handoffs),
        figure=charts.depth_waterfall(total, connected, lost, rest, edge=edge, words=words),
        table_columns=[_("What became of it"), _("Leads"), _("% of all")],
        table_rows=[
            [Cell(_("Handed over"), total.url), handoffs, 100 if handoffs else None],
            *(
                [
                    Cell(_fall_name(fall), _fall_url(fall, links)),
                    fall.count,
                    100 * fall.count / handoffs if handoffs else None,
                ]
                for fall in ways
            ),
        ],
        json_url=links.data("depth", "json"),
        csv_url=links.data("depth", "csv", "waterfall"),
    )


def _sentence(found: Depth, handoffs: int) -> str:
    said = {"connected": number(found.connected), "all": number(handoffs), "mean": number(found.mean_attempts, 1)}
    first = ngettext(
        "%(connected)s of %(all)s leads was connected.",
        "%(connected)s of %(all)s leads were connected.",
        found.connected,
    )
    if found.mean_attempts is None:
        return first % said
    if found.promised is None:
        return f"{first % said} {_('The others were tried %(mean)s times on average.') % said}"
    said["promised"] = number(found.promised)
    then = _("The others were tried %(mean)s times on average; %(promised)s times were promised.")
    return f"{first % said} {then % said}"


def _trend(reading: Reading, found: Depth, links: Links) -> Chart:
    parts = bins(reading.period)
    values = [depth(reading.facts[reading.facts.on_days(part.start_on, part.end_on)], found.promised) for part in parts]
    points = [charts.Point(x, value.mean_attempts) for x, value in enumerate(values, 1)]
    urls = [links.records("never_connected", part) for part in parts]
    lines = [charts.line(_("Mean attempts"), points, palette.ACCENT)]
    figure = charts.trend([short_name(part) for part in parts], lines, unit=_("attempts"), urls=urls)
    if found.promised is not None:
        figure["data"].append(charts.level(_("Promise"), found.promised, len(parts)))
    return Chart(
        id="trend",
        title=_("Attempts for leads that were never connected"),
        sentence=_trend_sentence(found),
        figure=figure,
        table_columns=[bin_column(parts[0]), _("Never connected"), _("Mean attempts"), _("Promise")],
        table_rows=[
            [Cell(long_name(part), url), value.never_connected, value.mean_attempts, found.promised]
            for part, value, url in zip(parts, values, urls, strict=True)
        ],
        json_url=links.data("depth", "json"),
        csv_url=links.data("depth", "csv", "trend"),
    )


def _trend_sentence(found: Depth) -> str:
    if found.mean_attempts is None:
        return _("Every lead of this period was connected, or none was handed over.")
    said = {"mean": number(found.mean_attempts, 1), "count": number(found.never_connected)}
    return (
        ngettext(
            "%(count)s lead was never connected; it was tried %(mean)s times.",
            "%(count)s leads were never connected; they were tried %(mean)s times on average.",
            found.never_connected,
        )
        % said
    )


def _histogram(found: Depth, links: Links) -> Chart:
    most = max(map(int, found.histogram), default=0)
    values = [_tries_bar(tries, found.histogram.get(str(tries), 0), links) for tries in range(most + 1)]
    is_enough = [found.promised is None or tries >= found.promised for tries in range(most + 1)]
    edge = None if found.promised is None or found.promised > most else found.promised + 0.5
    return Chart(
        id="histogram",
        title=_("How often leads were tried that were never connected"),
        sentence=_histogram_sentence(found),
        figure=charts.distribution(values, is_enough, edge=edge, word=_("Promise"), other=palette.ON_THE_WAY_MARK),
        table_columns=[_("Attempts"), _("Never connected")],
        table_rows=[[Cell(bar.label, bar.url), bar.value] for bar in values],
        json_url=links.data("depth", "json"),
        csv_url=links.data("depth", "csv", "histogram"),
    )


def _tries_bar(tries: int, count: int, links: Links) -> Bar:
    said = {"tries": number(tries), "count": number(count)}
    text = ngettext("%(tries)s attempt: %(count)s", "%(tries)s attempts: %(count)s", tries) % said
    return Bar(str(tries), count, links.records("tried_times", nth=tries), text)


def _histogram_sentence(found: Depth) -> str:
    never = found.histogram.get("0", 0)
    said = {"count": number(never)}
    return (
        ngettext(
            "%(count)s lead that was never connected was not tried at all.",
            "%(count)s leads that were never connected were not tried at all.",
            never,
        )
        % said
    )


def _group_columns() -> list[str]:
    return [_("Group"), _("Connected"), _("Never connected"), _("Attempts"), _("Mean attempts"), _("Promise")]


def _group(found: Depth) -> list[object]:
    return [found.connected, found.never_connected, found.attempts, number(found.mean_attempts, 1), found.promised]
