"""Working time by example: each rule of the working calendar once, with figures a reader can check by hand."""

import csv
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from agreements.worktime import CalendarError, WorkCalendar
from tests.needs import needs_real_data

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
NINE_TO_FIVE = {name: [("09:00", "17:00")] for name in WORKDAYS}
ROUND_THE_CLOCK = {name: [("00:00", "24:00")] for name in (*WORKDAYS, "sat", "sun")}


def berlin(text: str) -> datetime:
    """An instant by the clocks of Berlin; where a time occurs twice, the first."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.fixture
def night_shift() -> WorkCalendar:
    """Saturday 22:00 to Sunday 06:00, the night in which clocks change."""
    return WorkCalendar("Europe/Berlin", {"sat": [("22:00", "06:00")]})


# Elapsed


def test_a_night_in_between_does_not_count(office):
    assert office.elapsed(berlin("2026-01-05 16:30"), berlin("2026-01-06 09:30")) == hours(1)


def test_from_friday_afternoon_to_monday_morning_is_one_hour(office):
    assert office.elapsed(berlin("2026-01-09 16:30"), berlin("2026-01-12 09:30")) == hours(1)


def test_an_interval_outside_working_hours_holds_no_working_time(office):
    assert office.elapsed(berlin("2026-01-09 17:00"), berlin("2026-01-12 09:00")) == hours(0)


def test_a_reversed_interval_is_the_negative_of_the_forward_one(office):
    start, end = berlin("2026-01-05 16:30"), berlin("2026-01-06 09:30")
    assert office.elapsed(end, start) == -hours(1)


def test_the_lunch_break_of_a_split_day_does_not_count():
    split = WorkCalendar("Europe/Berlin", {"mon": [("13:00", "17:00"), ("09:00", "12:00")]})
    assert split.elapsed(berlin("2026-01-05 11:00"), berlin("2026-01-05 14:00")) == hours(2)
    assert split.due(berlin("2026-01-05 11:00"), hours(1.5)) == berlin("2026-01-05 13:30")


def test_windows_that_touch_count_as_one():
    touching = WorkCalendar("Europe/Berlin", {"mon": [("20:00", "24:00")], "tue": [("00:00", "04:00")]})
    assert touching.elapsed(berlin("2026-01-05 19:00"), berlin("2026-01-06 05:00")) == hours(8)
    assert touching.due(berlin("2026-01-05 24:00".replace("05 24", "06 00")), hours(0)) == berlin("2026-01-06 00:00")


def test_a_window_to_midnight_may_be_written_with_00_00_or_24_00():
    for end in ("24:00", "24:00:00", "00:00"):
        late = WorkCalendar("Europe/Berlin", {"mon": [("18:00", end)]})
        assert late.windows(date(2026, 1, 5)) == [(berlin("2026-01-05 18:00"), berlin("2026-01-06 00:00"))]


def test_times_may_have_seconds():
    short = WorkCalendar("UTC", {"mon": [("09:00:30", "09:00:45")]})
    assert short.elapsed(datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC)) == timedelta(seconds=15)


def test_answers_are_exact_to_the_microsecond(office):
    start = berlin("2026-01-05 16:59:59.999999")
    assert office.elapsed(start, berlin("2026-01-06 09:00:00.000001")) == timedelta(microseconds=2)
    assert office.due(start, timedelta(microseconds=2)) == berlin("2026-01-06 09:00:00.000001")


def test_a_datetime_of_any_zone_is_the_same_instant(office):
    tokyo, new_york = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
    start, end = berlin("2026-01-05 16:30"), berlin("2026-01-06 09:30")
    assert office.elapsed(start.astimezone(tokyo), end.astimezone(new_york)) == hours(1)


def test_the_answer_to_due_is_in_utc(office):
    due = office.due(berlin("2026-01-05 09:00"), hours(1))
    assert (due, due.tzinfo) == (berlin("2026-01-05 10:00"), UTC)


# Due


def test_eight_hours_from_monday_morning_are_over_on_monday_evening(office):
    assert office.due(berlin("2026-01-05 09:00"), hours(8)) == berlin("2026-01-05 17:00")


def test_a_moment_more_than_a_day_is_over_on_the_next_morning(office):
    due = office.due(berlin("2026-01-05 09:00"), hours(8) + timedelta(microseconds=1))
    assert due == berlin("2026-01-06 09:00:00.000001")


def test_a_zero_duration_is_due_at_once_while_open(office):
    assert office.due(berlin("2026-01-05 09:00"), hours(0)) == berlin("2026-01-05 09:00")
    assert office.due(berlin("2026-01-05 12:34"), hours(0)) == berlin("2026-01-05 12:34")


def test_a_zero_duration_is_due_at_the_next_opening_while_closed(office):
    assert office.due(berlin("2026-01-05 17:00"), hours(0)) == berlin("2026-01-06 09:00")
    assert office.due(berlin("2026-01-10 12:00"), hours(0)) == berlin("2026-01-12 09:00")


def test_a_negative_duration_is_refused(office):
    with pytest.raises(ValueError, match="cannot be negative"):
        office.due(berlin("2026-01-05 09:00"), -timedelta(microseconds=1))


def test_a_duration_of_years_is_found_far_ahead(office):
    start = berlin("2026-01-05 09:00")
    due = office.due(start, hours(8 * 5 * 52 * 64))
    assert due == berlin("2089-10-14 17:00")
    assert office.elapsed(start, due) == hours(8 * 5 * 52 * 64)


def test_years_far_ahead_and_back_keep_the_clock_of_the_zone(office):
    assert office.elapsed(berlin("2090-07-03 00:00"), berlin("2090-07-04 00:00")) == hours(8)
    assert office.due(berlin("2090-07-03 00:00"), hours(1)) == datetime(2090, 7, 3, 8, tzinfo=UTC)
    assert office.due(berlin("1975-07-03 00:00"), hours(1)) == datetime(1975, 7, 3, 9, tzinfo=UTC)


def test_years_may_be_asked_for_in_any_order():
    shuffled = WorkCalendar("Europe/Berlin", {"wed": [("08:00", "09:00")]})
    for year in (2050, 2030, 2026, 2060, 2031):
        assert shuffled.elapsed(berlin(f"{year}-02-01"), berlin(f"{year}-03-01")) == hours(4)


def test_a_night_shift_of_the_old_year_counts_where_only_the_new_one_was_asked_for():
    calendar = WorkCalendar("UTC", {"thu": [("22:00", "06:00")]})
    assert calendar.elapsed(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)) == hours(6)


def test_a_morning_that_is_new_year_in_its_zone_only_counts():
    calendar = WorkCalendar("Pacific/Auckland", {"fri": [("09:00", "17:00")]})  # 20:00 of the day before in UTC
    start = datetime(2026, 12, 31, 12, tzinfo=UTC)
    assert calendar.elapsed(start, start + hours(11)) == hours(3)


# Holidays and other hours


def test_a_holiday_is_closed():
    calendar = WorkCalendar("Europe/Berlin", NINE_TO_FIVE, holidays=[date(2026, 12, 25)])
    assert calendar.due(berlin("2026-12-24 16:00"), hours(2)) == berlin("2026-12-28 10:00")


def test_a_holiday_closes_the_windows_that_begin_on_it_and_no_other():
    nights = {"thu": [("22:00", "06:00")], "fri": [("22:00", "06:00")], "sat": [("22:00", "06:00")]}
    calendar = WorkCalendar("Europe/Berlin", nights, holidays=[date(2026, 12, 25)])
    assert calendar.elapsed(berlin("2026-12-25 00:00"), berlin("2026-12-26 00:00")) == hours(6)
    assert calendar.elapsed(berlin("2026-12-26 00:00"), berlin("2026-12-26 21:00")) == hours(0)
    assert calendar.elapsed(berlin("2026-12-26 21:00"), berlin("2026-12-27 12:00")) == hours(8)


def test_a_yearly_holiday_returns_every_year():
    calendar = WorkCalendar("Europe/Berlin", ROUND_THE_CLOCK, yearly_holidays=["01-01", "12-25"])
    for year in (2026, 2027, 2090):
        assert calendar.elapsed(berlin(f"{year}-01-01"), berlin(f"{year}-01-03")) == hours(24)


def test_the_29th_of_february_may_be_a_yearly_holiday():
    calendar = WorkCalendar("Europe/Berlin", ROUND_THE_CLOCK, yearly_holidays=["02-29"])
    assert calendar.elapsed(berlin("2028-02-28"), berlin("2028-03-02")) == hours(48)
    assert calendar.elapsed(berlin("2027-02-28"), berlin("2027-03-02")) == hours(48)


def test_an_override_replaces_the_hours_of_its_day():
    calendar = WorkCalendar("Europe/Berlin", NINE_TO_FIVE, overrides={date(2026, 12, 24): [("09:00", "12:00")]})
    assert calendar.elapsed(berlin("2026-12-24"), berlin("2026-12-25")) == hours(3)
    assert calendar.elapsed(berlin("2026-12-23"), berlin("2026-12-24")) == hours(8)


def test_an_empty_override_closes_its_day():
    calendar = WorkCalendar("Europe/Berlin", NINE_TO_FIVE, overrides={date(2026, 12, 24): []})
    assert calendar.elapsed(berlin("2026-12-24"), berlin("2026-12-25")) == hours(0)


def test_an_override_opens_a_day_of_the_weekend_and_a_holiday():
    opened = {date(2026, 12, 26): [("10:00", "12:00")], date(2026, 12, 25): [("10:00", "11:00")]}
    calendar = WorkCalendar(
        "Europe/Berlin", NINE_TO_FIVE, holidays=[date(2026, 12, 25)], overrides=opened, yearly_holidays=["12-26"]
    )
    assert calendar.elapsed(berlin("2026-12-25"), berlin("2026-12-26")) == hours(1)
    assert calendar.elapsed(berlin("2026-12-26"), berlin("2026-12-27")) == hours(2)


def test_an_override_may_run_over_midnight():
    calendar = WorkCalendar("Europe/Berlin", NINE_TO_FIVE, overrides={date(2026, 1, 5): [("22:00", "02:00")]})
    assert calendar.elapsed(berlin("2026-01-05"), berlin("2026-01-06")) == hours(2)
    assert calendar.elapsed(berlin("2026-01-06"), berlin("2026-01-07")) == hours(2 + 8)


# Clock changes


def test_the_night_of_the_change_to_summer_time_is_an_hour_shorter(night_shift):
    assert night_shift.elapsed(berlin("2026-03-28 12:00"), berlin("2026-03-29 12:00")) == hours(7)
    assert night_shift.due(berlin("2026-03-28 22:00"), hours(7)) == berlin("2026-03-29 06:00")


def test_the_night_of_the_change_to_winter_time_is_an_hour_longer(night_shift):
    assert night_shift.elapsed(berlin("2026-10-24 12:00"), berlin("2026-10-25 12:00")) == hours(9)
    assert night_shift.due(berlin("2026-10-24 22:00"), hours(8)) == berlin("2026-10-25 05:00")


def test_office_hours_keep_their_length_over_a_clock_change(office):
    assert office.elapsed(berlin("2026-03-27 16:00"), berlin("2026-03-30 10:00")) == hours(2)
    assert office.elapsed(berlin("2026-10-23 16:00"), berlin("2026-10-26 10:00")) == hours(2)


def test_a_skipped_time_moves_forward_by_the_gap():
    calendar = WorkCalendar("Europe/Berlin", {"sun": [("02:30", "05:00")]})
    assert calendar.windows(date(2026, 3, 29)) == [(berlin("2026-03-29 03:30"), berlin("2026-03-29 05:00"))]


def test_a_time_that_occurs_twice_means_the_first():
    calendar = WorkCalendar("Europe/Berlin", {"sun": [("02:30", "05:00")]})
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert calendar.windows(date(2026, 10, 25)) == [(first, datetime(2026, 10, 25, 4, tzinfo=UTC))]


def test_a_window_that_a_clock_change_swallows_holds_no_time():
    for window in (("02:00", "03:00"), ("02:30", "03:15")):
        calendar = WorkCalendar("Europe/Berlin", {"sun": [window]})
        assert calendar.windows(date(2026, 3, 29)) == []
        assert calendar.elapsed(berlin("2026-03-29"), berlin("2026-03-30")) == hours(0)
        assert not calendar.is_working_day(date(2026, 3, 29))


def test_windows_that_a_clock_change_pushes_together_count_once():
    calendar = WorkCalendar("Europe/Berlin", {"sun": [("01:00", "02:30"), ("03:00", "04:00")]})
    assert calendar.elapsed(berlin("2026-03-29"), berlin("2026-03-30")) == hours(2)
    assert calendar.due(berlin("2026-03-29"), hours(2)) == berlin("2026-03-29 04:00")


def test_windows_that_a_clock_change_puts_in_another_order_all_count():
    """02:30 becomes 03:30, so that the second window begins after the third."""
    calendar = WorkCalendar("Europe/Berlin", {"sun": [("01:00", "02:15"), ("02:30", "02:45"), ("03:00", "03:20")]})
    times = [("01:00", "03:15"), ("03:15", "03:20"), ("03:30", "03:45")]
    windows = [(berlin(f"2026-03-29 {begin}"), berlin(f"2026-03-29 {end}")) for begin, end in times]
    assert calendar.windows(date(2026, 3, 29)) == windows
    assert calendar.elapsed(berlin("2026-03-29"), berlin("2026-03-30")) == timedelta(minutes=75 + 5 + 15)


def test_a_clock_change_at_midnight_moves_the_day_it_begins():
    calendar = WorkCalendar("America/Sao_Paulo", {"sat": [("22:00", "24:00")], "sun": [("00:00", "02:00")]})
    saturday, monday = datetime(2018, 11, 3, 12, tzinfo=UTC), datetime(2018, 11, 5, 12, tzinfo=UTC)
    assert calendar.elapsed(saturday, monday) == hours(3)


def test_an_evening_that_a_clock_change_draws_out_takes_from_the_next_window():
    """00:30 becomes 01:30, where the next day's window has begun at 01:00."""
    calendar = WorkCalendar("America/Sao_Paulo", {"sat": [("22:00", "00:30")], "sun": [("01:00", "02:00")]})
    half_past_one, two = datetime(2018, 11, 4, 3, 30, tzinfo=UTC), datetime(2018, 11, 4, 4, tzinfo=UTC)
    assert calendar.windows(date(2018, 11, 3)) == [(datetime(2018, 11, 4, 1, tzinfo=UTC), half_past_one)]
    assert calendar.windows(date(2018, 11, 4)) == [(half_past_one, two)]
    assert calendar.elapsed(datetime(2018, 11, 3, tzinfo=UTC), datetime(2018, 11, 5, tzinfo=UTC)) == hours(3)


