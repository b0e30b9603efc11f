"""PURE. Reads and checks the calendar of an agreement's text: hours, holidays, closed days, days with other hours."""

import re
from datetime import date
from functools import lru_cache

import holidays

from agreements.document.clauses import CalendarClause, Hours, hours_of
from agreements.document.reader import Table, _, shown
from agreements.worktime import WEEKDAYS, CalendarError, WorkCalendar

_INTO_NEXT_DAY = re.compile(r"(\S+): the window (\S+) runs into (\S+) of the next day, (\S+)")
_PREFIX = re.compile(r"(\S+): (.*)", re.DOTALL)


def calendar_clause(calendar: Table) -> CalendarClause:
    """Notes whatever is impossible in the table [calendar]; worth something only if nothing was."""
    noted = len(calendar.problems)
    week, overrides = calendar.table("week", is_required=True), calendar.table("overrides")
    hours = {day: _windows(week, day) for day in WEEKDAYS} if week else {}
    if week:
        week.refuse_unknown()
    if week and not any(hours.values()) and len(calendar.problems) == noted:
        calendar.refuse("week", _("has no open window: no handoff would ever come due"))
    clause = CalendarClause(
        {day: windows for day, windows in hours.items() if windows},
        *_public_holidays(calendar),
        closed=_closed(calendar),
        overrides=_overrides(overrides) if overrides else {},
    )
    calendar.refuse_unknown()
    _refuse_open_and_closed(calendar, clause)
    if len(calendar.problems) == noted:
        _refuse_impossible(calendar, clause)
    return clause


def _windows(days: Table, day: str) -> Hours:
    """The windows of one day. Whether they fit together with those of the neighbours is seen later."""
    kind = _('must be a list of windows like [["09:00", "17:00"]], not {value}')
    windows = days.value(day, (list, tuple), kind, is_required=False) or ()
    try:
        if windows:
            WorkCalendar("UTC", {"mon": windows})
    except CalendarError as error:
        match = _PREFIX.fullmatch(str(error))
        days.refuse(day, "{reason}", reason=match[2] if match else str(error))
    except TypeError:
        days.refuse(day, kind, value=shown(windows))
    else:
        return hours_of(windows)
    return ()


def _overrides(overrides: Table) -> dict[date, Hours]:
    days = {overrides.as_day(text, text): _windows(overrides, text) for text in sorted(overrides.data)}
    return {on: hours for on, hours in days.items() if on}


def _closed(calendar: Table) -> tuple[date, ...]:
    listed = calendar.value("closed", (list, tuple), _("must be a list of dates, not {value}"), is_required=False) or ()
    days = {calendar.as_day(("closed", index), item) for index, item in enumerate(listed)}
    return tuple(sorted(on for on in days if on))


def _public_holidays(calendar: Table) -> tuple[str, str]:
    public = calendar.table("holidays")
    if public is None:
        return "", ""
    country, subdivision = public.text("country", 10), public.text("subdivision", 60, is_required=False) or ""
    public.refuse_unknown()
    if country and country not in _countries():
        public.refuse("country", _("{value} is no known country code: write one like DE"), value=shown(country))
    elif country and subdivision and subdivision not in _countries()[country]:
        known = ", ".join(_countries()[country]) or "-"
        reason = _("{value} is no known subdivision of {country}: known are {known}")
        public.refuse("subdivision", reason, value=shown(subdivision), country=country, known=known)
    return country or "", subdivision


def _refuse_open_and_closed(calendar: Table, clause: CalendarClause) -> None:
    for on in clause.closed:
        if clause.overrides.get(on):
            calendar.refuse(("overrides", on.isoformat()), _("opens a day that is among the closed ones"))


def _refuse_impossible(calendar: Table, clause: CalendarClause) -> None:
    """Windows that run into those of the next day; the message of the calendar begins with the day."""
    try:
        WorkCalendar("UTC", clause.week, overrides=clause.overrides)
    except CalendarError as error:
        match = _INTO_NEXT_DAY.fullmatch(str(error))
        if match is None:
            calendar.refuse((), "{reason}", reason=str(error))
            return
        day, window, other, following = match.groups()
        text = _("the window {window} runs into {other} of the next day, {following}")
        path = ("week" if day in WEEKDAYS else "overrides", day)
        calendar.refuse(path, text, window=window, other=other, following=following)


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    return dict(holidays.list_supported_countries(include_aliases=True))
