"""The page of the speed: how long leads wait for the first attempt against what sales promised."""

from dataclasses import asdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reports.charts import figures as charts
from reports.charts.figures import Bar
from reports.facts.reading import Reading, speeds
from reports.judgement import share_state
from reports.measures.bins import Bin, bins
from reports.measures.columns import Facts
from reports.measures.speed import Band, Leg, Minutes, Speed, bands, legs, share_kept, speed
from reports.pages.exports import plain
from reports.pages.links import Links
from reports.pages.sheet import (
    Cell,
    Chart,
    Number,
    Sheet,
    Table,
    Unit,
    bin_column,
    group_cells,
    long_name,
    short_name,
    spoken_minutes,
    spoken_share,
)
from smarketing.lib import palette
from smarketing.lib.figures import number

RECORDS = {"waited": "followed_up", "accepted": "followed_up", "first_attempt": "followed_up", "connected": "reached"}


def speed_sheet(reading: Reading, links: Links) -> Sheet:
    found = speeds(reading)
    parts = [(part, _of_days(reading, part)) for part in bins(reading.period)]
    made = [
        _legs(reading, found.all, links),
        _trend(parts, found.all, links),
        _shares(parts, reading, links),
        _distribution(reading, found.all, links),
    ]
    rows = [[cell, *_group(getattr(found, part)[name])] for part, name, cell in group_cells(reading, links, "speed")]
    return Sheet(
        _numbers(reading, found.all, links), made, Table(_group_columns(), rows), {"speed": plain(asdict(found))}
    )


def _of_days(reading: Reading, part: Bin) -> Facts:
    return reading.facts[reading.facts.on_days(part.start_on, part.end_on)]


def _numbers(reading: Reading, found: Speed, links: Links) -> list[Number]:
    promised = reading.promised_share(reading.tier or "")
    minutes, within = found.working_minutes, found.within_minutes
    note = ""
    if promised is not None and within is not None:
        said = {"share": spoken_share(promised), "time": spoken_minutes(within)}
        note = _("%(share)s promised within %(time)s") % said
    state = ""
    if promised is not None:
        state = share_state(found.share_within, promised, is_settled=reading.is_over and not found.running)
    mean = _("median %(median)s, nine in ten within %(p90)s") % {
        "median": spoken_minutes(minutes.median),
        "p90": spoken_minutes(minutes.p90),
    }
    return [
        Number(_("Followed up in time"), spoken_share(found.share_within), note, state, links.records("kept")),
        Number(_("Mean response time"), spoken_minutes(minutes.mean), mean if minutes.n else ""),
        Number(_("Never followed up"), number(found.never_followed_up), url=links.records("never_followed_up")),
        Number(_("Still in their time"), number(found.running), url=links.records("running")),
        Number(_("Handed over"), number(found.handoffs), url=links.records("handoffs")),
    ]


def _leg_label(leg: Leg) -> str:
    return {
        "waited": _("Until handed over"),
        "accepted": _("Until accepted"),
        "first_attempt": _("Until the first attempt"),
        "connected": _("Until connected"),
    }[leg.name]


def _legs(reading: Reading, found: Speed, links: Links) -> Chart:
    way = legs(reading.facts)
    due = None if found.within_minutes is None else way[0].minutes + found.within_minutes
    unit = Unit.fitting(sum(leg.minutes for leg in way), due)
    steps = [
        Bar(
            _leg_label(leg),
            leg.minutes / unit.size,
            links.records(RECORDS[leg.name]),
            spoken_minutes(leg.minutes),
        )
        for leg in way
    ]
    words = {"legs": _("Mean working time"), "promise": _("Promise"), "unit": unit.label}
    return Chart(
        id="way",
        title=_("Where the time went"),
        sentence=_way_sentence(found, way[0]),
        figure=charts.legs_waterfall(steps, promise=unit.of(due), words=words),
        table_columns=[_("Step"), _("Mean working minutes"), _("Handoffs")],
        table_rows=[[Cell(bar.label, bar.url), leg.minutes, leg.n] for bar, leg in zip(steps, way, strict=True)],
        json_url=links.data("speed", "json"),
        csv_url=links.data("speed", "csv", "way"),
    )


