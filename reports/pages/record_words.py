"""The words of the list behind a bar."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reports.facts.dimensions import WORDS
from reports.facts.record_lists import Selection
from reports.measures.handoff_columns import DIMENSIONS
from smarketing.lib.numbers import number

if TYPE_CHECKING:
    from reports.facts.behind import CountedHandoff


def dimension_columns() -> list[str]:
    return [str(WORDS[dimension].label) for dimension in DIMENSIONS]


def record_columns() -> list[str]:
    return [
        _("Lead"),
        _("Handed over"),
        *dimension_columns(),
        pgettext("handoff", "State"),
        _("Clock"),
        _("Response in working minutes"),
        _("Attempts"),
        _("Connected"),
        _("Returned"),
        _("Reason"),
        _("Outside the criteria"),
        _("Brief"),
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
            *(word for _dimension, word in record.words),
            record.state,
            record.clock,
            record.response_minutes,
            record.attempts,
            *instants[1:],
            record.reason,
            record.outside,
            record.brief,
        ]


def handoffs_counted(total: int) -> str:
    return ngettext("%(count)s handoff", "%(count)s handoffs", total) % {"count": number(total)}


def with_days(title: str, chosen: Selection) -> str:
    """What was counted, and on which days."""
    if chosen.first_on is None or chosen.last_on is None:
        return title
    first, last = date_format(chosen.first_on, "DATE_FORMAT"), date_format(chosen.last_on, "DATE_FORMAT")
    return f"{title}, {first}" if first == last else f"{title}, {first} – {last}"
