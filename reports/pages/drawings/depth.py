"""The drawings of the depth: what became of the handoffs, the mean attempts, and how often was tried."""

from collections.abc import Iterator

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reports.charts.figures import ROOM, Bar, Edge, Series, distribution, dots, heights, level, trend, upright
from reports.charts.waterfalls import depth_waterfall
from reports.facts.reading import Reading, depth_of
from reports.judgement import depth_with
from reports.measures.depth import Depth, Fall, falls
from reports.measures.handoff_columns import Facts
from reports.measures.period_parts import parts_of
from reports.pages.links import Links
from reports.pages.sheet import Cell, Chart, bin_column, exact, long_name, short_name
from smarketing.lib import palette
from smarketing.lib.numbers import number

RECORDS = {
    "came": "came_first",
    "returned": "sent_back",
    "won": "won_unspoken",
    "given_up": "given_up",
    "tried": "tried",
    "open": "open",
}
RARE = ("came", "won")  # no bar without a handoff
LOOKS = {
    "came": (palette.KEPT, False),
    "returned": (palette.QUIET, False),
    "won": (palette.KEPT, False),
    "given_up": (palette.MISSED_MARK, True),
    "tried": (palette.ACCENT_MARK, False),
    "open": (palette.ACCENT, False),
}


def depth_charts(reading: Reading, found: Depth, links: Links) -> list[Chart]:
    return [
        _waterfall(reading.facts, found, links),
        _trend(reading, found, links),
        _histogram(reading.facts, found, links),
    ]


def _chart(key: str, links: Links, **parts: object) -> Chart:
    files = {"json_url": links.data("depth", "json"), "csv_url": links.data("depth", "csv", key)}
    return Chart(id=key, **files, **parts)  # type: ignore[arg-type]


def promises(facts: Facts) -> list[int]:
    """The numbers of attempts that these handoffs were promised."""
    return sorted({int(tries) for tries in facts.promised[~np.isnan(facts.promised)].tolist()})


def _edges(promised: list[int], last: int, shift: float) -> list[Edge]:
    """One line after each promised number of attempts that the chart reaches."""
    if len(promised) == 1:
        return [Edge(n + shift, _("Promise")) for n in promised if n <= last]
    texts = [ngettext("Promise: %(n)s attempt", "Promise: %(n)s attempts", n) % {"n": number(n)} for n in promised]
    return [Edge(n + shift, text) for n, text in zip(promised, texts, strict=True) if n <= last]


def _label(fall: Fall) -> str:
    if fall.end == "connected":
        return pgettext("ordinal of an attempt", "%(nth)s.") % {"nth": fall.nth}
    return {
        "came": _("contacted us"),
        "later": _("later"),
        "returned": _("returned"),
        "won": _("won without contact"),
        "given_up": _("given up"),
        "tried": _("tried enough"),
        "open": _("open"),
    }[fall.end]


def _name(fall: Fall) -> str:
    """As the table and the legend say it, at length."""
    return {
        "connected": _("Connected at attempt %(nth)s") % {"nth": fall.nth},
        "came": _("The lead contacted us first"),
        "later": _("Connected after attempt %(nth)s") % {"nth": fall.nth},
        "returned": _("Returned for marketing's reasons"),
        "won": _("Won without a conversation on record"),
        "given_up": _("Given up before the promised attempts"),
        "tried": _("Closed after the promised attempts"),
        "open": _("Still open"),
    }[fall.end]


def _url(fall: Fall, links: Links) -> str:
    if fall.end == "connected":
        return links.records("connected_with", nth=fall.nth)
    if fall.end == "later":
        return links.records("connected_after", nth=fall.nth)
    return links.records(RECORDS[fall.end])


def _bar(fall: Fall, links: Links) -> Bar:
    return Bar(_label(fall), fall.count, _url(fall, links), f"{_name(fall)}: {number(fall.count)}")


def _waterfall(facts: Facts, found: Depth, links: Links) -> Chart:
    promised = promises(facts)
    ways = [fall for fall in falls(facts) if fall.count or fall.end not in RARE]
    spoken = [_bar(fall, links) for fall in ways if fall.nth]
    alone = {fall.end: Series(_name(fall), [_bar(fall, links)], *LOOKS[fall.end]) for fall in ways if not fall.nth}
    came = [series for end, series in alone.items() if end == "came"]
    ends = [series for end, series in alone.items() if end != "came"]
    n = len(facts)
    total = Bar(_("all"), n, links.records("handoffs"), f"{_('Handed over')}: {number(n)}")
    return _chart(
        "waterfall",
        links,
        title=_("What became of the handoffs, attempt by attempt"),
        sentence=_sentence(found, n),
        figure=depth_waterfall(
            Series(_("Handed over"), [total], palette.ON_THE_WAY_MARK),
            [*came, Series(_("Connected at attempt"), spoken, palette.KEPT_MARK), *ends],
            upright(n, number, is_whole=True),
            edges=_edges(promised, len(spoken), 1.5 + len(came)),
        ),
        table_columns=[_("What became of it"), _("Handoffs"), _("% of all")],
        table_rows=[
            [Cell(_("Handed over"), total.url), n, 100 if n else None],
            *([Cell(_name(fall), _url(fall, links)), fall.count, 100 * fall.count / n if n else None] for fall in ways),
        ],
    )


def _sentence(found: Depth, handoffs: int) -> str:
    said = {"connected": number(found.connected), "all": number(handoffs)}
    first = ngettext(
        "%(connected)s of %(all)s handoffs was connected.",
        "%(connected)s of %(all)s handoffs were connected.",
        found.connected,
    )
    return " ".join([first % said, *_means(found)])


