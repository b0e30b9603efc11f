"""The page of the speed: how long leads wait for the first attempt against what sales promised."""

from dataclasses import asdict

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.facts.reading import Reading, speeds
from reports.judgement import share_state
from reports.measures.speed import Speed
from reports.pages.drawings.speed import speed_charts
from reports.pages.exports import plain
from reports.pages.links import Links
from reports.pages.sheet import BigNumber, Sheet, Table, group_cells, spoken_minutes, spoken_share
from smarketing.lib.numbers import number


def speed_sheet(reading: Reading, links: Links) -> Sheet:
    found = speeds(reading)
    made = speed_charts(reading, found.all, links)
    rows = [[cell, *_group(getattr(found, part)[name])] for part, name, cell in group_cells(reading, links, "speed")]
    return Sheet(
        _numbers(reading, found.all, links), made, Table(_group_columns(), rows), {"speed": plain(asdict(found))}
    )


def _numbers(reading: Reading, found: Speed, links: Links) -> list[BigNumber]:
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
        BigNumber(_("Followed up in time"), spoken_share(found.share_within), note, state, links.records("kept")),
        BigNumber(_("Mean response time"), spoken_minutes(minutes.mean), mean if minutes.n else ""),
        BigNumber(_("Never followed up"), number(found.never_followed_up), url=links.records("never_followed_up")),
        BigNumber(_("Still in their time"), number(found.running), url=links.records("running")),
        BigNumber(_("Handed over"), number(found.handoffs), url=links.records("handoffs")),
    ]


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
