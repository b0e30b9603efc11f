"""The drawings of the speed: where the time went, its trend, what was kept, how fast, and until the two spoke."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reports.charts.figures import (
    Bar,
    Edge,
    Series,
    Trace,
    distribution,
    dots,
    heights,
    level,
    shares,
    stacked,
    trend,
    upright,
)
from reports.charts.waterfalls import legs_waterfall
from reports.facts.reading import Reading
from reports.judgement import Judgement, speed_with
from reports.measures.handoff_columns import Facts, Mask, mean_promise
from reports.measures.period_parts import PeriodPart, parts_of
from reports.measures.speed import (
    EDGES,
    SPOKEN_EDGES,
    Band,
    Leg,
    Speed,
    Spread,
    bands,
    in_band,
    legs,
    minutes,
    spoken_in_band,
    went_the_way,
)
from reports.pages.links import Links
from reports.pages.sheet import (
    Cell,
    Chart,
    Unit,
    bin_column,
    exact,
    long_name,
    short_name,
    spoken_minutes,
    spoken_share,
)
from smarketing.lib import palette
from smarketing.lib.numbers import number, percent

Parts = list[tuple[PeriodPart, Facts]]


def speed_charts(reading: Reading, found: Speed, links: Links) -> list[Chart]:
    facts = reading.facts
    parts = [(part, facts[facts.on_days(part.start_on, part.end_on)]) for part in parts_of(reading.period)]
    return [
        _way(reading, links),
        _trend(parts, found, links),
        _shares(parts, reading, links),
        _bands(reading, found, links),
        _spoken(facts, links),
    ]


def _chart(key: str, links: Links, **parts: object) -> Chart:
    files = {"json_url": links.data("speed", "json"), "csv_url": links.data("speed", "csv", key)}
    return Chart(id=key, **files, **parts)  # type: ignore[arg-type]


def promises(facts: Facts) -> list[float]:
    """The minutes that these handoffs were promised, each by its own terms and tier."""
    return sorted(set(facts.within[facts.has_promise].tolist()))


def _way(reading: Reading, links: Links) -> Chart:
    rows, way = went_the_way(reading.facts), legs(reading.facts)
    facts = reading.facts
    promised, url = mean_promise(facts.within[rows & facts.has_promise], None), links.records("went_the_way")
    due = None if promised is None else way[0].minutes + promised
    whole = sum(leg.minutes for leg in way)
    unit = Unit.fitting(whole, due)
    *steps, total = [
        Bar(name, lasted / unit.size, url, spoken_minutes(lasted))
        for name, lasted in [*((_leg_name(leg), leg.minutes) for leg in way), (_("In all"), whole)]
    ]
    axis = upright(max(whole, due or 0) / unit.size, exact, unit=unit.label)
    words = {"legs": _("Mean working time"), "promise": _("Promise: by %(due)s") % {"due": spoken_minutes(due)}}
    n = int(rows.sum())
    return _chart(
        "way",
        links,
        title=_("Where the time went"),
        sentence=_way_sentence(way, n, len(rows), promised, due),
        figure=legs_waterfall(steps, total, axis, promise=unit.of(due), words=words),
        table_columns=[_("Step"), _("Mean working minutes"), _("Handoffs")],
        table_rows=[
            *([Cell(bar.label, url), leg.minutes, n] for bar, leg in zip(steps, way, strict=True)),
            [Cell(total.label, url), whole, n],
        ],
    )


def _leg_name(leg: Leg) -> str:
    return {
        "waited": _("Until handed over"),
        "accepted": _("Until accepted"),
        "first_attempt": _("Until the first attempt"),
    }[leg.name]


def _way_sentence(way: list[Leg], n: int, handoffs: int, promised: float | None, due: float | None) -> str:
    """With the height of the promise's line: sales' time is counted on from marketing's."""
    if not n:
        return _("Nothing in this period has been followed up yet.")
    waited, *sales = [leg.minutes for leg in way]
    said = {"waited": spoken_minutes(waited), "sales": spoken_minutes(sum(sales)), "promise": spoken_minutes(promised)}
    said |= {"n": number(n), "all": number(handoffs), "due": spoken_minutes(due)}
    text = _("On average, %(waited)s of working time passed with marketing and %(sales)s with sales.")
    if promised is not None:
        text = _(
            "On average, %(waited)s of working time passed with marketing and %(sales)s with sales;"
            " sales promised %(promise)s, the mean of what these handoffs were promised. The line stands at marketing's"
            " time and that promise together, %(due)s."
        )
    which = _("Based on the %(n)s of %(all)s handoffs that were followed up and whose time with marketing is known.")
    return f"{text % said} {which % said}"


