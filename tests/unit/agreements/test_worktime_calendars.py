"""Calendars that cannot be used are refused with a sentence that names the day."""

import re
from datetime import date, datetime

import pytest

from agreements.worktime import CalendarError, WorkCalendar

OFFICE = {"mon": [("09:00", "17:00")]}


def refusal(week=OFFICE, tz="Europe/Berlin", **more) -> str:
    with pytest.raises(CalendarError) as refused:
        WorkCalendar(tz, week, **more)
    assert isinstance(refused.value, ValueError)
    return str(refused.value)


@pytest.mark.parametrize(
    "empty",
    [
        {"week": {}},
        {"week": {"mon": [], "tue": []}},
        {"week": {}, "overrides": {date(2026, 1, 5): []}},
        {"yearly_holidays": [f"{on:%m-%d}" for on in map(date.fromordinal, range(730120, 730120 + 366))]},
    ],
    ids=["no day", "no window", "only a closed override", "every day of the year a holiday"],
)
def test_a_calendar_without_an_open_window_is_refused(empty):
    assert "no open window" in refusal(**empty)


@pytest.mark.parametrize(
    ("week", "message"),
    [
        ({"tue": [("09:00", "12:00"), ("11:00", "13:00")]}, "tue: the windows 09:00-12:00 and 11:00-13:00 overlap"),
        ({"tue": [("11:00", "13:00"), ("09:00", "12:00")]}, "tue: the windows 09:00-12:00 and 11:00-13:00 overlap"),
        ({"tue": [("09:00", "12:00"), ("09:00", "12:00")]}, "tue: the windows 09:00-12:00 and 09:00-12:00 overlap"),
        ({"tue": [("20:00", "04:00"), ("22:00", "23:00")]}, "tue: the windows 20:00-04:00 and 22:00-23:00 overlap"),
        (
            {"fri": [("22:00", "06:00")], "sat": [("05:59", "12:00")]},
            "fri: the window 22:00-06:00 runs into 05:59-12:00 of the next day, sat",
        ),
        (
            {"sun": [("22:00", "06:00")], "mon": [("05:00", "12:00")]},
            "sun: the window 22:00-06:00 runs into 05:00-12:00 of the next day, mon",
        ),
    ],
    ids=[
        "inside a day",
        "in any order",
        "twice the same",
        "two in the evening",
        "over midnight",
        "over the week's end",
    ],
)
def test_overlapping_windows_of_the_week_are_refused(week, message):
    assert refusal(week) == message


def test_windows_that_touch_are_no_overlap():
    WorkCalendar("Europe/Berlin", {"sun": [("22:00", "06:00")], "mon": [("06:00", "12:00"), ("12:00", "24:00")]})


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            {date(2026, 1, 7): [("09:00", "12:00"), ("11:00", "13:00")]},
            "2026-01-07: the windows 09:00-12:00 and 11:00-13:00 overlap",
        ),
        (
            {date(2026, 1, 6): [("05:00", "12:00")]},
            "2026-01-05: the window 22:00-06:00 runs into 05:00-12:00 of the next day, 2026-01-06",
        ),
        (
            {date(2026, 1, 11): [("23:00", "22:30")]},
            "2026-01-11: the window 23:00-22:30 runs into 22:00-06:00 of the next day, 2026-01-12",
        ),
        (
            {date(2026, 1, 7): [("22:00", "06:00")], date(2026, 1, 8): [("00:00", "01:00")]},
            "2026-01-07: the window 22:00-06:00 runs into 00:00-01:00 of the next day, 2026-01-08",
        ),
    ],
    ids=["inside the day", "the evening before", "the next day", "two overrides"],
)
def test_an_override_that_overlaps_is_refused(overrides, message):
    assert refusal({"mon": [("22:00", "06:00")]}, overrides=overrides) == message


def test_an_override_after_a_closed_evening_overlaps_nothing():
    early = {date(2026, 1, 6): [("05:00", "12:00")]}
    WorkCalendar("Europe/Berlin", {"mon": [("22:00", "06:00")]}, holidays=[date(2026, 1, 5)], overrides=early)


@pytest.mark.parametrize(
    "time",
    ["9:00", "09", "09:0", "0900", "09:60", "25:00", "24:01", "09:00:60", "", " 09:00", "09:00\n", "٠٩:٠٠", 9, None],
)
def test_half_written_times_are_refused(time):
    for window in ((time, "17:00"), ("00:30", time)):
        assert re.match(r"wed: .* is not a time", refusal({"wed": [window]}))


def test_24_00_begins_no_window():
    assert refusal({"wed": [("24:00", "06:00")]}).startswith("wed: '24:00' is not a time")


def test_a_window_that_begins_where_it_ends_is_refused():
    for time in ("09:00", "00:00"):
        assert refusal({"wed": [(time, time)]}).startswith(f"wed: the window {time}-{time} begins where it ends")


@pytest.mark.parametrize("windows", [["09:00-17:00"], [("09:00",)], [("09:00", "12:00", "13:00")], "09:00", None, [7]])
def test_what_is_no_list_of_windows_is_refused(windows):
    assert refusal({"wed": windows}).startswith("wed: ")
    assert refusal(overrides={date(2026, 1, 6): windows}).startswith("2026-01-06: ")


def test_an_unknown_day_of_the_week_is_refused():
    assert refusal({"monday": [("09:00", "17:00")]}).startswith("'monday' is not a day of the week")


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd", "Europe", None])
def test_an_unknown_time_zone_is_refused(zone):
    assert refusal(tz=zone).startswith(f"{zone!r} is not a time zone")


@pytest.mark.parametrize("on", ["2026-12-25", datetime(2026, 12, 25), 20261225, None])
def test_a_holiday_or_override_that_is_no_date_is_refused(on):
    assert f"{on!r} is not a day" in refusal(holidays=[on])
    assert f"{on!r} is not a day" in refusal(overrides={on: []})


def test_dates_beyond_the_known_years_are_refused():
    for on in (date.min, date(1799, 12, 31), date(2400, 1, 1), date.max):
        assert "outside the years 1800 to 2399" in refusal(overrides={on: [("09:00", "10:00")]})


@pytest.mark.parametrize("text", ["02-30", "13-01", "1-1", "0101", "2026-01-01", "", "01-01\n", None, 101])
def test_a_yearly_holiday_that_is_no_day_of_the_year_is_refused(text):
    assert f"{text!r} is not a day of the year" in refusal(yearly_holidays=[text])


def test_windows_may_come_as_the_lists_of_a_json_file():
    calendar = WorkCalendar("Europe/Berlin", {"mon": [["09:00", "12:00"], ["13:00", "17:00"]]})
    assert len(calendar.windows(date(2026, 1, 5))) == 2