def test_a_day_that_a_zone_left_out_is_not_counted_twice():
    """Samoa went from Thursday the 29th to Saturday the 31st of December 2011."""
    calendar = WorkCalendar("Pacific/Apia", ROUND_THE_CLOCK)
    assert calendar.elapsed(datetime(2011, 12, 29, tzinfo=UTC), datetime(2012, 1, 2, tzinfo=UTC)) == hours(96)


def test_a_half_hour_clock_change_is_half_an_hour():
    calendar = WorkCalendar("Australia/Lord_Howe", {"sun": [("00:00", "06:00")]})
    spring, autumn = date(2026, 10, 4), date(2026, 4, 5)
    lengths = [end - start for day in (spring, autumn) for start, end in calendar.windows(day)]
    assert lengths == [hours(5.5), hours(6.5)]


# Pauses


def test_a_pause_does_not_count(office):
    start = berlin("2026-01-05 09:00")
    pauses = [(berlin("2026-01-05 10:00"), berlin("2026-01-05 11:00"))]
    assert office.elapsed(start, berlin("2026-01-05 12:00"), pauses) == hours(2)
    assert office.due(start, hours(2), pauses) == berlin("2026-01-05 12:00")


def test_only_the_open_part_of_a_pause_is_taken_off(office):
    pauses = [(berlin("2026-01-05 16:00"), berlin("2026-01-06 10:00"))]
    assert office.elapsed(berlin("2026-01-05 09:00"), berlin("2026-01-06 17:00"), pauses) == hours(14)


