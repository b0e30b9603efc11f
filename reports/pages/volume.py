"""The page of the volume: what marketing handed over against what it promised."""

from dataclasses import asdict

from django.utils.translation import gettext as _

from reports.facts.reading import Reading
from reports.pages.drawings.volume import volume_chart
from reports.pages.exports import plain
from reports.pages.links import Links
from reports.pages.sheet import BigNumber, Sheet, Table, group_cells
from smarketing.lib.numbers import number, percent


def volume_sheet(reading: Reading, links: Links) -> Sheet:
    return Sheet(
        numbers=_numbers(reading, links),
        charts=[volume_chart(reading, links)],
        groups=_groups(reading, links),
        measures={"volume": plain(asdict(reading.volume))},
    )


def _numbers(reading: Reading, links: Links) -> list[BigNumber]:
    volume, target = reading.volume, reading.target
    shown = [
        BigNumber(
            _("Leads delivered"),
            number(volume.delivered),
            _("of %(target)s promised") % {"target": number(target)} if target is not None else "",
            reading.volume_state,
            links.records("delivered"),
        )
    ]
    if reading.expected is not None and not reading.is_over:
        shown.append(BigNumber(_("Goal for today"), number(reading.expected, 1)))
    if reading.projection is not None and not reading.is_over:
        shown.append(BigNumber(_("At this pace"), number(reading.projection), _("by the end")))
    returned = _("taken off again") if volume.returned else ""
    return [
        *shown,
        BigNumber(_("Handed over"), number(volume.handed_over), url=links.records("handed_over")),
        BigNumber(_("Returned to marketing"), number(volume.returned), returned, url=links.records("returned")),
    ]


def _groups(reading: Reading, links: Links) -> Table:
    """Groups of the count itself: a lead counts for the source that brought it first in its month."""
    rows = []
    for part, name, cell in group_cells(reading, links, "volume"):
        count = getattr(reading.volume, part).get(name, 0)
        share = count / reading.volume.delivered if reading.volume.delivered else None
        rows.append([cell, count, percent(share, 1)])
    return Table([_("Group"), _("Delivered"), _("Of all")], rows)
