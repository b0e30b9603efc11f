"""PURE. A calendar as people write it: its hours, days and zone, read into values or refused with the reason."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EARLIEST_YEAR, LATEST_YEAR = FIRST_YEAR - 100, LAST_YEAR + 200  # the search for an open window may run far
DAY = timedelta(days=1)

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_DAY_OF_YEAR = re.compile(r"[0-9]{2}-[0-9]{2}")


class CalendarError(ValueError):
    """The calendar cannot be used as it is written, or it is never open when it would have to be."""


class Window(NamedTuple):
    """Opening and closing time counted from the midnight of the day on which the window begins."""

    opens: timedelta
    closes: timedelta
    text: str


Hours = tuple[Window, ...]


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError):
        raise CalendarError(f"{name!r} is not a time zone: write one like Europe/Berlin") from None


def day_of(on: date) -> date:
    if not isinstance(on, date) or isinstance(on, datetime):
        raise CalendarError(f"{on!r} is not a day: give a date without a time")
    if not EARLIEST_YEAR <= on.year <= LATEST_YEAR:
        raise CalendarError(f"{on} is outside the years {EARLIEST_YEAR} to {LATEST_YEAR}")
    return on


def day_of_year(text: str) -> tuple[int, int]:
    try:
        if _DAY_OF_YEAR.fullmatch(text):
            on = date.fromisoformat(f"2000-{text}")  # a leap year, so that 02-29 is a day
            return on.month, on.day
    except (TypeError, ValueError):
        pass
    raise CalendarError(f"{text!r} is not a day of the year: write month and day like 12-25")


def hours_of(windows: Iterable[Iterable[str]], day: str) -> Hours:
    """Reads the windows of one day, in order; refuses those that overlap."""
    try:
        hours = tuple(sorted(_window(pair, day) for pair in windows))
    except TypeError:
        raise CalendarError(f"{day}: {windows!r} is not a list of windows") from None
    for one, other in pairwise(hours):
        if one.closes > other.opens:
            raise CalendarError(f"{day}: the windows {one.text} and {other.text} overlap")
    return hours


def _window(pair: Any, day: str) -> Window:
    if isinstance(pair, str) or len(pair) != 2:
        raise CalendarError(f"{day}: {pair!r} is not a window: give its beginning and its end")
    text = f"{pair[0]}-{pair[1]}"
    opens, closes = _time(pair[0], day), _time(pair[1], day, is_end=True)
    if opens == closes:
        raise CalendarError(f"{day}: the window {text} begins where it ends: a whole day is 00:00-24:00")
    return Window(opens, closes if closes > opens else closes + DAY, text)


def _time(text: Any, day: str, *, is_end: bool = False) -> timedelta:
    if is_end and text in ("24:00", "24:00:00"):
        return DAY
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise CalendarError(f"{day}: {text!r} is not a time: write it like 09:00, and 24:00 only as an end")
    return timedelta(hours=int(match[1]), minutes=int(match[2]), seconds=int(match[3] or 0))


def refuse_overlap(day: str, hours: Hours, following: str, next_hours: Hours) -> None:
    if hours and next_hours and hours[-1].closes - DAY > next_hours[0].opens:
        raise CalendarError(
            f"{day}: the window {hours[-1].text} runs into {next_hours[0].text} of the next day, {following}"
        )