def test_pauses_in_any_order_that_overlap_or_touch_count_once(office):
    times = [("12:00", "13:00"), ("10:00", "11:00"), ("10:30", "11:30"), ("11:30", "11:45")]
    pauses = [(berlin(f"2026-01-05 {begin}"), berlin(f"2026-01-05 {stop}")) for begin, stop in times]
    assert office.elapsed(berlin("2026-01-05 09:00"), berlin("2026-01-05 17:00"), pauses) == hours(8 - 1.75 - 1)
    assert office.due(berlin("2026-01-05 09:00"), hours(2), iter(pauses)) == berlin("2026-01-05 13:45")


def test_a_pause_inside_another_takes_off_nothing_more(office):
    times = [("10:00", "13:00"), ("11:00", "12:00")]
    pauses = [(berlin(f"2026-01-05 {begin}"), berlin(f"2026-01-05 {stop}")) for begin, stop in times]
    assert office.elapsed(berlin("2026-01-05 09:00"), berlin("2026-01-05 17:00"), pauses) == hours(5)


def test_empty_and_reversed_pauses_hold_no_time(office):
    ten, eleven = berlin("2026-01-05 10:00"), berlin("2026-01-05 11:00")
    assert office.elapsed(berlin("2026-01-05 09:00"), eleven, [(ten, ten), (eleven, ten)]) == hours(2)
    assert office.due(berlin("2026-01-05 09:00"), hours(2), [(ten, ten), (eleven, ten)]) == eleven


