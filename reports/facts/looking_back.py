"""Reads: handoffs as they stood at an instant, as if nothing at or after it had happened."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from agreements.terms import Timeline
from leads.clock.consequences import as_of
from leads.models import Handoff

MOMENT = timedelta(microseconds=1)


def as_they_stood(rows: QuerySet[Handoff], terms: Timeline, at: datetime, *, excuses: bool = True) -> list[Handoff]:
    """`at` is the end of a day: what happened at that instant belongs to the next one."""
    handoffs = list(rows)
    stood = as_of([handoff.pk for handoff in handoffs], terms, at - MOMENT, excuses=excuses)
    known = [handoff for handoff in handoffs if handoff.pk in stood]
    for handoff in known:
        for name, value in stood[handoff.pk].items():
            setattr(handoff, name, value)
        handoff.clock_state = handoff.clock(at)  # type: ignore[attr-defined]
    return known