def _way_sentence(found: Speed, waited: Leg) -> str:
    if found.working_minutes.mean is None:
        return _("Nothing of this period has been followed up yet.")
    said = {"mean": spoken_minutes(found.working_minutes.mean), "waited": spoken_minutes(waited.minutes)}
    if found.within_minutes is None:
        return _("Leads waited %(waited)s with marketing and %(mean)s with sales, in working time on average.") % said
    said["promise"] = spoken_minutes(found.within_minutes)
    return (
        _(
            "Leads waited %(waited)s with marketing and %(mean)s with sales, in working time on average;"
            " sales promised %(promise)s."
        )
        % said
    )


def _trend(parts: list[tuple[Bin, Facts]], found: Speed, links: Links) -> Chart:
    values = [speed(facts, found.within_minutes).working_minutes for _part, facts in parts]
    unit = Unit.fitting(found.within_minutes, *(minutes.p90 for minutes in values))
    lines = [
        _line(pgettext("statistics", "Mean"), "mean", values, unit, palette.ACCENT),
        _line(pgettext("statistics", "Median"), "median", values, unit, palette.KEPT, dash="dash"),
        _line(_("90th percentile"), "p90", values, unit, palette.ON_THE_WAY_MARK, dash="dot"),
    ]
    urls = [links.records("followed_up", part) for part, _facts in parts]
    figure = charts.trend([short_name(part) for part, _facts in parts], lines, unit=unit.label, urls=urls)
    if found.within_minutes is not None:
        figure["data"].append(charts.level(_("Promise"), found.within_minutes / unit.size, len(parts)))
    return Chart(
        id="trend",
        title=_("Response time"),
        sentence=_trend_sentence(found.working_minutes),
        figure=figure,
        table_columns=[
            bin_column(parts[0][0]),
            _("Followed up"),
            _("Mean minutes"),
            pgettext("statistics", "Median"),
            _("90th percentile"),
        ],
        table_rows=[
            [Cell(long_name(part), url), minutes.n, minutes.mean, minutes.median, minutes.p90]
            for (part, _facts), minutes, url in zip(parts, values, urls, strict=True)
        ],
        json_url=links.data("speed", "json"),
        csv_url=links.data("speed", "csv", "trend"),
    )


def _line(name: str, what: str, values: list[Minutes], unit: Unit, colour: str, **style: str) -> charts.Trace:
    points = [charts.Point(x, unit.of(getattr(minutes, what))) for x, minutes in enumerate(values, 1)]
    return charts.line(name, points, colour, **style)


def _trend_sentence(minutes: Minutes) -> str:
    if not minutes.n:
        return _("Nothing of this period has been followed up yet.")
    said = {"median": spoken_minutes(minutes.median), "mean": spoken_minutes(minutes.mean)}
    return _("Half of the leads were tried within %(median)s of working time; the mean is %(mean)s.") % said


def _shares(parts: list[tuple[Bin, Facts]], reading: Reading, links: Links) -> Chart:
    promised = reading.promised_share(reading.tier or "")
    counts = [(part, int(facts.is_kept.sum()), int(facts.is_missed.sum())) for part, facts in parts]
    kept = [_share_bar(part, "kept", n, n + other, links) for part, n, other in counts]
    missed = [_share_bar(part, "missed", n, n + other, links) for part, other, n in counts]
    words = {"kept": _("In time"), "missed": _("Too late or never"), "promise": _("Promise")}
    labels = [short_name(part) for part, _kept, _missed in counts]
    return Chart(
        id="shares",
        title=_("Share followed up in time"),
        sentence=_share_sentence(reading.facts),
        figure=charts.kept_shares(labels, kept, missed, promise=promised, words=words),
        table_columns=[bin_column(parts[0][0]), _("In time"), _("Too late or never"), _("% in time")],
        table_rows=[
            [Cell(long_name(part), links.records("kept", part)), yes, no, 100 * yes / (yes + no) if yes + no else None]
            for part, yes, no in counts
        ],
        json_url=links.data("speed", "json"),
        csv_url=links.data("speed", "csv", "shares"),
    )


