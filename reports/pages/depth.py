"""The page of the depth: how often sales tries before it lets a lead go, against what it promised."""

from django.utils.translation import gettext as _

from reports.facts.reading import Reading, depths
from reports.judgement import Judgement
from reports.measures.depth import Depth
from reports.pages.drawings.depth import depth_charts
from reports.pages.exports import chapter_json
from reports.pages.links import Links
from reports.pages.scorecard import of_mean, scope_of, with_tier
from reports.pages.sheet import BigNumber, Sheet, Table, group_cells, nothing_text
from smarketing.lib.numbers import number, percent


def depth_sheet(reading: Reading, links: Links) -> Sheet:
    found = depths(reading)
    rows = [[cell, *_group(found.by[kind][name])] for kind, name, cell in group_cells(reading, links, "depth")]
    return Sheet(
        numbers=_numbers(reading, found.all, links),
        charts=depth_charts(reading, found.all, links),
        groups=Table(_group_columns(), rows),
        nothing=nothing_text(reading),
        measures={"depth": chapter_json(found)},
    )


def _numbers(reading: Reading, found: Depth, links: Links) -> list[BigNumber]:
    """A number for every promise, as on the scorecard; then what holds for all handoffs."""
    handoffs = len(reading.facts)
    reached = percent(found.connected / handoffs if handoffs else None, 1)
    tried = _("%(mean)s attempts on average") % {"mean": number(found.mean_attempts, 1)}
    never = tried if found.never_connected else ""
    return [
        *(_judged(judgement, links.narrowed(scope_of(judgement))) for judgement in reading.judgements["depth"]),
        BigNumber(_("Connected"), number(found.connected), reached, url=links.records("connected")),
        BigNumber(_("Never connected"), number(found.never_connected), never, url=links.records("never_connected")),
        BigNumber(_("Attempts in all"), number(found.attempts)),
    ]


def _judged(judgement: Judgement, links: Links) -> BigNumber:
    """Of the handoffs whose window is over: what was done after it is too late for the promise."""
    name = with_tier(_("Attempts in time, never connected"), judgement)
    note = "; ".join(filter(None, [_promised(judgement), _which(judgement)]))
    return BigNumber(name, number(judgement.delivered, 1), note, judgement.state, links.records("depth_judged"))


def _promised(judgement: Judgement) -> str:
    if judgement.promised is None:
        return ""
    said = {"count": number(judgement.promised, 0 if not judgement.is_mean else 1)}
    return of_mean(_("%(count)s promised") % said, judgement)


def _which(judgement: Judgement) -> str:
    """The drawings speak of all that were never connected: a mean says of which."""
    count = len(judgement.judged)
    return _("mean of the %(count)s whose window is over") % {"count": number(count)} if count else ""


def _group_columns() -> list[str]:
    return [_("Group"), _("Connected"), _("Never connected"), _("Attempts"), _("Mean attempts"), _("Promise")]


def _group(found: Depth) -> list[object]:
    promised = None if found.promised is None else number(found.promised, 0 if found.promised % 1 == 0 else 1)
    return [found.connected, found.never_connected, found.attempts, number(found.mean_attempts, 1), promised]
