"""The words of the list behind a bar."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reports.measures.selection import Selection
from reports.pages.sheet import spoken_minutes
from smarketing.lib.numbers import number

if TYPE_CHECKING:
    from reports.facts.behind import CountedHandoff


def record_columns() -> list[str]:
    return [
        _("Lead"),
        _("Handed over"),
        _("Source"),
        _("Tier"),
        pgettext("handoff", "State"),
        _("Clock"),
        _("Response in working minutes"),
        _("Attempts"),
        _("Connected"),
        _("Returned"),
        _("Reason"),
    ]


def record_rows(found: "Iterable[CountedHandoff]", zone: ZoneInfo) -> Iterator[list[object]]:
    """Instants as ISO 8601 in the agreement's time zone."""
    for record in found:
        instants = [
            at and at.astimezone(zone).isoformat() for at in (record.handed_at, record.connected_at, record.returned_at)
        ]
        yield [
            record.name,
            instants[0],
            record.source,
            record.tier,
            record.state,
            record.clock,
            record.response_minutes,
            record.attempts,
            *instants[1:],
            record.reason,
        ]


def handoffs_counted(total: int) -> str:
    return ngettext("%(count)s handoff", "%(count)s handoffs", total) % {"count": number(total)}


def title_of(chosen: Selection) -> str:
    """What was counted, and on which days."""
    title = _titles(chosen)[chosen.what]
    if chosen.verdict:
        title = f"{title}, {_verdicts()[chosen.verdict]}"
    if chosen.first_on is None or chosen.last_on is None:
        return title
    first, last = date_format(chosen.first_on, "DATE_FORMAT"), date_format(chosen.last_on, "DATE_FORMAT")
    return f"{title}, {first}" if first == last else f"{title}, {first} – {last}"


def _titles(chosen: Selection) -> dict[str, str]:
    nth = {"nth": chosen.nth or 0}
    return {
        "handed_over": _("Leads handed over"),
        "returned": _("Leads returned to marketing"),
        "delivered": _("Leads delivered"),
        "handoffs": _("Handoffs"),
        "followed_up": _("Followed up"),
        "returned_untouched": _("Returned before any attempt"),
        "never_followed_up": _("Never followed up"),
        "running": _("Still in their time"),
        "kept": _("Followed up in time"),
        "missed": _("Followed up too late or never"),
        "went_the_way": _("Followed up, with marketing's own time known"),
        "band": _band(chosen),
        "spoken_in_band": _spoken_band(chosen),
        "reached": _("Followed up and connected"),
        "connected": _("Connected"),
        "never_connected": _("Never connected"),
        "connected_with": _("Connected at attempt %(nth)s") % nth,
        "connected_after": _("Connected after attempt %(nth)s") % nth,
        "tried_times": _("Never connected after %(nth)s attempts") % nth,
        "sent_back": _("Returned for marketing's reasons"),
        "won_unspoken": _("Won without a conversation on record"),
        "given_up": _("Given up before the promised attempts"),
        "tried": _("Closed after the promised attempts"),
        "open": _("Still open, not connected"),
    }


def _verdicts() -> dict[str, str]:
    return {
        "kept": _("promise kept"),
        "missed": _("promise missed"),
        "running": _("still in their time"),
        "none": _("not judged"),
    }


def _band(chosen: Selection) -> str:
    over, upto = spoken_minutes(chosen.over), spoken_minutes(chosen.upto)
    if chosen.over is None:
        return _("First attempt within %(upto)s") % {"upto": upto}
    if chosen.upto is None:
        return _("First attempt after more than %(over)s") % {"over": over}
    return _("First attempt after %(over)s to %(upto)s") % {"over": over, "upto": upto}


def _spoken_band(chosen: Selection) -> str:
    over, upto = spoken_minutes(chosen.over), spoken_minutes(chosen.upto)
    if chosen.over is None:
        return _("Connected within %(upto)s") % {"upto": upto}
    if chosen.upto is None:
        return _("Connected after more than %(over)s") % {"over": over}
    return _("Connected after %(over)s to %(upto)s") % {"over": over, "upto": upto}