def _trend(parts: Parts, found: Speed, links: Links) -> Chart:
    values = [minutes(facts.response) for _part, facts in parts]
    unit = Unit.fitting(found.within_minutes, *(value.p90 for value in values))
    urls = [links.records("followed_up", part) for part, _facts in parts]
    names = [long_name(part) for part, _facts in parts]

    def drawn(name: str, what: str, colour: str, **style: str) -> Trace:
        lasted = [getattr(value, what) for value in values]
        found = zip(names, lasted, urls, strict=True)
        return dots(name, [_dot(day, name, mean, unit, url) for day, mean, url in found], colour, **style)

    lines = [
        drawn(pgettext("statistics", "Mean"), "mean", palette.ACCENT),
        drawn(pgettext("statistics", "Median"), "median", palette.KEPT, dash="dash"),
        drawn(_("90th percentile"), "p90", palette.ON_THE_WAY_MARK, dash="dot"),
    ]
    if found.within_minutes is not None:
        lines.append(level(_("Promise"), found.within_minutes / unit.size, len(parts)))
    top = max((y for one in lines for y in one["y"] if y is not None), default=0)
    return _chart(
        "trend",
        links,
        title=_("Response time"),
        sentence=_trend_sentence(found.working_minutes),
        figure=trend([short_name(part) for part, _facts in parts], lines, upright(top, exact, unit=unit.label)),
        table_columns=[
            bin_column(parts[0][0]),
            _("Followed up"),
            _("Mean minutes"),
            pgettext("statistics", "Median"),
            _("90th percentile"),
        ],
        table_rows=[
            [Cell(name, url), value.n, value.mean, value.median, value.p90]
            for name, url, value in zip(names, urls, values, strict=True)
        ],
    )


def _dot(day: str, name: str, lasted: float | None, unit: Unit, url: str) -> Bar | None:
    if lasted is None:
        return None
    return Bar(day, lasted / unit.size, url, f"{day}: {name} {spoken_minutes(lasted)}")


def _trend_sentence(found: Spread) -> str:
    if not found.n:
        return _("Nothing in this period has been followed up yet.")
    said = {"median": spoken_minutes(found.median), "mean": spoken_minutes(found.mean)}
    return (
        _("Half of those followed up had a first attempt within %(median)s of working time; the mean is %(mean)s.")
        % said
    )


def _shares(parts: Parts, reading: Reading, links: Links) -> Chart:
    judged = reading.judge("speed", reading.facts, reading.promise("speed", reading.scope.word("tier") or ""))
    promised = judged.promised
    counts = [(part, int(facts.is_kept.sum()), int(facts.is_missed.sum())) for part, facts in parts]
    series = [
        Series(_("In time"), [_share_bar(part, "kept", n, n + m, links) for part, n, m in counts], palette.KEPT_MARK),
        Series(
            _("Too late or never"),
            [_share_bar(part, "missed", m, n + m, links) for part, n, m in counts],
            palette.MISSED_MARK,
            is_hatched=True,
        ),
    ]
    lines = [] if promised is None else [level(_("Promise"), promised, len(parts))]
    return _chart(
        "shares",
        links,
        title=_("Share followed up in time"),
        sentence=_share_sentence(judged),
        figure=stacked([short_name(part) for part, *_counts in counts], series, shares(percent), lines=lines),
        table_columns=[bin_column(parts[0][0]), _("In time"), _("Too late or never"), _("% in time")],
        table_rows=[
            [Cell(long_name(part), links.records("kept", part)), yes, no, 100 * yes / (yes + no) if yes + no else None]
            for part, yes, no in counts
        ],
    )


def _share_bar(part: PeriodPart, what: str, count: int, ended: int, links: Links) -> Bar:
    said = {"name": long_name(part), "count": number(count), "all": number(ended)}
    text = {
        "kept": _("%(name)s: %(count)s of %(all)s in time") % said,
        "missed": _("%(name)s: %(count)s of %(all)s too late or never") % said,
    }[what]
    return Bar(short_name(part), count / ended if ended else 0, links.records(what, part), text)


def _share_sentence(judged: Judgement) -> str:
    share, missed = judged.delivered, len(judged.judged) - len(judged.kept)
    if share is None:
        return _("No clock with a promise has ended yet.")
    said = {"share": spoken_share(share), "count": number(missed)}
    text = ngettext(
        "%(share)s were followed up in time; %(count)s handoff was not.",
        "%(share)s were followed up in time; %(count)s handoffs were not.",
        missed,
    )
    return text % said


def band_name(band: Band) -> str:
    if band.upto is None:
        return _("over %(over)s") % {"over": spoken_minutes(band.over)}
    if band.over is None:
        return _("up to %(upto)s") % {"upto": spoken_minutes(band.upto)}
    return f"{spoken_minutes(band.over)} – {spoken_minutes(band.upto)}"


def _verdicts() -> dict[str, tuple[str, str, bool]]:
    """Name, colour and whether it is hatched."""
    return {
        "kept": (_("Promise kept"), palette.KEPT_MARK, False),
        "missed": (_("Promise missed"), palette.MISSED_MARK, True),
        "excused": (_("Breach excused"), palette.AT_RISK_MARK, True),
        "none": (_("Without a promise"), palette.ON_THE_WAY_MARK, False),
    }


