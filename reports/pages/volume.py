"""The page of the volume: what marketing handed over against what it promised."""

from dataclasses import replace

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.facts.reading import Reading, whole_leads
from reports.pages.drawings.volume import volume_chart, volume_sentence
from reports.pages.exports import chapter_json
from reports.pages.links import Links
from reports.pages.sheet import BigNumber, Sheet, Table, group_cells, nothing_text
from smarketing.lib.numbers import number, percent


def volume_sheet(reading: Reading, links: Links) -> Sheet:
    """In leads, and where they are worth points in value too."""
    told = [reading, replace(reading, in_value=True)] if reading.has_value else [reading]
    charts = [volume_chart(each, links) for each in told]
    return Sheet(
        numbers=[*_numbers(reading, links), *(number for each in told[1:] for number in _value_numbers(each, links))],
        charts=charts,
        groups=_groups(reading, links),
        nothing="" if charts[0].has_goal else _nothing(reading),
        measures={"value" if each.in_value else "volume": chapter_json(each.volume) for each in told},
    )


def _nothing(reading: Reading) -> str:
    """With what was promised all the same."""
    text = nothing_text(reading)
    return f"{text} {volume_sentence(reading)}" if text and reading.target is not None else text


def _numbers(reading: Reading, links: Links) -> list[BigNumber]:
    volume, judged = reading.volume, reading.volume_judgement
    behind = links.records(_behind(reading))
    shown = [BigNumber(_("Leads delivered"), number(judged.delivered), _note(reading), judged.state, behind)]
    if judged.delivered != volume.delivered:
        outside = _("including months without a target and handoffs from before the agreement")
        outside = "; ".join(filter(None, [outside, _corrected(volume.corrections)]))
        whole = links.records("returned" if volume.delivered < 0 else "delivered")
        shown.append(BigNumber(_("Delivered in all"), number(volume.delivered), outside, url=whole))
    if reading.goal_for_today is not None:
        shown.append(BigNumber(_("Due by this evening"), number(reading.goal_for_today), _so_far(reading)))
    if reading.projection is not None and not reading.is_over:
        shown.append(BigNumber(_("At this pace"), number(reading.projection), _("by the end")))
    return [
        *shown,
        BigNumber(_("Leads handed over"), number(volume.handed_over), url=links.records("handed_over")),
        *_outside(reading, links),
        BigNumber(
            _("Returned to marketing"), number(volume.returned), _taken_off(reading), url=links.records("returned")
        ),
    ]


def _so_far(reading: Reading) -> str:
    due = number(whole_leads(reading.expected or 0))
    return _("%(goal)s due so far: a day counts once its working time is over") % {"goal": due}


def _outside(reading: Reading, links: Links) -> list[BigNumber]:
    """Where the agreement asks nothing, nothing is counted."""
    count = reading.volume.outside_criteria
    if not count and not reading.asks_criteria:
        return []
    return [BigNumber(_("Of which outside the criteria"), number(count), url=links.records("outside"))]


def _value_numbers(reading: Reading, links: Links) -> list[BigNumber]:
    """In points: delivered, due by this evening, and what its pace comes to."""
    judged, value = reading.volume_judgement, reading.volume
    behind = links.records("valued_delivered" if reading.target is not None else "delivered")
    note = "; ".join(filter(None, [_promised(reading), _corrected_points(judged.corrections)]))
    shown = [BigNumber(_("Value delivered"), number(judged.delivered), note, judged.state, behind, place="worth")]
    if judged.delivered != value.delivered:
        shown.append(BigNumber(_("Value in all"), number(value.delivered), url=links.records("delivered")))
    if reading.goal_for_today is not None:
        shown.append(BigNumber(_("Value due by this evening"), number(reading.goal_for_today), _so_far(reading)))
    if reading.projection is not None and not reading.is_over:
        shown.append(BigNumber(_("Value at this pace"), number(reading.projection), _("by the end")))
    return shown


def _corrected_points(count: int) -> str:
    text = _("%(count)s points from earlier periods are taken off")
    return text % {"count": number(count)} if count else ""


def _behind(reading: Reading) -> str:
    """A figure below zero is made of what was taken off."""
    if (reading.volume_judgement.delivered or 0) < 0:
        return "judged_returned" if reading.target is not None else "returned"
    return "judged_delivered" if reading.target is not None else "delivered"


def _note(reading: Reading) -> str:
    """What was promised, and why its records are more than it counts."""
    corrections = reading.volume_judgement.corrections if reading.target is not None else reading.volume.corrections
    return "; ".join(filter(None, [_promised(reading), _corrected(corrections)]))


def _corrected(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "%(count)s lead from an earlier period is taken off those listed",
        "%(count)s leads from earlier periods are taken off those listed",
        count,
    )
    return text % {"count": number(count)}


def _promised(reading: Reading) -> str:
    """Of a period whose months do not all have a target, for which of them."""
    if reading.target is None:
        return ""
    said = {"target": number(reading.target)}
    months = reading.months_with_target
    if len(months) == len(reading.period.months()):
        return _("of %(target)s promised") % said
    said["months"] = ", ".join(date_format(month, "YEAR_MONTH_FORMAT") for month in months)
    return _("of %(target)s promised in %(months)s, the only months with a target") % said


def _taken_off(reading: Reading) -> str:
    corrections = reading.volume.corrections
    if not corrections:
        return _("taken off again") if reading.volume.returned else ""
    text = ngettext(
        "%(count)s of them was delivered in an earlier period",
        "%(count)s of them were delivered in an earlier period",
        corrections,
    )
    return text % {"count": number(corrections)}


def _groups(reading: Reading, links: Links) -> Table:
    """Groups of the count itself: a lead counts for the source and tier of the handoff that began its count."""
    rows, value = [], replace(reading, in_value=True).volume if reading.has_value else None
    columns = [_("Group"), _("Leads delivered"), _("Of all")]
    for dimension, name, cell in group_cells(reading, links, "volume"):
        count = reading.volume.by[dimension].get(name, 0)
        share = count / reading.volume.delivered if reading.volume.delivered else None
        promised = _promised_to(reading, name) if dimension == "tier" else None
        row: list[object] = [cell, count, percent(share, 1)]
        rows.append(row + ([number(promised)] if reading.tiers_with_target else []))
        if value:
            rows[-1].append(value.by[dimension].get(name, 0))
    columns += [_("Promised")] if reading.tiers_with_target else []
    return Table(columns + ([_("Value")] if value else []), rows)


def _promised_to(reading: Reading, tier: str) -> int | None:
    own = reading.of_tier(tier) if not reading.scope else reading
    return own.target if own.scope.word("tier") == tier else None
