"""Days of every year, optional holidays and pauses, from the text of an agreement to its working time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.document.public_holidays import known_years, public_holidays
from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.terms import timeline
from agreements.worktime import CalendarError, WorkCalendar

OFFICE = {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
WORK = WorkCalendar("Europe/Berlin", OFFICE)
BEGIN = datetime(2026, 3, 20, tzinfo=UTC)

moments = st.integers(0, 60 * 24 * 20).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
pauses = st.lists(st.tuples(moments, moments), max_size=4)


def many(instants: list[datetime]) -> np.ndarray:
    return np.array([at.replace(tzinfo=None) for at in instants], "datetime64[us]")


@settings(deadline=None, max_examples=60)
@given(starts=st.lists(moments, min_size=1, max_size=5), end=moments, taken=pauses)
def test_pauses_count_in_bulk_as_they_do_one_by_one(starts, end, taken):
    spans = WORK.elapsed_many(many(starts), many([end] * len(starts)), taken)
    assert spans.tolist() == [WORK.elapsed(at, end, taken) // timedelta(microseconds=1) for at in starts]


@settings(deadline=None, max_examples=60)
@given(starts=st.lists(moments, min_size=1, max_size=5), minutes=st.integers(0, 3000), taken=pauses)
def test_due_instants_with_pauses_are_the_same_in_bulk(starts, minutes, taken):
    due = WORK.due_many(many(starts), minutes * 60, taken)
    assert due.tolist() == many([WORK.due(at, timedelta(minutes=minutes), taken) for at in starts]).tolist()


def test_a_day_that_lies_in_a_pause_is_no_working_day_of_a_window():
    monday, tuesday = datetime(2026, 3, 23, 9, tzinfo=UTC), datetime(2026, 3, 24, tzinfo=UTC)
    pause = (tuesday, tuesday + timedelta(days=1))
    assert WORK.end_of_working_day(monday, 2) == datetime(2026, 3, 25, 16, tzinfo=UTC)
    assert WORK.end_of_working_day(monday, 2, [pause]) == datetime(2026, 3, 26, 16, tzinfo=UTC)


def test_hours_of_every_year_hold_in_each_year_but_open_no_day_of_the_week_that_is_closed():
    work = WorkCalendar("UTC", OFFICE, yearly_hours={"12-24": [("09:00", "12:00")], "12-31": []})
    days = [date(2026, 12, 24), date(2027, 12, 24), date(2028, 12, 24), date(2026, 12, 31), date(2026, 12, 30)]
    hours = [sum(((b - a) for a, b in work.windows(day)), timedelta()) for day in days]
    assert hours == [timedelta(hours=n) for n in (3, 3, 0, 0, 8)]  # 24 December 2028 is a Sunday


def test_an_override_of_the_very_day_wins_over_the_hours_of_every_year():
    thursday = date(2026, 12, 24)
    work = WorkCalendar("UTC", OFFICE, [thursday], {thursday: [("10:00", "11:00")]}, yearly_hours={"12-24": []})
    assert work.windows(thursday) == [(datetime(2026, 12, 24, 10, tzinfo=UTC), datetime(2026, 12, 24, 11, tzinfo=UTC))]


def test_hours_of_every_year_that_run_into_the_next_day_are_refused():
    with pytest.raises(CalendarError, match="12-31: the window 20:00-10:00 runs into 09:00-17:00"):
        WorkCalendar("UTC", OFFICE, yearly_hours={"12-31": [("20:00", "10:00")]})


def test_optional_holidays_of_denmark_are_closed_only_where_they_are_agreed(north):
    thursday = date(2026, 12, 24)
    for is_optional in (False, True):
        calendar = replace(document_of(north).calendar, country="DK", optional=is_optional)
        apply(replace(document_of(north), calendar=calendar), by=None, at=BEGIN)
        assert timeline(north).on(thursday).calendar.is_working_day(thursday) is not is_optional


def test_holidays_are_known_as_far_as_the_library_goes():
    last = known_years("DE")[-1]
    assert last > 2060
    assert date(last, 12, 25) in public_holidays("DE", "BE")
