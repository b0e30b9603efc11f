"""PURE. An iCalendar file (RFC 5545) -> the times at which its owner is busy. Nothing else of it is read on.

Busy is what is neither marked as free (TRANSP, Outlook's X-MICROSOFT-CDO-BUSYSTATUS) nor cancelled. Days and times
without a zone are those of the given zone; a zone that nobody knows is not guessed. A file of a few bytes could ask for
millions of times: what it may ask is looked at before the libraries read it, and their work has an end.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from time import thread_time
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.parser import Contentline, Contentlines
from icalendar.timezone import tzp
from recurring_ical_events import of

from leads.assignment.presence import Span, joined
from leads.assignment.repeats import is_of_a_year, is_read, is_too_often

LARGEST = 1_000_000  # bytes
MOST_SPANS = 2_000
MOST_OWN_TIMES, MOST_HALVES = 700, 4
LONGEST = 1.0  # seconds of the processor
EARLIEST_YEAR = 2000
NO_CALENDAR, TOO_LARGE, TOO_MANY, TOO_OFTEN = "no_calendar", "too_large", "too_many", "too_often"
UNREAD_RULE, UNKNOWN_ZONE = "unread_rule", "unknown_zone"
CALENDAR, EVENT, ZONE = "VCALENDAR", "VEVENT", "VTIMEZONE"
WITHIN = {CALENDAR: "", EVENT: CALENDAR, ZONE: CALENDAR, "STANDARD": ZONE, "DAYLIGHT": ZONE}
EVERY = {"FREQ=DAILY": 1, "FREQ=WEEKLY": 2, "FREQ=MONTHLY": 6, "FREQ=YEARLY": 30}  # days, as a measure of the work
# "listed" are days of RDATE and EXDATE, "changes" those that change all that follows, "steps" times of series.
MOST = {
    EVENT: 5_000,
    f"series {EVENT}": 40,
    "STANDARD": 200,
    "DAYLIGHT": 200,
    "series STANDARD": 40,
    "series DAYLIGHT": 40,
    "listed": 1_000,
    "changes": 10,
    "steps": 40_000,
}
TIMES = ("DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID")
LISTS = ("RDATE", "EXDATE")
OF_ZONES = ("TZID", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME")
FREE = "X-MICROSOFT-CDO-BUSYSTATUS"
READ = frozenset((*TIMES, *OF_ZONES, "DURATION", "RRULE", "UID", "SEQUENCE", "TRANSP", "STATUS", FREE))
NAME, DAY = re.compile(r"[A-Za-z0-9-]+"), re.compile("[0-9]{8}")
# The zones that a file defines are kept by the library for the whole process: another file must not find them.
ONE_AT_A_TIME = Lock()


class UnreadCalendar(ValueError):
    """`code` says why, `named` what of the file it is about."""

    def __init__(self, code: str, named: str = "") -> None:
        super().__init__(code)
        self.code, self.named = code, named[:80]


@dataclass
class Part:
    """An entry, a zone, or one half of a zone's year: its lines, and by name what they say."""

    kind: str
    lines: list[str]
    values: dict[str, list[str]]
    zones: set[str]
    goes_on: bool = False  # changes what comes after it
    times: int = 1  # about as many as it stands for

    def say(self, line: str) -> None:
        name, parameters, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
        self.values.setdefault(name.upper(), []).append(str(value))
        self.goes_on = self.goes_on or "RANGE" in parameters
        if name.upper() in TIMES and parameters.get("TZID"):
            self.zones.add(str(parameters["TZID"]))

    @property
    def text(self) -> str:
        return "\r\n".join(self.lines)

    def first(self, name: str) -> str:
        return self.values.get(name, [""])[0]

    @property
    def repeats(self) -> bool:
        return "RRULE" in self.values or "RDATE" in self.values

    def is_apart(self, since: date, until: date) -> bool:
        """One that neither repeats nor changes another, and lies before or after the time asked for."""
        if self.repeats or "RECURRENCE-ID" in self.values or "DURATION" in self.values:
            return False
        begin = self.first("DTSTART")
        days = begin[:8], (self.first("DTEND") or begin)[:8]
        if not all(DAY.fullmatch(day) for day in days):
            return False
        near = [f"{day:%Y%m%d}" for day in (since - timedelta(days=2), until + timedelta(days=2))]
        return days[1] < near[0] or days[0] > near[1]