def _bands(reading: Reading, found: Speed, links: Links) -> Chart:
    """Every promise is an edge; where promises differ, a band has records that kept theirs and others that did not."""
    facts, promised = reading.facts, promises(reading.facts)
    parts = bands(*EDGES, *promised)
    series = [
        Series(name, _band_bars(facts, parts, verdict, name, links), colour, is_hatched)
        for verdict, (name, colour, is_hatched) in _verdicts().items()
        if verdict != "excused" or speed_with(facts, verdict).any()
    ]
    labels = [*map(band_name, parts), _("never")]
    counts = heights(series)
    urls = [
        *(links.records("band", over=band.over, upto=band.upto) for band in parts),
        links.records("never_followed_up"),
    ]
    return _chart(
        "bands",
        links,
        title=_("How fast, by bands"),
        sentence=_band_sentence(int(counts[0]), parts[0], found.never_followed_up),
        figure=distribution(
            labels, series, upright(max(counts), number, is_whole=True), number, edges=_edges(parts, promised)
        ),
        table_columns=[_("Working time to the first attempt"), _("Handoffs"), _("Promise kept"), _("% of all")],
        table_rows=[
            [Cell(label, url), int(count), int(kept.value), 100 * count / len(facts) if len(facts) else None]
            for label, url, count, kept in zip(labels, urls, counts, series[0].bars, strict=True)
        ],
    )


def _band_bars(facts: Facts, parts: list[Band], verdict: str, name: str, links: Links) -> list[Bar]:
    def bar(label: str, rows: Mask, what: str, **limits: float | None) -> Bar:
        count = int((rows & speed_with(facts, verdict)).sum())
        return Bar(
            label, count, links.records(what, None, verdict=verdict, **limits), f"{label}: {number(count)} · {name}"
        )

    tried = [
        bar(band_name(band), in_band(facts, band.over, band.upto), "band", over=band.over, upto=band.upto)
        for band in parts
    ]
    return [*tried, bar(_("never"), facts.is_never_followed_up, "never_followed_up")]


def _edges(parts: list[Band], promised: list[float]) -> list[Edge]:
    places = {band.upto: place + 0.5 for place, band in enumerate(parts, 1)}
    if len(promised) == 1:
        return [Edge(places[promised[0]], _("Promise"))]
    return [Edge(places[within], _("Promise: %(time)s") % {"time": spoken_minutes(within)}) for within in promised]


def _band_sentence(quick: int, first: Band, never: int) -> str:
    said = {"count": number(quick), "never": number(never), "upto": spoken_minutes(first.upto)}
    text = ngettext(
        "%(count)s handoff was followed up within %(upto)s",
        "%(count)s handoffs were followed up within %(upto)s",
        quick,
    )
    rest = ngettext("%(never)s was never followed up.", "%(never)s were never followed up.", never)
    if not quick:
        text = _("None was followed up within %(upto)s")
    if not never:
        rest = _("none is overdue without an attempt.")
    return f"{text % said}; {rest % said}"


def _spoken(facts: Facts, links: Links) -> Chart:
    """On a scale of its own: until the two spoke it takes days where the first attempt takes minutes."""
    parts, waits = bands(*SPOKEN_EDGES), minutes(facts.connected)
    found = [
        Bar(
            band_name(band),
            int(spoken_in_band(facts, band.over, band.upto).sum()),
            links.records("spoken_in_band", over=band.over, upto=band.upto),
        )
        for band in parts
    ]
    told = [Bar(bar.label, bar.value, bar.url, f"{bar.label}: {number(bar.value)}") for bar in found]
    series = [Series(_("Connected"), told, palette.KEPT_MARK)]
    return _chart(
        "connected",
        links,
        title=_("Time until connected"),
        sentence=_spoken_sentence(waits, len(facts)),
        figure=distribution(
            [bar.label for bar in told], series, upright(max(heights(series)), number, is_whole=True), number
        ),
        table_columns=[_("Working time until connected"), _("Handoffs"), _("% of all")],
        table_rows=[
            [Cell(bar.label, bar.url), bar.value, 100 * bar.value / len(facts) if len(facts) else None] for bar in told
        ],
    )


def _spoken_sentence(waits: Spread, handoffs: int) -> str:
    if not waits.n:
        return _("No handoff has been connected yet.")
    said = {"n": number(waits.n), "all": number(handoffs)}
    said |= {"median": spoken_minutes(waits.median), "mean": spoken_minutes(waits.mean)}
    text = ngettext(
        "%(n)s of %(all)s handoffs was connected, after %(mean)s of working time.",
        "%(n)s of %(all)s handoffs were connected, half of them within %(median)s of working time;"
        " the mean is %(mean)s.",
        waits.n,
    )
    return text % said