def _share_bar(part: Bin, what: str, count: int, ended: int, links: Links) -> Bar:
    said = {"name": long_name(part), "count": number(count), "all": number(ended)}
    text = _("%(name)s: %(count)s of %(all)s") % said
    return Bar(short_name(part), count / ended if ended else 0, links.records(what, part), text)


def _share_sentence(facts: Facts) -> str:
    share, missed = share_kept(facts), int(facts.is_missed.sum())
    if share is None:
        return _("No clock with a promise has ended yet.")
    said = {"share": spoken_share(share), "count": number(missed)}
    return (
        ngettext(
            "%(share)s were followed up in time; %(count)s lead was not.",
            "%(share)s were followed up in time; %(count)s leads were not.",
            missed,
        )
        % said
    )


def _band_label(band: Band) -> str:
    if band.upto is None:
        return _("over %(over)s") % {"over": spoken_minutes(band.over)}
    if band.over is None:
        return _("up to %(upto)s") % {"upto": spoken_minutes(band.upto)}
    return f"{spoken_minutes(band.over)} – {spoken_minutes(band.upto)}"


def _distribution(reading: Reading, found: Speed, links: Links) -> Chart:
    parts = bands(reading.facts, found.within_minutes)
    values = [
        Bar(_band_label(band), band.count, links.records("band", over=band.over, upto=band.upto), _band_text(band))
        for band in parts
    ]
    never, name = found.never_followed_up, _("never")
    values.append(Bar(name, never, links.records("never_followed_up"), f"{name}: {number(never)}"))
    within = [band.is_within for band in parts]
    edge = sum(within) + 0.5 if found.within_minutes is not None else None
    return Chart(
        id="bands",
        title=_("How fast, by bands"),
        sentence=_band_sentence(parts[0], found),
        figure=charts.distribution(values, [*within, False], edge=edge, word=_("Promise")),
        table_columns=[_("Working time to the first attempt"), _("Handoffs"), _("% of all")],
        table_rows=[
            [Cell(bar.label, bar.url), bar.value, 100 * bar.value / found.handoffs if found.handoffs else None]
            for bar in values
        ],
        json_url=links.data("speed", "json"),
        csv_url=links.data("speed", "csv", "bands"),
    )


def _band_text(band: Band) -> str:
    return f"{_band_label(band)}: {number(band.count)}"


def _band_sentence(first: Band, found: Speed) -> str:
    quick, never = first.count, found.never_followed_up
    said = {"count": number(quick), "never": number(never), "upto": spoken_minutes(first.upto)}
    text = ngettext("%(count)s lead was tried within %(upto)s", "%(count)s leads were tried within %(upto)s", quick)
    rest = ngettext("%(never)s was never followed up.", "%(never)s were never followed up.", never)
    return f"{text % said}; {rest % said}"


def _group_columns() -> list[str]:
    return [
        _("Group"),
        _("Handed over"),
        _("Followed up"),
        _("Never"),
        _("In time"),
        pgettext("statistics", "Mean"),
        pgettext("statistics", "Median"),
        _("90th percentile"),
    ]


def _group(found: Speed) -> list[object]:
    minutes, share = found.working_minutes, found.share_within
    return [
        found.handoffs,
        found.followed_up,
        found.never_followed_up,
        spoken_share(share),
        *map(spoken_minutes, (minutes.mean, minutes.median, minutes.p90)),
    ]
