"""PURE. An iCalendar file (RFC 5545) -> the times at which its owner is busy. Nothing else of it is read on.

Busy is what is neither marked as free (TRANSP, Outlook's X-MICROSOFT-CDO-BUSYSTATUS) nor cancelled. Days and times
without a zone are those of the given zone. What repeats by the hour or more often is refused: nobody is away so, and
a file of a few bytes could ask for millions of times.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar
from recurring_ical_events import of

from leads.assignment.presence import Span, joined

LARGEST = 1_000_000  # bytes
MOST_EVENTS, MOST_SERIES, MOST_SPANS = 5_000, 40, 2_000
EARLIEST_YEAR = 2000
NO_CALENDAR, TOO_LARGE, TOO_MANY, TOO_OFTEN = "no_calendar", "too_large", "too_many", "too_often"
RARE = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
# Day by day in search of a 30 February.
ENDLESS = {"DAILY": ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")}
WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")


class UnreadCalendar(ValueError):
    """`code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def busy(content: bytes, *, zone: ZoneInfo, since: datetime, until: datetime, whole_days: bool = False) -> list[Span]:
    """Spans in UTC, in order and apart, cut to the time asked for. `whole_days`: only entries without a time of day."""
    if len(content) > LARGEST:
        raise UnreadCalendar(TOO_LARGE)
    try:
        calendar = Calendar.from_ical(content)
        events = [event for event in calendar.walk("VEVENT") if _counts(event, whole_days)]
    except Exception as error:  # whatever the reader stumbles over in a foreign file
        raise UnreadCalendar(NO_CALENDAR) from error
    _refuse_too_much(events)
    kept = Calendar()
    for part in [*calendar.walk("VTIMEZONE"), *events]:
        kept.add_component(part)
    try:
        found = of(kept).between(since, until)
        spans = [_span(event, zone) for event in found]
    except Exception as error:
        raise UnreadCalendar(NO_CALENDAR) from error
    cut = [(max(begin, since), min(end, until)) for begin, end in spans]
    apart = joined(span for span in cut if span[0] < span[1])
    if len(apart) > MOST_SPANS:
        raise UnreadCalendar(TOO_MANY)
    return apart


def _counts(event: Any, whole_days: bool) -> bool:
    if _text(event, "TRANSP") == "TRANSPARENT" or _text(event, "STATUS") == "CANCELLED":
        return False
    if _text(event, "X-MICROSOFT-CDO-BUSYSTATUS") == "FREE":
        return False
    return not whole_days or not isinstance(event["DTSTART"].dt, datetime)


def _text(event: Any, name: str) -> str:
    return str(event.get(name, "")).strip().upper()


def _refuse_too_much(events: list[Any]) -> None:
    series = [event for event in events if "RRULE" in event or "RDATE" in event]
    if len(events) > MOST_EVENTS or len(series) > MOST_SERIES:
        raise UnreadCalendar(TOO_MANY)
    for event in series:
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            if not _is_modest(rule):
                raise UnreadCalendar(TOO_OFTEN)
        if event["DTSTART"].dt.year < EARLIEST_YEAR:
            raise UnreadCalendar(TOO_OFTEN)


def _is_modest(rule: Any) -> bool:
    often = [str(one).upper() for one in rule.get("FREQ", [])]
    refused = [*WITHIN_A_DAY, *(name for one in often for name in ENDLESS.get(one, ()))]
    steps = [int(one) for one in rule.get("INTERVAL", [1])]
    return all(one in RARE for one in often) and not any(name in rule for name in refused) and min(steps) >= 1


def _span(event: Any, zone: ZoneInfo) -> Span:
    begin, end = _instant(event.start, zone), _instant(event.end, zone)
    if end <= begin and not isinstance(event.start, datetime):
        end = begin + timedelta(days=1)
    return begin, end


def _instant(value: date, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), zone).astimezone(UTC)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
