"""Reads: the handoffs behind a bar, one page of them at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.enums import reason_words
from agreements.terms import Timeline
from leads.clock.face import ClockFace, face_of
from leads.models import Handoff
from reports.facts.dimensions import WORDS
from reports.facts.looking_back import as_they_stood
from reports.facts.reading import Reading
from reports.facts.record_lists import Selection, selected
from reports.measures.handoff_columns import DIMENSIONS, MINUTE, Ints

AT_ONCE = 500


class Standpoint(Protocol):
    """From when one looks: a reading, or an agreement opened; the first holds all its handoffs in memory."""

    @property
    def terms(self) -> Timeline: ...
    @property
    def at(self) -> datetime: ...
    @property
    def looks_back(self) -> bool: ...
    @property
    def without(self) -> bool: ...


@dataclass(frozen=True)
class CountedHandoff:
    """A handoff; `words` are those of its dimensions, each with the dimension's name.

    Who may not see leads gets a number in place of a name, and no way to the lead."""

    name: str
    url: str
    handed_at: datetime
    words: tuple[tuple[str, str], ...]
    state: str
    face: ClockFace
    response_us: int | None
    attempts: int
    connected_at: datetime | None
    returned_at: datetime | None
    reason: str
    outside: str
    brief: str

    @property
    def clock(self) -> str:
        return self.face.clock

    @property
    def response_minutes(self) -> float | None:
        return None if self.response_us is None else self.response_us / MINUTE


def record_ids(reading: Reading, chosen: Selection) -> Ints:
    """In the order of the handoffs' numbers: the newest first."""
    found = selected(reading, chosen)
    found.sort()
    return found[::-1]


def records(seen_from: Standpoint, ids: Sequence[int], *, with_names: bool) -> list[CountedHandoff]:
    """The handoffs with these ids, in their order, as they stand or stood at that instant."""
    rows, at = Handoff.objects.filter(pk__in=ids).with_return_reason().select_related("lead"), seen_from.at
    seen: Iterable[Any]
    terms, excuses = seen_from.terms, not seen_from.without
    if seen_from.looks_back or (seen_from.without and terms.agreed):
        seen = as_they_stood(rows, terms if excuses else terms.without_agreed, at, excuses=excuses)
    else:
        seen = rows.with_clock(at, excuses=excuses)
    found = {row.pk: row for row in seen}
    return [_record(found[pk], terms, at, with_names=with_names) for pk in ids if pk in found]


def all_records(seen_from: Standpoint, ids: Ints, *, with_names: bool) -> Iterator[CountedHandoff]:
    for start in range(0, len(ids), AT_ONCE):
        yield from records(seen_from, ids[start : start + AT_ONCE].tolist(), with_names=with_names)


def _record(handoff: Handoff, terms: Timeline, at: datetime, *, with_names: bool) -> CountedHandoff:
    version, clock = handoff.version_id, handoff.clock_state  # type: ignore[attr-defined]
    anonymous = _("Lead %(number)s") % {"number": handoff.lead_id}
    return CountedHandoff(
        name=_name(handoff) if with_names else anonymous,
        url=reverse("leads:detail", args=[handoff.lead_id]) if with_names else "",
        handed_at=handoff.handed_at,
        words=tuple((str(WORDS[dimension].label), getattr(handoff, dimension)) for dimension in DIMENSIONS),
        state=handoff.get_state_display(),
        face=face_of(handoff, terms.by_id(version) if version else None, clock=clock, at=at),
        response_us=handoff.response_us,
        attempts=handoff.attempts_count,
        connected_at=handoff.connected_at,
        returned_at=handoff.returned_at,
        reason=reason_words(handoff.return_reason, handoff.reason_label),  # type: ignore[attr-defined]
        outside=handoff.get_outside_reason_display(),
        brief=handoff.get_brief_display(),
    )


def _name(handoff: Handoff) -> str:
    lead = handoff.lead
    return f"{lead} · {lead.company}" if lead.company and str(lead) != lead.company else str(lead)
