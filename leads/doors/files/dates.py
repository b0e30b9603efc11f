"""PURE. Instants as people and programs write them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from leads.doors.files.problems import Unreadable

ORDERS = ("iso", "dmy", "mdy")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?", re.ASCII
)
_NUMERIC = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{4}|\d{1,2})(?:(?:,? +|T)(.+))?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[. -]+([^\W\d_]+)[., -]+(\d{4})(?:[ ,]+(.+))?")
_MONTH_FIRST = re.compile(r"([^\W\d_]+)[. -]+(\d{1,2}),? +(\d{4})(?:[ ,]+(.+))?")
_TIME = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?(?: ?([ap])\.?m\.?)?(?: ?(z|utc|gmt|[+-]\d{2}:?\d{2}))?",
    re.ASCII | re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january",
            "feb februar february",
            "mar mrz marz maerz march marts",
            "apr april",
            "may mai maj",
            "jun juni june",
            "jul juli july",
            "aug august",
            "sep sept september",
            "oct okt october oktober",
            "nov november",
            "dec dez december dezember",
        ),
        start=1,
    )
    for name in names.split()
}


def instant(text: str, *, order: str, zone: ZoneInfo) -> datetime:
    """The instant in UTC. An offset in the text wins; otherwise it is wall time in `zone`, a bare date its local day.

    A wall time that a change to summer time skips moves forward by the gap; one that occurs twice means the first.
    `order` says how to read 03/04/2018; a year in front is read as year, month, day in every order.
    Raises Unreadable for what is no instant, or one before 1970.
    """
    try:
        moment = _parse(text, order)
        found = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise Unreadable("no_such_day") from None
    if found < EARLIEST:
        raise Unreadable("long_ago")
    return found


def _parse(text: str, order: str) -> datetime:
    if _ISO.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise Unreadable("no_such_day") from None
    if match := _NUMERIC.fullmatch(text):
        first, _sign, second, third, clock = match.groups()
        return _combined(*_ordered(first, second, third, order), clock)
    if match := _DAY_FIRST.fullmatch(text):
        return _combined(int(match[3]), _month(match[2]), int(match[1]), match[4])
    if match := _MONTH_FIRST.fullmatch(text):
        return _combined(int(match[3]), _month(match[1]), int(match[2]), match[4])
    raise Unreadable("no_date")


def _ordered(first: str, second: str, third: str, order: str) -> tuple[int, int, int]:
    if len(first) == 4:
        return int(first), int(second), int(third)
    if order == "iso" or len(first) > 2:
        raise Unreadable("other_date_order")
    year = int(third) if len(third) == 4 else 2000 + int(third)
    return (year, int(second), int(first)) if order == "dmy" else (year, int(first), int(second))


def _combined(year: int, month: int, day: int, clock: str | None) -> datetime:
    try:
        on = date(year, month, day)
        return datetime.combine(on, _time(clock)) if clock else datetime.combine(on, time())
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("no_such_day") from None


def _time(text: str) -> time:
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise Unreadable("no_date")
    hour, half = int(match[1]), (match[5] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise Unreadable("no_such_day")
        hour = hour % 12 + (12 if half == "p" else 0)
    fraction = int((match[4] or "").ljust(6, "0")[:6])
    return time(hour, int(match[2]), int(match[3] or 0), fraction, _offset(match[6]))


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    span = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-span if text[0] == "-" else span)


def _month(name: str) -> int:
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    if plain not in _MONTHS:
        raise Unreadable("no_date")
    return _MONTHS[plain]


def vote(text: str) -> str:
    """What this cell says of the file's order: "iso", "dmy", "mdy", "either" or nothing."""
    match = _NUMERIC.match(text)
    if not match:
        return ""
    first, sign, second = match[1], match[2], match[3]
    if len(first) == 4:
        return "iso"
    if sign == "." or int(first) > 12:
        return "dmy"
    return "mdy" if int(second) > 12 else "either"


def recognised_order(cells: Iterable[str], enough: int = 1000) -> str:
    """The order of a column's dates, or "" where every day could be a month. Stops as soon as it is settled."""
    votes: Counter[str] = Counter()
    for number, cell in enumerate(cells):
        votes[vote(cell)] += 1
        if number >= enough and (votes["dmy"] or votes["mdy"] or not votes["either"]):
            break
    if votes["dmy"] or votes["mdy"]:
        return "dmy" if votes["dmy"] >= votes["mdy"] else "mdy"
    return "" if votes["either"] else "iso"