def busy(content: bytes, *, zone: ZoneInfo, since: datetime, until: datetime, whole_days: bool = False) -> list[Span]:
    """Spans in UTC, in order and apart, cut to the time asked for. `whole_days`: only entries without a time of day."""
    if len(content) > LARGEST:
        raise UnreadCalendar(TOO_LARGE)
    try:
        spans = list(_spans(content, zone, since, until, whole_days))
    except UnreadCalendar:
        raise
    except Exception as error:  # whatever the libraries stumble over in a foreign file
        raise UnreadCalendar(NO_CALENDAR) from error
    cut = [(max(begin, since), min(end, until)) for begin, end in spans]
    apart = joined(span for span in cut if span[0] < span[1])
    if len(apart) > MOST_SPANS:
        raise UnreadCalendar(TOO_MANY)
    return apart


def _spans(content: bytes, zone: ZoneInfo, since: datetime, until: datetime, whole_days: bool) -> Iterator[Span]:
    ends_at = thread_time() + LONGEST
    parts = list(_parts(content, ends_at))
    _refuse_too_much(parts, until.date())
    series: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        if part.kind == EVENT and not part.is_apart(since.date(), until.date()):
            series[part.first("UID")].append(part)
    with ONE_AT_A_TIME:
        tzp.use_default()
        own = [part for part in parts if part.kind == ZONE and tzp.timezone(part.first("TZID")) is None]
        _refuse_too_much_of(own, parts)
        for part in own:
            Calendar.from_ical(part.text)
            _refuse_late(ends_at)
        for events in series.values():
            for found in _found(events, since, until, whole_days):
                _refuse_late(ends_at)
                yield _span(found, zone)
            _refuse_late(ends_at)


def _refuse_too_much_of(own: list[Part], parts: list[Part]) -> None:
    """In a zone that the file defines each time costs about a millisecond; those that the machine knows are its own."""
    names = {part.first("TZID").strip("/") for part in own}
    times = sum(part.times for part in parts if names & {zone.strip("/") for zone in part.zones})
    halves = max((part.text.upper().count("BEGIN:") - 1 for part in own), default=0)
    if times > MOST_OWN_TIMES or halves > MOST_HALVES:
        raise UnreadCalendar(TOO_MANY)


def _found(parts: list[Part], since: datetime, until: datetime, whole_days: bool) -> Iterator[Any]:
    kept = Calendar()
    for part in parts:
        for zone in part.zones:
            if tzp.timezone(zone) is None:
                raise UnreadCalendar(UNKNOWN_ZONE, zone)
        event = Event.from_ical(part.text)
        if _counts(event, whole_days):
            _end_at_horizon(event, until)
            kept.add_component(event)
    yield from of(kept).between(since, until)


def _refuse_late(ends_at: float) -> None:
    if thread_time() > ends_at:
        raise UnreadCalendar(TOO_MANY)


def _parts(content: bytes, ends_at: float) -> Iterator[Part]:
    """The lines of which times are made, by part."""
    path: list[str] = []
    open_parts: list[Part] = []
    calendars = 0
    for name, kind, line in _kept(content):
        _refuse_late(ends_at)
        if name == "BEGIN":
            _same(path[-1] if path else "", WITHIN[kind])
            path.append(kind)
            calendars += kind == CALENDAR
            if kind != CALENDAR:
                open_parts.append(Part(kind, [], {}, set()))
        elif name in READ and open_parts:
            open_parts[-1].say(line)
        for part in open_parts if name != "END" or kind != CALENDAR else []:
            part.lines.append(line)
        if name == "END":
            _same(path.pop() if path else "", kind)
            if open_parts:
                yield open_parts.pop()
    if path or calendars != 1:
        raise UnreadCalendar(NO_CALENDAR)


