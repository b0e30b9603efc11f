"""The page of the depth: how often sales tries before it lets a lead go, against what it promised."""

from dataclasses import asdict

from django.utils.translation import gettext as _

from reports.facts.reading import Reading, depths
from reports.judgement import depth_state
from reports.measures.depth import Depth
from reports.pages.drawings.depth import depth_charts
from reports.pages.exports import plain
from reports.pages.links import Links
from reports.pages.sheet import BigNumber, Sheet, Table, group_cells
from smarketing.lib.numbers import number, percent


def depth_sheet(reading: Reading, links: Links) -> Sheet:
    found = depths(reading)
    made = depth_charts(reading, found.all, links)
    rows = [[cell, *_group(getattr(found, part)[name])] for part, name, cell in group_cells(reading, links, "depth")]
    return Sheet(
        _numbers(reading, found.all, links), made, Table(_group_columns(), rows), {"depth": plain(asdict(found))}
    )


def _numbers(reading: Reading, found: Depth, links: Links) -> list[BigNumber]:
    note, state = "", ""
    if found.promised is not None:
        note = _("%(count)s promised") % {"count": number(found.promised)}
        state = depth_state(reading.facts, found.promised, is_over=reading.is_over)
    handoffs = len(reading.facts)
    reached = percent(found.connected / handoffs if handoffs else None, 1)
    return [
        BigNumber(
            _("Mean attempts, never connected"),
            number(found.mean_attempts, 1),
            note,
            state,
            links.records("never_connected"),
        ),
        BigNumber(_("Connected"), number(found.connected), reached, url=links.records("connected")),
        BigNumber(_("Never connected"), number(found.never_connected), url=links.records("never_connected")),
        BigNumber(_("Attempts in all"), number(found.attempts)),
    ]


def _group_columns() -> list[str]:
    return [_("Group"), _("Connected"), _("Never connected"), _("Attempts"), _("Mean attempts"), _("Promise")]


def _group(found: Depth) -> list[object]:
    return [found.connected, found.never_connected, found.attempts, number(found.mean_attempts, 1), found.promised]
