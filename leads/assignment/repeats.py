"""PURE. Which recurrence rules (RFC 5545, RRULE) are read: those that office calendars write, and that come back.

The library looks for the next time of a rule day by day until the year 9999, whatever the rule's own end says: a rule
that never comes back would hold the process for seconds.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAME = rf"(?:{'|'.join(WEEKDAYS)})"


def _listed(one: str) -> re.Pattern[str]:
    return re.compile(rf"{one}(?:,{one}){{0,40}}")


PARTS = {
    "FREQ": re.compile("DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile("[1-9][0-9]{0,2}"),
    "COUNT": re.compile("[1-9][0-9]{0,4}"),
    "UNTIL": re.compile("[0-9]{8}(?:T[0-9]{6}Z?)?"),
    "WKST": re.compile(DAY_NAME),
    "BYDAY": _listed(rf"(?:[+-]?[1-5])?{DAY_NAME}"),
    "BYMONTHDAY": _listed(r"(?:\+?|-)(?:0?[1-9]|[12][0-9]|3[01])"),
    "BYMONTH": _listed("(?:0?[1-9]|1[0-2])"),
    "BYSETPOS": _listed("[+-]?[1-5]"),
}
WITHIN_A_MONTH = ("BYMONTHDAY", "BYMONTH", "BYSETPOS")
OFTEN = re.compile("FREQ=(?:SECONDLY|MINUTELY|HOURLY)")
MOST_TRIED = 480  # months, forty years: the days of the week fall on the same dates again after 28


def is_too_often(text: str) -> bool:
    return bool(OFTEN.search(text.upper()))


def is_read(text: str, start: date, after: date) -> bool:
    """Whether the rule that begins at `start` is one of those, and comes back `after` a day (but for its end)."""
    pairs = [part.partition("=")[::2] for part in text.upper().split(";")]
    parts = dict(pairs)
    if len(parts) < len(pairs) or "FREQ" not in parts or {"COUNT", "UNTIL"} <= set(parts):
        return False
    if not all(name in PARTS and PARTS[name].fullmatch(value) for name, value in parts.items()):
        return False
    if "UNTIL" in parts and not _is_day(parts["UNTIL"]):
        return False
    frequency, days = parts["FREQ"], parts.get("BYDAY", "")
    if frequency in ("MONTHLY", "YEARLY"):
        return not (frequency == "YEARLY" and days and "BYMONTH" not in parts) and _comes_back(parts, start, after)
    if any(name in parts for name in WITHIN_A_MONTH) or re.search("[0-9]", days):
        return False
    return frequency == "WEEKLY" or not days or parts.get("INTERVAL", "1") == "1"


def is_of_a_year(text: str) -> bool:
    """Whether a rule that is read asks for a few times a year, as that of a summer time does."""
    parts = dict(part.partition("=")[::2] for part in text.upper().split(";"))
    lists = {name for name, value in parts.items() if "," in value}
    return parts["FREQ"] == "YEARLY" and lists <= ({"BYMONTHDAY"} if "BYDAY" in parts else set())


def _is_day(until: str) -> bool:
    try:
        datetime.strptime(until.removesuffix("Z"), "%Y%m%dT%H%M%S" if "T" in until else "%Y%m%d")  # noqa: DTZ007
    except ValueError:
        return False
    return True


def _comes_back(parts: dict[str, str], start: date, after: date) -> bool:
    places = _numbers(parts, "BYSETPOS") or [1]
    return any(len(days) >= abs(place) for days in _periods(parts, start, after) for place in places)


def _periods(parts: dict[str, str], start: date, after: date) -> Iterator[list[int]]:
    """The days of each month, or of each year, in which the rule is asked from a day on."""
    is_yearly, step = parts["FREQ"] == "YEARLY", int(parts.get("INTERVAL", "1"))
    month_days, months = _numbers(parts, "BYMONTHDAY"), _numbers(parts, "BYMONTH")
    by_day = [(int(one[:-2] or 0), WEEKDAYS.index(one[-2:])) for one in parts.get("BYDAY", "").split(",") if one]
    if not month_days and not by_day:
        month_days = [start.day]
        months = months or ([start.month] if is_yearly else [])
    length = 12 if is_yearly else 1
    first = start.year * 12 + (0 if is_yearly else start.month - 1)
    passed = max(0, after.year * 12 + after.month - first)
    period = first + -(-passed // (step * length)) * step * length
    for _ in range(MOST_TRIED // length):
        asked = [divmod(one, 12) for one in range(period, period + length)]
        if asked[-1][0] > date.max.year:
            return
        yield [
            day
            for year, month in asked
            if not months or month + 1 in months
            for day in _days(year, month + 1, month_days, by_day)
        ]
        period += step * length


def _days(year: int, month: int, month_days: list[int], by_day: list[tuple[int, int]]) -> Iterator[int]:
    first, length = monthrange(year, month)
    for day in range(1, length + 1):
        places = (0, (day - 1) // 7 + 1, -((length - day) // 7 + 1))
        if month_days and day not in month_days and day - length - 1 not in month_days:
            continue
        if not by_day or any(place in places and weekday == (first + day - 1) % 7 for place, weekday in by_day):
            yield day


def _numbers(parts: dict[str, str], name: str) -> list[int]:
    return [int(one) for one in parts.get(name, "").split(",") if one]