def test_a_pause_takes_off_as_much_from_a_reversed_interval(office):
    pauses = [(berlin("2026-01-05 08:00"), berlin("2026-01-05 11:00"))]
    assert office.elapsed(berlin("2026-01-05 12:00"), berlin("2026-01-05 10:00"), pauses) == -hours(1)


def test_a_pause_reaching_beyond_the_interval_counts_only_inside_it(office):
    forever = (berlin("2026-01-05 11:00"), datetime.max.replace(tzinfo=UTC))
    assert office.elapsed(berlin("2026-01-05 10:00"), berlin("2026-01-07"), [forever]) == hours(1)
    assert office.due(berlin("2026-01-05 10:00"), hours(1), [forever]) == berlin("2026-01-05 11:00")
    with pytest.raises(CalendarError):
        office.due(berlin("2026-01-05 10:00"), hours(1.5), [forever])


def test_a_duration_reached_as_the_pause_begins_does_not_wait_for_its_end(office):
    pauses = [(berlin("2026-01-05 10:00"), berlin("2026-01-05 11:00"))]
    assert office.due(berlin("2026-01-05 09:00"), hours(1), pauses) == berlin("2026-01-05 10:00")


def test_a_zero_duration_in_a_pause_is_due_at_its_end(office):
    pauses = [(berlin("2026-01-05 10:00"), berlin("2026-01-05 11:00"))]
    assert office.due(berlin("2026-01-05 10:00"), hours(0), pauses) == berlin("2026-01-05 11:00")
    assert office.due(berlin("2026-01-04 10:00"), hours(0), [(berlin("2026-01-04"), berlin("2026-01-05 09:00"))]) == (
        berlin("2026-01-05 09:00")
    )
    assert office.due(berlin("2026-01-04"), hours(0), [(berlin("2026-01-05 09:00"), berlin("2026-01-05 11:00"))]) == (
        berlin("2026-01-05 11:00")
    )


