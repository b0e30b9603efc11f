"""Reads: what a response clock shows at an instant, in working time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from agreements.models import Version
from agreements.terms import Terms, pauses_of, work_calendar
from agreements.worktime import WorkCalendar
from leads.clock import rule
from leads.models import Handoff

TICKING = frozenset({rule.RUNNING, rule.DUE_SOON, rule.OVERDUE})
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class ClockFace:
    """`left` is working time, below zero once the clock is overdue; None where nothing ticks.

    `is_straight`: all of it is working time, so that "in 42 min" is also what a watch says.
    """

    clock: str
    due_at: datetime | None
    left: timedelta | None = None
    is_straight: bool = False

    @property
    def over(self) -> timedelta:
        return -self.left if self.left is not None else timedelta(0)


class ClockHours(NamedTuple):
    """Working time, and the agreed exceptions in which no clock runs."""

    calendar: WorkCalendar
    pauses: tuple[tuple[datetime, datetime], ...] = ()


def hours_of(handoffs: Iterable[Handoff]) -> dict[int, ClockHours]:
    """The hours by which these handoffs are measured, by version: one query for all of them."""
    zones = {h.version_id: h.agreement.time_zone for h in handoffs if h.version_id is not None}
    rows = Version.objects.filter(pk__in=zones).values_list("pk", "calendar", "exceptions")
    return {
        pk: ClockHours(work_calendar(calendar, zones[pk]), pauses_of(exceptions, zones[pk]))
        for pk, calendar, exceptions in rows
    }


def face_of(handoff: Handoff, hours: ClockHours | Terms | None, *, at: datetime) -> ClockFace:
    clock, due_at = handoff.clock(at), handoff.due_at
    if clock not in TICKING or due_at is None or hours is None:
        return ClockFace(clock, due_at)
    left = hours.calendar.elapsed(at, due_at, hours.pauses)
    return ClockFace(clock, due_at, left, is_straight=abs((due_at - at) - left) < SECOND)
