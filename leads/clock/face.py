"""Reads: what a response clock shows at an instant, in working time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from agreements.exceptions.pauses import AgreedPause, Pauses, counted
from agreements.models import Version
from agreements.terms import Terms, agreed_pauses, pauses_of, work_calendar
from agreements.worktime import WorkCalendar
from leads.clock import rule
from leads.models import Handoff
from smarketing.accounts.models import Side

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
    """Working time, and the exceptions of the terms and beyond them in which no clock runs."""

    calendar: WorkCalendar
    pauses: Pauses = ()
    agreed: tuple[AgreedPause, ...] = ()

    def pauses_for(self, side: str, recorded_at: datetime | None) -> Pauses:
        return counted(self.pauses, self.agreed, side, recorded_at)


def hours_of(handoffs: Iterable[Handoff]) -> dict[int, ClockHours]:
    """The hours by which these handoffs are measured, by version: two queries for all of them."""
    agreements = {h.version_id: h.agreement for h in handoffs if h.version_id is not None}
    rows = Version.objects.filter(pk__in=agreements).values_list("pk", "calendar", "exceptions")
    agreed = agreed_pauses({agreement.pk: agreement.time_zone for agreement in agreements.values()})
    zones = {pk: agreement.time_zone for pk, agreement in agreements.items()}
    return {
        pk: ClockHours(
            work_calendar(calendar, zones[pk]), pauses_of(exceptions, zones[pk]), agreed.get(agreements[pk].pk, ())
        )
        for pk, calendar, exceptions in rows
    }


def face_of(handoff: Handoff, hours: ClockHours | Terms | None, *, at: datetime, clock: str = "") -> ClockFace:
    """`clock` where it is seen otherwise than it stands, as without its excuse."""
    clock, due_at = clock or handoff.clock(at), handoff.due_at
    if clock not in TICKING or due_at is None or hours is None:
        return ClockFace(clock, due_at)
    left = hours.calendar.elapsed(at, due_at, hours.pauses_for(Side.SALES, handoff.recorded_at))
    return ClockFace(clock, due_at, left, is_straight=abs((due_at - at) - left) < SECOND)