# What is no instant


def test_naive_datetimes_are_refused(office):
    aware, naive = berlin("2026-01-05 10:00"), datetime(2026, 1, 5, 11)
    for ask in (
        lambda: office.elapsed(naive, aware),
        lambda: office.elapsed(aware, naive),
        lambda: office.elapsed(aware, aware, [(aware, naive)]),
        lambda: office.due(naive, hours(1)),
        lambda: office.due(aware, hours(1), [(naive, aware)]),
        lambda: office.end_of_working_day(naive, 1),
    ):
        with pytest.raises(ValueError, match="needs a time zone"):
            ask()


def test_instants_beyond_the_known_years_are_refused(office):
    for year in (1799, 2400, 9998):
        with pytest.raises(CalendarError, match="1800 to 2399"):
            office.elapsed(berlin("2026-01-05"), berlin(f"{year}-01-03"))


# Days


def test_windows_of_a_day_are_those_that_begin_on_it():
    calendar = WorkCalendar("Europe/Berlin", {"mon": [("09:00", "12:00"), ("22:00", "06:00")]})
    assert calendar.windows(date(2026, 1, 5)) == [
        (berlin("2026-01-05 09:00"), berlin("2026-01-05 12:00")),
        (berlin("2026-01-05 22:00"), berlin("2026-01-06 06:00")),
    ]
    assert calendar.windows(date(2026, 1, 6)) == []


