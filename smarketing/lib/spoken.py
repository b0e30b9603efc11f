"""Times as people say them, in the reader's language. Everything takes the instant `at` from which it is said."""

from datetime import date, datetime, timedelta, tzinfo

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

from smarketing.lib.periods import Period


def duration(span: timedelta) -> str:
    """Working time: hours are never turned into days, for a working day is not 24 hours long."""
    seconds = round(abs(span).total_seconds())
    sign = "−" if span < timedelta(0) and seconds else ""
    if 0 < seconds < 60:
        return sign + gettext("%(seconds)d s") % {"seconds": seconds}
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return sign + gettext("%(minutes)d min") % {"minutes": minutes}
    if not minutes:
        return sign + gettext("%(hours)d h") % {"hours": hours}
    return sign + gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def when(instant: datetime, at: datetime, zone: tzinfo) -> str:
    """ "today 14:05", "Monday 09:00" within six days of `at`, else the date and the time."""
    local, today = instant.astimezone(zone), at.astimezone(zone).date()
    time = date_format(local, "TIME_FORMAT")
    return pgettext("day and time", "%(day)s %(time)s") % {"day": day_name(local.date(), today), "time": time}


def day_name(on: date, today: date) -> str:
    match (on - today).days:
        case -1:
            return gettext("yesterday")
        case 0:
            return gettext("today")
        case 1:
            return gettext("tomorrow")
        case distance if abs(distance) < 7:
            return date_format(on, "l")
    return date_format(on, "MONTH_DAY_FORMAT" if on.year == today.year else "DATE_FORMAT")


def exact(instant: datetime, zone: tzinfo) -> str:
    local = instant.astimezone(zone)
    parts = (date_format(local, "l"), date_format(local, "DATE_FORMAT"), f"{local:%H:%M:%S}", local.tzname())
    return " · ".join(part for part in parts if part)


def period_name(period: Period) -> str:
    if period.kind == "year":
        return period.label
    if period.kind == "month":
        return date_format(period.start_on, "YEAR_MONTH_FORMAT")
    quarter = {"quarter": (period.start_on.month + 2) // 3, "year": period.start_on.year}
    return pgettext("quarter of a year", "Q%(quarter)d %(year)d") % quarter
