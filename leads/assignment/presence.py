"""PURE. When a rep is here: absences, the own working hours, and how long somebody is back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agreements.hours import WEEKDAYS, CalendarError, Window, hours_of
from leads.assignment.rotation import AWAY, OFF_HOURS

Span = tuple[datetime, datetime]
LONGEST_RETURN = timedelta(days=7)
SHORTEST = timedelta(hours=20)  # an absence of a day: who was away for a meeting has not come back from anywhere


@dataclass(frozen=True)
class Presence:
    """`away` are spans of time, `week` the own hours by weekday; without any the agreement's calendar is enough."""

    zone: ZoneInfo
    away: Sequence[Span] = ()
    week: Mapping[str, tuple[Window, ...]] = field(default_factory=dict)

    def why_not(self, at: datetime) -> str:
        """AWAY, OFF_HOURS, or empty for who is here. `at` is aware."""
        if any(begin <= at < end for begin, end in self.away):
            return AWAY
        if not self.week:
            return ""
        local = at.astimezone(self.zone)
        since = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
        windows = self.week.get(WEEKDAYS[local.weekday()], ())
        return "" if any(one.opens <= since < one.closes for one in windows) else OFF_HOURS

    def settled(self, at: datetime) -> float:
        """From 0 at the end of an absence to 1 once one is back for as long as it lasted, or for a week."""
        back = [
            (at - end) / min(end - begin, LONGEST_RETURN)
            for begin, end in self.away
            if end <= at and end - begin >= SHORTEST
        ]
        return min([1.0, *back])


def week_of(stored: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, tuple[Window, ...]]:
    """Own hours as they are kept, {"mon": [["09:00", "13:00"]]}. Raises CalendarError; no window crosses midnight."""
    week = {day: hours_of(windows, day) for day, windows in stored.items() if windows}
    for day, windows in week.items():
        if day not in WEEKDAYS or any(one.closes > timedelta(days=1) for one in windows):
            raise CalendarError(f"{day}: own hours end on the day on which they begin")
    return week


def joined(spans: Iterable[Span]) -> list[Span]:
    """In order, those that touch or overlap as one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found