def _means(found: Depth) -> Iterator[str]:
    """Of all never connected, and of those of them that are judged: each says of how many it is the mean."""
    if found.mean_attempts is None:
        return
    said = {"never": number(found.never_connected), "mean": number(found.mean_attempts, 1)}
    yield _("Those never connected (%(never)s) had %(mean)s attempts on average so far, in time or late.") % said
    if found.promised is None:
        return
    said |= {"promised": number(found.promised, 0 if float(found.promised).is_integer() else 1)}
    if not found.judged.n:
        yield _("The promise is %(promised)s attempts; no window is over yet.") % said
        return
    said |= {"judged": number(found.judged.n), "in_time": number(found.judged.mean_attempts, 1)}
    text = _(
        "Those whose window is over (%(judged)s) had %(in_time)s attempts in time on average, of %(promised)s promised."
    )
    yield text % said


def _trend(reading: Reading, found: Depth, links: Links) -> Chart:
    parts, facts = parts_of(reading.period), reading.facts
    values = [depth_of(reading, facts[facts.on_days(part.start_on, part.end_on)]) for part in parts]
    urls = [links.records("never_connected", part) for part in parts]
    names = [long_name(part) for part in parts]
    measured = [
        None if value.mean_attempts is None else Bar(name, value.mean_attempts, url, _mean_text(name, value))
        for name, value, url in zip(names, values, urls, strict=True)
    ]
    lines = [dots(_("Mean attempts"), measured, palette.ACCENT)]
    if found.promised is not None:
        lines.append(level(_("Promise"), found.promised, len(parts)))
    top = max((bar.value for bar in measured if bar), default=0)
    axis = upright(max(top, found.promised or 0), exact, unit=_("attempts"))
    return _chart(
        "trend",
        links,
        title=_("Mean attempts where nobody was reached"),
        sentence=_trend_sentence(found),
        figure=trend([short_name(part) for part in parts], lines, axis),
        table_columns=[bin_column(parts[0]), _("Never connected"), _("Mean attempts"), _("Promise")],
        table_rows=[
            [Cell(name, url), value.never_connected, value.mean_attempts, found.promised]
            for name, value, url in zip(names, values, urls, strict=True)
        ],
    )


def _mean_text(name: str, value: Depth) -> str:
    said = {"name": name, "mean": number(value.mean_attempts, 1), "n": number(value.never_connected)}
    return (
        ngettext(
            "%(name)s: %(mean)s attempts on average, %(n)s handoff",
            "%(name)s: %(mean)s attempts on average, %(n)s handoffs",
            value.never_connected,
        )
        % said
    )


def _trend_sentence(found: Depth) -> str:
    if found.mean_attempts is None:
        return _("Every handoff in this period was connected, or there were none.")
    said = {"mean": number(found.mean_attempts, 1), "count": number(found.never_connected)}
    text = ngettext(
        "%(count)s handoff was never connected; it was tried %(mean)s times.",
        "%(count)s handoffs were never connected; they were tried %(mean)s times on average.",
        found.never_connected,
    )
    return text % said


def _verdicts() -> dict[str, tuple[str, str, bool]]:
    """Name, colour and whether it is hatched."""
    return {
        "kept": (_("Promise kept"), palette.KEPT_MARK, False),
        "missed": (_("Promise missed"), palette.MISSED_MARK, True),
        "running": (_("Still within time"), palette.ACCENT, False),
        "excused": (_("Breach excused"), palette.AT_RISK_MARK, True),
        "none": (_("Without a promise"), palette.ON_THE_WAY_MARK, False),
    }


def _histogram(facts: Facts, found: Depth, links: Links) -> Chart:
    most = max(map(int, found.histogram), default=0)
    series = [
        Series(name, [_tries_bar(facts, n, verdict, name, links) for n in range(most + 1)], colour, is_hatched)
        for verdict, (name, colour, is_hatched) in _verdicts().items()
        if verdict != "excused" or depth_with(facts, verdict).any()
    ]
    labels, counts = [number(n) for n in range(most + 1)], heights(series)
    axis = upright(max(counts), number, is_whole=True, room=ROOM)
    return _chart(
        "histogram",
        links,
        title=_("Attempts where nobody was reached"),
        sentence=_histogram_sentence(found),
        figure=distribution(labels, series, axis, number, edges=_edges(promises(facts), most, 0.5)),
        table_columns=[_("Attempts"), _("Never connected"), _("Promise kept"), _("Promise missed")],
        table_rows=[
            [
                Cell(label, links.records("tried_times", nth=n)),
                int(counts[n]),
                *(one.bars[n].value for one in series[:2]),
            ]
            for n, label in enumerate(labels)
        ],
    )


def _tries_bar(facts: Facts, tries: int, verdict: str, name: str, links: Links) -> Bar:
    tried = facts.is_never_connected & (facts.attempts == tries) & depth_with(facts, verdict)
    count = int(tried.sum())
    said = {"tries": number(tries), "count": number(count)}
    text = ngettext("%(tries)s attempt: %(count)s", "%(tries)s attempts: %(count)s", tries) % said
    return Bar(number(tries), count, links.records("tried_times", nth=tries, verdict=verdict), f"{text} · {name}")


def _histogram_sentence(found: Depth) -> str:
    never = found.histogram.get("0", 0)
    if not never:
        return _("Every handoff that was never connected was tried.") if found.never_connected else ""
    text = ngettext(
        "%(count)s handoff that was never connected was not tried at all.",
        "%(count)s handoffs that were never connected were not tried at all.",
        never,
    )
    return text % {"count": number(never)}
