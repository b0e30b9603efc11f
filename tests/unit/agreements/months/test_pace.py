from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.months.pace import MonthPace, goal_line, last_finished_day, month_pace, projected_by, projection
from agreements.worktime import WorkCalendar
from smarketing.lib.periods import Period

BERLIN = "Europe/Berlin"
OFFICE = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "17:00"),))
MONDAYS = {"mon": (("09:00", "17:00"),)}


@dataclass(frozen=True)
class Paced:
    effective_on: date
    pacing: str
    calendar: WorkCalendar


def version(on: str = "2010-01-01", pacing: str = "working", week=OFFICE, **calendar) -> Paced:
    return Paced(date.fromisoformat(on), pacing, WorkCalendar(BERLIN, week, **calendar))


def month(label: str, goal: int | None, *versions: Paced) -> MonthPace:
    return month_pace(Period.parse(label).days(), versions or [version()], goal)


def by_calendar(label: str, goal: int | None) -> MonthPace:
    return month(label, goal, version(pacing="calendar"))


def projected(delivered: Sequence[float], months: Sequence[MonthPace], finished: str, today: str = "") -> float | None:
    days = sum(len(each.days) for each in months)
    padded = [*delivered, *[0] * (days - len(delivered))]
    return projection(padded, months, date.fromisoformat(finished), date.fromisoformat(today or finished))


def test_the_calendar_line_of_april_2018_rises_by_forty_a_day():
    assert goal_line([by_calendar("2018-04", 1200)]) == [40.0 * day for day in range(1, 31)]


def test_the_working_line_of_april_2018_stands_still_on_its_weekends():
    line = goal_line([month("2018-04", 1200)])
    assert [round(goal, 2) for goal in line[:9]] == [0, 57.14, 114.29, 171.43, 228.57, 285.71, 285.71, 285.71, 342.86]
    assert (line[9], line[28], line[29]) == (400, pytest.approx(1142.857142857), 1200)


def test_a_month_without_a_working_day_is_paced_by_calendar_day():
    closed = version(holidays=Period.parse("2018-04").days())
    assert goal_line([month("2018-04", 60, closed)]) == [2.0 * day for day in range(1, 31)]


def test_a_quarter_is_the_sum_of_its_months_and_a_month_without_a_goal_stays_level():
    line = goal_line([month("2018-04", 100), month("2018-05", None), month("2018-06", 60)])
    assert (line[29], line[30], line[60], line[61], line[-1]) == (100, 100, 100, pytest.approx(100 + 60 / 21), 160)


def test_a_period_without_any_goal_has_no_line():
    assert goal_line([month("2018-04", None), month("2018-05", None)]) is None


def test_a_goal_of_zero_is_a_level_line():
    assert goal_line([month("2018-04", 0)]) == [0.0] * 30


def test_the_line_begins_on_the_day_on_which_the_terms_take_effect_and_reaches_the_whole_goal():
    line = goal_line([month("2026-01", 110, version("2026-01-19"))])
    assert line[:18] == [0.0] * 18
    assert (line[18], line[19], line[30]) == (11, 22, 110)


def test_with_mondays_only_from_the_19th_the_line_is_level_from_tuesday_to_sunday():
    line = goal_line([month("2026-01", 140, version(), version("2026-01-19", week=MONDAYS))])
    assert (line[15], line[17], line[18]) == (120, 120, 130)  # twelve working days before, then two Mondays
    assert line[19:25] == [130.0] * 6
    assert line[25:] == [140.0] * 6


def test_with_other_pacing_from_the_26th_each_day_is_paced_by_its_own_terms():
    line = goal_line([month("2026-01", 230, version(), version("2026-01-26", "calendar"))])
    assert [line[day - 1] for day in (25, 26, 30, 31)] == [170, 180, 220, 230]


def test_a_month_that_was_over_before_the_agreement_began_has_no_line():
    assert goal_line([month("2026-01", 110, version("2026-02-01"))]) is None
    assert goal_line([month("2026-01", 110, version("2026-02-01")), month("2026-02", 20, version("2026-02-01"))]) == [
        *[0.0] * 31,
        *goal_line([month("2026-02", 20)]),
    ]


def test_terms_from_a_saturday_at_the_end_of_the_month_let_the_line_rise_on_those_days():
    line = goal_line([month("2026-01", 10, version("2026-01-31"))])
    assert line[29:] == [0, 10]


goals = st.lists(st.none() | st.integers(0, 10**6), min_size=1, max_size=12)
begins = st.dates(date(2017, 11, 1), date(2018, 12, 31))
pacings = st.sampled_from(["working", "calendar"])


@given(goals=goals, first=begins, pacing=pacings, later=begins, later_pacing=pacings)
def test_a_line_never_falls_and_ends_at_the_sum_of_the_goals(goals, first, pacing, later, later_pacing):
    versions = [Paced(first, pacing, version().calendar)]
    if later > first:
        versions.append(Paced(later, later_pacing, version(week=MONDAYS).calendar))
    months = [month(f"2018-{n:02}", goal, *versions) for n, goal in enumerate(goals, start=1)]
    line = goal_line(months)
    covered = [each.goal for each in months if each.goal is not None]
    assert (line is None) == (not covered)
    if line:
        assert line == sorted(line)
        assert line[-1] == sum(covered)
        assert all(due == 0 for due, on in zip(line, Period.parse("2018").days(), strict=False) if on < first)


