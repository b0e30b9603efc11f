"""The page of the speed: how long leads wait for the first attempt against what sales promised."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.facts.reading import Reading, speeds
from reports.judgement import Judgement
from reports.measures.speed import Speed
from reports.pages.drawings.speed import speed_charts
from reports.pages.exports import chapter_json
from reports.pages.links import Links
from reports.pages.scorecard import label_of, of_mean, promise_of, scope_of, with_tier
from reports.pages.sheet import BigNumber, Sheet, Table, group_cells, nothing_text, spoken_minutes, spoken_share
from smarketing.lib.numbers import number


def speed_sheet(reading: Reading, links: Links) -> Sheet:
    found = speeds(reading)
    rows = [[cell, *_group(found.by[kind][name])] for kind, name, cell in group_cells(reading, links, "speed")]
    return Sheet(
        numbers=_numbers(reading, found.all, links),
        charts=speed_charts(reading, found.all, links),
        groups=Table(_group_columns(), rows),
        nothing=nothing_text(reading),
        measures={"speed": chapter_json(found)},
    )


def _numbers(reading: Reading, found: Speed, links: Links) -> list[BigNumber]:
    """A number for every promise, as on the scorecard; then what holds for all of them."""
    minutes = found.working_minutes
    mean = _("median %(median)s, nine in ten within %(p90)s") % {
        "median": spoken_minutes(minutes.median),
        "p90": spoken_minutes(minutes.p90),
    }
    return [
        *(_kept(judgement, links.narrowed(scope_of(judgement))) for judgement in reading.judgements["speed"]),
        BigNumber(_("Mean response time"), spoken_minutes(minutes.mean), mean if minutes.n else ""),
        BigNumber(_("Never followed up"), number(found.never_followed_up), url=links.records("never_followed_up")),
        BigNumber(_("Still within time"), number(found.running), url=links.records("running")),
        BigNumber(_("Handoffs"), number(found.handoffs), url=links.records("handoffs")),
        *(
            _in_time(judgement, links.narrowed(scope_of(judgement)), place="" if n else measure)
            for measure in reading.timed
            for n, judgement in enumerate(promised(reading.judgements[measure]))
        ),
    ]


def promised(judgements: Iterable[Judgement]) -> list[Judgement]:
    return [judgement for judgement in judgements if judgement.promised is not None]


def _in_time(judgement: Judgement, links: Links, *, place: str) -> BigNumber:
    """What else is promised as a working time."""
    note = _("%(share)s promised: %(promise)s") % {
        "share": spoken_share(judgement.promised),
        "promise": promise_of(judgement),
    }
    url = links.records(f"{judgement.measure}_judged")
    return BigNumber(label_of(judgement), spoken_share(judgement.delivered), note, judgement.state, url, place)


def _kept(judgement: Judgement, links: Links) -> BigNumber:
    name = with_tier(_("Followed up in time"), judgement)
    note = ""
    if judgement.promised is not None:
        said = {"share": spoken_share(judgement.promised), "time": spoken_minutes(judgement.limit)}
        note = of_mean(_("%(share)s promised within %(time)s") % said, judgement)
    return BigNumber(name, spoken_share(judgement.delivered), note, judgement.state, links.records("speed_judged"))


def _group_columns() -> list[str]:
    return [
        _("Group"),
        _("Handoffs"),
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
