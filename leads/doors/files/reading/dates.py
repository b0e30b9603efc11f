"""PURE. Instants as people and programs write them."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from leads.clock.span import DAY, EXACT, MINUTE
from smarketing.lib.file_problems import Unreadable
from smarketing.lib.month_names import month_number, plain_name

ORDERS = ("iso", "dmy", "mdy")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = 120

_CLOCK = r"(?P<clock>\d{1,2}.*)"
_BETWEEN = r"(?:,? (?:(?:at|um|kl\.?|den|,) )?|T)"
_NUMERIC = re.compile(rf"(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{1,2}})\.?(?:{_BETWEEN}{_CLOCK})?", re.ASCII)
_COMPACT = re.compile(rf"(\d{{4}})(\d\d)(\d\d)(?:[ T]?{_CLOCK})?", re.ASCII)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[. -]+([^\W\d_]+)[., -]+(\d{{4}})(?:{_BETWEEN}{_CLOCK})?")
_MONTH_FIRST = re.compile(rf"([^\W\d_]+)[. -]+(\d{{1,2}})(?:st|nd|rd|th)?,? +(\d{{4}})(?:{_BETWEEN}{_CLOCK})?")
_UNIX = re.compile(r"([^\W\d_]+) (\d{1,2}) (\d{1,2}:\d\d:\d\d)( [A-Z]{1,5})? (\d{4})", re.ASCII)
_COUNTED = re.compile(r"(\d{5}|\d{10}|\d{13}|\d{16})(?:[.,](\d{1,12}))?", re.ASCII)
_TIME = re.compile(
    r"(\d{1,2})(?:[:.]?(\d{2})(?:[:.]?(\d{2})(?:[.,](\d{1,9}))?)?)?(?: ?([ap])\.? ?m\.?)?(?: (?:uhr|h))?(?: ?(.+))?",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:UTC|GMT|Z)? ?([+-])(\d{1,2})(?::?(\d{2}))?", re.ASCII)
_COMMENT = re.compile(r" ?(?:\([^()]*\)|\[[^\[\]]*\])$")
_WEEKDAY = re.compile(r"([^\W\d_]{2,10})\.?,? (?:den )?")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
# Those that mean one thing in mail (RFC 2822) and in Europe; others only as the file's own zone writes them.
_ZONES = {
    **dict.fromkeys(("Z", "UTC", "GMT", "UT", "WET"), 0),
    **dict.fromkeys(("CET", "MEZ", "WEST"), 1),
    **dict.fromkeys(("CEST", "MESZ", "EET", "OEZ"), 2),
    **dict.fromkeys(("EEST", "OESZ"), 3),
    "EDT": -4,
    "EST": -5,
    "CDT": -5,
    "CST": -6,
    "MDT": -6,
    "MST": -7,
    "PDT": -7,
    "PST": -8,
}
_WEEKDAYS = frozenset(
    name
    for names in (
        "mo mon monday montag man mandag",
        "tu tue tues tuesday di die dienstag ti tir tirs tirsdag",
        "we wed weds wednesday mi mit mittwoch ons onsdag",
        "th thu thur thurs thursday do don donnerstag to tor tors torsdag",
        "fr fri friday fre freitag fredag",
        "sa sat saturday sam samstag sonnabend lr lor lordag lrdag",
        "su sun sunday so son sonntag sn sondag sndag",
    )
    for name in names.split()
)


@dataclass(frozen=True, slots=True)
class Moment:
    """When the span begins that is meant, in UTC, and how many seconds it is long: EXACT, MINUTE or DAY."""

    at: datetime
    precision: int

    def at_the_latest(self, zone: ZoneInfo) -> datetime:
        """The last microsecond of a day; anything more exact as it is."""
        if self.precision != DAY:
            return self.at
        following = self.at.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(following, time(), zone).astimezone(UTC) - timedelta(microseconds=1)


def instant(text: str, *, order: str, zone: ZoneInfo) -> Moment:
    """An offset in the text wins; otherwise it is wall time in `zone`, and a bare date its local day.

    A wall time that a change to summer time skips moves forward by the gap; one that occurs twice means the first.
    `order` says how to read 03/04/2018; a year in front is read as year, month, day in every order.
    Raises Unreadable for what is no instant, or one before 1970.
    """
    if len(text) > LONGEST:
        raise Unreadable("no_date")
    bare = " ".join(_UNSEEN.sub("", text).split())
    try:
        moment, precision = _parse(bare, order, zone)
        found = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise Unreadable("no_such_day") from None
    if found < EARLIEST:
        raise Unreadable("long_ago")
    return Moment(found, precision)


def check_day(on: date, at: datetime, zone: ZoneInfo) -> None:
    """Of a day on which something was: raises Unreadable for one that has not begun there yet, or is before 1970."""
    if on > at.astimezone(zone).date():
        raise Unreadable("in_future")
    if on < EARLIEST.date():
        raise Unreadable("long_ago")


def _parse(text: str, order: str, zone: ZoneInfo) -> tuple[datetime, int]:
    if match := _COUNTED.fullmatch(text):
        return _counted(match[1], match[2] or "")
    plain = _without_weekday(_COMMENT.sub("", text))
    if match := _NUMERIC.fullmatch(plain):
        first, _sign, second, third, clock = match.groups()
        return _combined(*_ordered(first, second, third, order), clock, zone)
    if match := _DAY_FIRST.fullmatch(plain):
        return _combined(int(match[3]), _month(match[2]), int(match[1]), match[4], zone)
    if match := _MONTH_FIRST.fullmatch(plain):
        return _combined(int(match[3]), _month(match[1]), int(match[2]), match[4], zone)
    if match := _UNIX.fullmatch(plain):
        return _combined(int(match[5]), _month(match[1]), int(match[2]), match[3] + (match[4] or ""), zone)
    if match := _COMPACT.fullmatch(plain):
        return _combined(int(match[1]), int(match[2]), int(match[3]), match[4], zone)
    raise Unreadable("no_date")


def _counted(whole: str, fraction: str) -> tuple[datetime, int]:
    """Days since 1899-12-30 on the wall, as spreadsheets count, or (milli-, micro-) seconds since 1970."""
    if len(whole) > 5:
        size = 10 ** (len(whole) - 10)
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(whole) * (1_000_000 // size)), EXACT
    midnight = datetime.combine(date(1899, 12, 30) + timedelta(days=int(whole)), time())
    if not fraction.strip("0"):
        return midnight, DAY
    found = midnight + timedelta(seconds=round(int(fraction) * 86_400 / 10 ** len(fraction)))
    return found, MINUTE if found.second == 0 else EXACT


def _without_weekday(text: str) -> str:
    match = _WEEKDAY.match(text)
    return text[match.end() :] if match and plain_name(match[1]) in _WEEKDAYS else text


def _ordered(first: str, second: str, third: str, order: str) -> tuple[int, int, int]:
    if len(first) == 4:
        return int(first), int(second), int(third)
    if order == "iso" or len(first) > 2:
        raise Unreadable("other_date_order")
    year = int(third) if len(third) == 4 else 2000 + int(third)
    return (year, int(second), int(first)) if order == "dmy" else (year, int(first), int(second))


def _combined(year: int, month: int, day: int, clock: str | None, zone: ZoneInfo) -> tuple[datetime, int]:
    try:
        on = date(year, month, day)
        return _at(on, clock, zone) if clock else (datetime.combine(on, time()), DAY)
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("no_such_day") from None


def _at(on: date, clock: str, zone: ZoneInfo) -> tuple[datetime, int]:
    match = _TIME.fullmatch(clock)
    if not match or (match[2] is None and not re.search("m|uhr|h", clock, re.IGNORECASE)):
        raise Unreadable("no_date")
    hour, half = int(match[1]), (match[5] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise Unreadable("no_such_day")
        hour = hour % 12 + (12 if half == "p" else 0)
    fraction = int((match[4] or "").ljust(6, "0")[:6])
    wall = datetime.combine(on, time(hour, int(match[2] or 0), int(match[3] or 0), fraction))
    return wall.replace(tzinfo=_offset(match[6], wall, zone)), EXACT if match[3] else MINUTE


def _offset(text: str | None, wall: datetime, zone: ZoneInfo) -> timezone | ZoneInfo | None:
    if not text:
        return None
    if match := _OFFSET.fullmatch(text.upper()):
        span = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        if int(match[3] or 0) > 59:
            raise Unreadable("no_such_day")
        return timezone(-span if match[1] == "-" else span)
    if text.upper() in _ZONES:
        return timezone(timedelta(hours=_ZONES[text.upper()]))
    if wall.replace(tzinfo=zone).tzname() == text.upper():
        return zone
    raise Unreadable("no_date")


def _month(name: str) -> int:
    number = month_number(name)
    if number is None:
        raise Unreadable("no_date")
    return number


def vote(text: str) -> str:
    """What this cell says of the file's order: "iso", "dmy", "mdy", "either" or nothing."""
    if text[:4].isdigit():
        return "iso"
    match = _NUMERIC.match(_without_weekday(" ".join(_UNSEEN.sub("", text[:LONGEST]).split())))
    if not match or len(match[1]) > 2:
        return ""
    if int(match[1]) > 12 or int(match[3]) > 12:
        return "dmy" if int(match[1]) > 12 else "mdy"
    return "dmy" if match[2] == "." else "either"


def recognised_order(cells: Iterable[str], enough: int = 1000) -> str:
    """The order of a column's dates: "" where every day could be a month, or where the days contradict each other.

    Of years in front `enough` cells are enough.
    """
    votes: Counter[str] = Counter()
    for number, cell in enumerate(cells, start=1):
        votes[vote(cell)] += 1
        if number >= enough and not votes.keys() & {"dmy", "mdy", "either"}:
            break
    if votes["dmy"] or votes["mdy"]:
        return "dmy" if not votes["mdy"] else "mdy" if not votes["dmy"] else ""
    return "" if votes["either"] else "iso"