def test_a_working_day_is_one_on_which_a_window_begins():
    calendar = WorkCalendar("Europe/Berlin", {"mon": [("22:00", "06:00")]}, holidays=[date(2026, 1, 12)])
    days = [date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 12), date(2026, 1, 19)]
    assert [calendar.is_working_day(on) for on in days] == [True, False, False, True]


def test_working_days_of_a_month_include_both_its_ends():
    calendar = WorkCalendar("Europe/Berlin", NINE_TO_FIVE, holidays=[date(2026, 5, 1), date(2026, 5, 14)])
    days = calendar.working_days(date(2026, 5, 1), date(2026, 5, 29))
    assert (len(days), days[0], days[-1]) == (19, date(2026, 5, 4), date(2026, 5, 29))
    assert calendar.working_days(date(2026, 5, 29), date(2026, 5, 1)) == []


def test_a_day_with_a_time_is_refused_where_a_day_is_asked_for(office):
    for ask in (office.windows, office.is_working_day):
        with pytest.raises(CalendarError, match="without a time"):
            ask(berlin("2026-01-05 10:00"))


def test_the_end_of_the_third_working_day_skips_the_weekend(office):
    assert office.end_of_working_day(berlin("2026-01-08 23:30"), 3) == berlin("2026-01-13 17:00")


def test_the_day_of_the_start_is_the_local_one(office):
    late = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)  # already Tuesday in Berlin
    assert office.end_of_working_day(late, 1) == berlin("2026-01-07 17:00")


def test_no_working_days_on_is_the_end_of_the_same_day_or_of_the_next_open_one(office):
    assert office.end_of_working_day(berlin("2026-01-05 18:00"), 0) == berlin("2026-01-05 17:00")
    assert office.end_of_working_day(berlin("2026-01-10 12:00"), 0) == berlin("2026-01-12 17:00")


def test_a_working_day_ends_with_its_night_shift():
    calendar = WorkCalendar("Europe/Berlin", {"mon": [("09:00", "12:00"), ("22:00", "06:00")]})
    assert calendar.end_of_working_day(berlin("2026-01-01"), 1) == berlin("2026-01-06 06:00")


def test_the_end_of_a_working_day_may_lie_years_ahead(office):
    assert office.end_of_working_day(berlin("2026-01-05"), 5 * 52 * 20) == berlin("2045-12-11 17:00")


def test_a_negative_number_of_days_is_refused(office):
    with pytest.raises(ValueError, match="cannot be negative"):
        office.end_of_working_day(berlin("2026-01-05"), -1)


# Never open


