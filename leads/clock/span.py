"""PURE. What is known only to the minute or to the day is a span of time: its first and its last instant.

Precisions are seconds. A minute is kept as its first instant, a day as its last microsecond.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

EXACT, MINUTE, DAY = 0, 60, 86_400
LAST_OF_MINUTE = timedelta(minutes=1) - timedelta(microseconds=1)


def earliest(at: datetime, precision: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(at.astimezone(zone), time.min, zone) if precision == DAY else at


def latest(at: datetime, precision: int) -> datetime:
    return at + LAST_OF_MINUTE if precision == MINUTE else at