def at(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def finished(text: str, calendar: WorkCalendar | None = None, zone: str = BERLIN) -> str:
    instant = at(text, zone)
    found = last_finished_day(instant.date(), instant.astimezone(UTC), calendar or version().calendar, ZoneInfo(zone))
    return found.isoformat()


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2026-01-15 00:01", "2026-01-14"),
        ("2026-01-15 08:00", "2026-01-14"),
        ("2026-01-15 16:59:59", "2026-01-14"),
        ("2026-01-15 17:00", "2026-01-15"),
        ("2026-01-17 23:59", "2026-01-16"),  # a Saturday, over at midnight
        ("2026-01-18 00:00", "2026-01-17"),
    ],
)
def test_a_day_is_finished_when_its_working_time_is_over(now, last):
    assert finished(now) == last


@pytest.mark.parametrize(("now", "last"), [("2026-01-16 05:59", "2026-01-14"), ("2026-01-16 06:00", "2026-01-15")])
def test_a_night_shift_finishes_the_day_on_which_it_began(now, last):
    night = WorkCalendar(
        BERLIN, {"wed": [("22:00", "06:00")], "thu": [("22:00", "06:00")], "fri": [("22:00", "06:00")]}
    )
    assert finished(now, night) == last


def test_working_time_is_over_by_the_clock_of_the_agreements_zone():
    tokyo = WorkCalendar("Asia/Tokyo", OFFICE)
    assert finished("2026-01-15 17:00", tokyo, "Asia/Tokyo") == "2026-01-15"
    assert finished("2026-01-15 16:59", tokyo, "Asia/Tokyo") == "2026-01-14"


def test_the_projection_carries_the_pace_of_the_working_days_so_far_to_the_end():
    # 2018-04 begins with Easter Sunday: by the 7th five of its 21 working days are over.
    assert projected([0, 100, 100, 100, 35], [month("2018-04", 1200)], "2018-04-07") == 335 / 5 * 21


def test_there_is_no_projection_before_the_first_paced_day_is_over():
    assert projected([19], [month("2018-04", 1200)], "2018-04-01") is None
    assert projected([0, 19], [month("2018-04", 1200)], "2018-04-01", "2018-04-02") is None


@pytest.mark.parametrize(("today", "comes_to"), [(0, 105), (3, 105), (5, 105), (16, 126)])
def test_a_day_that_still_runs_raises_the_projection_only_with_more_than_its_share(today, comes_to):
    begun = [0, 0, 5, 5, 5, 5, 5, 0, 0, 5, 5, 5, 5, 5, 0, 0, today]
    august = [month("2026-08", 105)]  # 21 working days, ten of them over by the 16th
    assert projected(begun, august, "2026-08-16", "2026-08-17") == comes_to


def test_what_came_before_the_terms_took_effect_is_added_and_sets_no_pace():
    january = [month("2026-01", 110, version("2026-01-19"))]
    delivered = [*[0] * 4, 30, *[0] * 13, 4, 2]
    assert projected(delivered, january, "2026-01-20") == 30 + 6 / 2 * 10


def test_the_projection_rises_from_what_came_before_the_terms_and_only_on_paced_days():
    january = [month("2026-01", 110, version("2026-01-19"))]
    delivered = [*[0] * 4, 30, *[0] * 13, 4, 2, *[0] * 11]
    whole = projected(delivered, january, "2026-01-20")
    days = ("2026-01-18", "2026-01-20", "2026-01-25", "2026-01-31")
    assert [projected_by(whole, delivered, january, date.fromisoformat(day)) for day in days] == [30, 36, 45, 60]


def test_a_period_before_the_agreement_has_no_projection():
    assert projected([5], [month("2026-01", 9, version("2026-02-01"))], "2026-01-31") is None


@given(delivered=st.integers(0, 10**6), on=st.integers(0, 29), pacing=pacings)
def test_the_projection_of_a_month_that_is_over_is_what_was_delivered(delivered, on, pacing):
    april = [month("2018-04", 1200, version(pacing=pacing))]
    assert projected([*[0] * on, delivered], april, "2018-04-30") == delivered


@given(goal=st.integers(1, 10**6), day=st.integers(1, 30), first=st.integers(1, 30), pacing=pacings)
def test_what_follows_the_line_is_projected_to_reach_the_goal(goal, day, first, pacing):
    april = [month("2018-04", goal, version(f"2018-04-{first:02}", pacing))]
    line = goal_line(april)
    steps = [now - before for before, now in zip([0.0, *line], line[:day], strict=False)]
    found = projected(steps, april, f"2018-04-{day:02}")
    assert found is None or found == pytest.approx(goal)
    assert (found is None) == (line[day - 1] == 0)