def test_a_calendar_open_on_one_day_only_says_that_there_is_no_later_one():
    once = WorkCalendar("Europe/Berlin", {}, overrides={date(2026, 1, 5): [("09:00", "10:00")]})
    assert once.due(berlin("2026-01-01"), hours(1)) == berlin("2026-01-05 10:00")
    assert once.elapsed(berlin("2027-01-01"), berlin("2030-01-01")) == hours(0)
    for ask in (
        lambda: once.due(berlin("2026-01-01"), hours(1.1)),
        lambda: once.due(berlin("2026-01-05 10:00"), hours(0)),
        lambda: once.end_of_working_day(berlin("2026-01-05"), 1),
        lambda: once.due_many(np.datetime64("2026-01-05T12:00"), [60]),
        lambda: once.due_many(np.datetime64("2026-01-05T12:00"), [0]),
    ):
        with pytest.raises(CalendarError, match="too few open windows"):
            ask()


def test_an_override_decades_ahead_is_found():
    later = WorkCalendar("Europe/Berlin", {}, overrides={date(2075, 1, 7): [("09:00", "10:00")]})
    assert later.due(berlin("2026-01-01"), hours(0)) == berlin("2075-01-07 09:00")


def test_days_closed_for_decades_are_stepped_over():
    mondays = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(52 * 30)]
    calendar = WorkCalendar("Europe/Berlin", {"mon": [("09:00", "10:00")]}, holidays=mondays)
    assert calendar.due(berlin("2026-01-01"), hours(1)).date() == mondays[-1] + timedelta(weeks=1)


def test_an_absurd_duration_is_refused_rather_than_searched_for(office):
    with pytest.raises(CalendarError, match="longer than 100 years"):
        office.due(berlin("2026-01-05"), timedelta.max)
    with pytest.raises(CalendarError, match="longer than 100 years"):
        office.due_many(np.datetime64("2026-01-05"), [4_000_000_000])


# Sharing


def test_equal_calendars_share_their_table():
    one, other = (WorkCalendar("Europe/Berlin", NINE_TO_FIVE, holidays=[date(2031, 1, 1)]) for _ in range(2))
    assert one._timeline is other._timeline


def test_changing_what_a_calendar_was_made_from_does_not_change_it():
    week, overrides = {"mon": [["09:00", "12:00"]]}, {date(2026, 1, 12): [["09:00", "10:00"]]}
    calendar = WorkCalendar("Europe/Berlin", week, overrides=overrides)
    week["mon"][0][1] = "17:00"
    overrides.clear()
    assert calendar.elapsed(berlin("2026-01-05"), berlin("2026-01-13")) == hours(4)


def test_threads_asking_for_different_years_at_once_get_the_same_answers():
    shared = WorkCalendar("Europe/Berlin", {"tue": [("08:00", "09:30")], "sat": [("22:00", "03:00")]})
    questions = [berlin(f"{2000 + (n * 37) % 60}-06-01") for n in range(240)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda at: shared.elapsed(at, shared.due(at, hours(500))), questions))
    finally:
        sys.setswitchinterval(interval)
    assert set(answers) == {hours(500)}


def test_worktime_needs_neither_django_nor_a_database():
    source = Path(sys.modules["agreements.worktime"].__file__).read_text()
    assert "django" not in source.lower()


# Real data


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@needs_real_data
def test_the_working_minutes_of_a_real_month_come_out_to_the_fourth_decimal():
    folder = Path(os.environ["REAL_DATA"]) / "bpic2012-oct2011"
    figures = json.loads((folder / "reference.json").read_text())["periods"]["2011-10"]["all"]["working_minutes"]
    handed = {row["lead_id"]: datetime.fromisoformat(row["handed_at"]) for row in rows(folder / "handoffs.csv")}
    first: dict[str, datetime] = {}
    for row in rows(folder / "attempts.csv"):
        at = datetime.fromisoformat(row["attempted_at"])
        first[row["lead_id"]] = min(at, first.get(row["lead_id"], at))
    calendar = WorkCalendar("Europe/Amsterdam", NINE_TO_FIVE)
    minutes = [calendar.elapsed(at, first[lead]) / timedelta(minutes=1) for lead, at in handed.items() if lead in first]
    found = {"mean": np.mean(minutes), "median": np.median(minutes), "p90": np.percentile(minutes, 90)}
    rounded = {name: round(float(value), 4) for name, value in found.items()}
    assert {"n": len(minutes), **rounded, "max": round(max(minutes), 4)} == figures