def _kept(content: bytes) -> Iterator[tuple[str, str, str]]:
    """Each line with its name and what it opens or closes; without what is within alarms, tasks and the like."""
    left_out: list[str] = []
    lines: list[str] = Contentlines.from_ical(content)  # type: ignore[no-untyped-call]
    for line in lines:
        found = NAME.match(line)
        name = found.group().upper() if found else ""
        is_edge = name in ("BEGIN", "END")
        kind = line.partition(":")[2].strip().upper() if is_edge else ""
        if name == "BEGIN" and (left_out or kind not in WITHIN):
            left_out.append(kind)
        elif name == "END" and left_out:
            _same(left_out.pop(), kind)
        elif not left_out and (is_edge or name in READ):
            yield name, kind, line
    if left_out:
        raise UnreadCalendar(NO_CALENDAR)


def _same(one: str, other: str) -> None:
    if one != other:
        raise UnreadCalendar(NO_CALENDAR)


def _refuse_too_much(parts: list[Part], horizon: date) -> None:
    """Looks at the text, since the library works out the zones' rules while it reads."""
    counted: Counter[str] = Counter()
    for part in parts:
        counted[part.kind] += 1
        counted[f"series {part.kind}"] += part.repeats
        listed = sum(one.count(",") + 1 for name in LISTS for one in part.values.get(name, []))
        counted["listed"] += listed
        part.times += listed
        counted["changes"] += part.goes_on or ("RECURRENCE-ID" in part.values and part.repeats)
        for rule in part.values.get("RRULE", []):
            start = _start_of(part, rule, horizon)
            often = next(days for name, days in EVERY.items() if name in rule.upper())
            steps = (max(horizon, start) - start).days // often if part.kind == EVENT else 0
            counted["steps"] += steps
            part.times += steps
    if any(counted[what] > most for what, most in MOST.items()):
        raise UnreadCalendar(TOO_MANY)


def _start_of(part: Part, rule: str, horizon: date) -> date:
    """The day on which a rule begins that is read."""
    if is_too_often(rule):
        raise UnreadCalendar(TOO_OFTEN, rule)
    start = datetime.strptime(part.first("DTSTART")[:8], "%Y%m%d").date()  # noqa: DTZ007
    is_of_zone = part.kind != EVENT
    if len(part.values["RRULE"]) > 1 or not is_read(rule, start, horizon) or (is_of_zone and not is_of_a_year(rule)):
        raise UnreadCalendar(UNREAD_RULE, rule)
    if start.year < EARLIEST_YEAR and not is_of_zone:
        raise UnreadCalendar(TOO_OFTEN, rule)
    return start


def _counts(event: Any, whole_days: bool) -> bool:
    if _text(event, "TRANSP") == "TRANSPARENT" or _text(event, "STATUS") == "CANCELLED":
        return False
    if _text(event, FREE) == "FREE":
        return False
    return not whole_days or not isinstance(event["DTSTART"].dt, datetime)


def _text(event: Any, name: str) -> str:
    return str(event.get(name, "")).strip().upper()


def _end_at_horizon(event: Any, until: datetime) -> None:
    """An end beyond what is read is none: the library would work towards it."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if any(one.year > until.year + 1 for one in rule.get("UNTIL", [])):
            del rule["UNTIL"]


def _span(event: Any, zone: ZoneInfo) -> Span:
    begin, end = _instant(event.start, zone), _instant(event.end, zone)
    if end <= begin and not isinstance(event.start, datetime):
        end = begin + timedelta(days=1)
    return begin, end


def _instant(value: date, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), zone).astimezone(UTC)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
