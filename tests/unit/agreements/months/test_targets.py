from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.months.targets import Assumptions, MonthPace, TargetError, derive, goal_line, paced_days, projection
from smarketing.lib.periods import Period

EASTER_APRIL = Period.parse("2018-04")
MONDAYS_TO_FRIDAYS = [day for day in Period.parse("2018").days() if day.weekday() < 5]

money = st.decimals(min_value=0, max_value=10**17, places=6)
above_zero = st.decimals(min_value="0.000001", max_value=10**17, places=6)
share = st.decimals(min_value=0, max_value=1, places=10)
rate = st.decimals(min_value="0.0000000001", max_value=1, places=10)


def assumed(share: str = "1", deal: str = "100", rate: str = "0.5") -> Assumptions:
    return Assumptions(Decimal(share), Decimal(deal), Decimal(rate))


def paced(label: str, goal: int | None, pacing: str = "working") -> MonthPace:
    days = Period.parse(label).days()
    return MonthPace(days, paced_days(days, pacing, MONDAYS_TO_FRIDAYS), goal)


def test_a_quota_of_5000_at_deals_of_100_and_a_rate_of_a_half_needs_50_customers_and_100_leads():
    derived = derive(Decimal(5000), assumed())
    assert (derived.revenue_goal, derived.customers, derived.leads) == (5000, 50, 100)


def test_seven_customers_at_five_per_cent_need_140_leads():
    assert derive(Decimal(700), assumed(rate="0.05")).leads == 140


def test_the_leads_are_rounded_up_and_the_exact_number_stays():
    derived = derive(Decimal(1000), assumed(rate="0.3"))
    assert derived.leads == 34
    assert str(derived.exact_leads).startswith("33.3333333333")


@pytest.mark.parametrize(
    ("quota", "assumptions", "field"),
    [
        ("-1", assumed(), "quota"),
        ("NaN", assumed(), "quota"),
        ("1", assumed(share="1.01"), "marketing_share"),
        ("1", assumed(deal="0"), "average_deal"),
        ("1", assumed(rate="0"), "lead_to_customer"),
        ("1", assumed(rate="1.5"), "lead_to_customer"),
    ],
)
def test_an_impossible_number_is_refused_by_the_name_of_its_field(quota, assumptions, field):
    with pytest.raises(TargetError) as refusal:
        derive(Decimal(quota), assumptions)
    assert refusal.value.field == field


@given(quota=money, share=share, deal=above_zero, rate=rate)
def test_the_leads_are_the_least_whole_number_that_reaches_the_goal(quota, share, deal, rate):
    derived = derive(quota, Assumptions(share, deal, rate))
    assert derived.leads == ceil(Fraction(quota) * Fraction(share) / (Fraction(deal) * Fraction(rate)))
    assert abs(derived.exact_leads - derived.leads) <= 1


@given(quota=money, more=money, deal=above_zero, rate=rate)
def test_a_higher_quota_never_needs_fewer_leads(quota, more, deal, rate):
    assumptions = Assumptions(Decimal(1), deal, rate)
    assert derive(quota + more, assumptions).leads >= derive(quota, assumptions).leads


def test_the_calendar_line_of_april_2018_rises_by_forty_a_day():
    line = goal_line([paced("2018-04", 1200, "calendar")])
    assert line == [40.0 * day for day in range(1, 31)]


def test_the_working_line_of_april_2018_stands_still_on_its_weekends():
    line = goal_line([paced("2018-04", 1200)])
    assert [round(goal, 2) for goal in line[:9]] == [0, 57.14, 114.29, 171.43, 228.57, 285.71, 285.71, 285.71, 342.86]
    assert (line[9], line[28], line[29]) == (400, pytest.approx(1142.857142857), 1200)


def test_a_month_without_a_working_day_is_paced_by_calendar_day():
    days = EASTER_APRIL.days()
    assert paced_days(days, "working", [date(2018, 5, 2)]) == frozenset(days)


def test_a_quarter_is_the_sum_of_its_months_and_a_month_without_a_goal_stays_level():
    line = goal_line([paced("2018-04", 100), paced("2018-05", None), paced("2018-06", 60)])
    assert (line[29], line[30], line[60], line[61], line[-1]) == (100, 100, 100, pytest.approx(100 + 60 / 21), 160)


def test_a_period_without_any_goal_has_no_line():
    assert goal_line([paced("2018-04", None), paced("2018-05", None)]) is None


def test_a_goal_of_zero_is_a_level_line():
    assert goal_line([paced("2018-04", 0)]) == [0.0] * 30


goals = st.lists(st.none() | st.integers(0, 10**6), min_size=1, max_size=12)


@given(goals=goals, pacing=st.sampled_from(["working", "calendar"]))
def test_a_line_never_falls_and_ends_at_the_sum_of_the_goals(goals, pacing):
    line = goal_line([paced(f"2018-{month:02}", goal, pacing) for month, goal in enumerate(goals, start=1)])
    if all(goal is None for goal in goals):
        assert line is None
    else:
        assert line == sorted(line)
        assert line[-1] == sum(goal or 0 for goal in goals)


def test_the_projection_carries_the_pace_of_the_working_days_so_far_to_the_end():
    # 2018-04 begins with Easter Sunday: by the 7th five of its 21 working days are over.
    assert projection(335, [paced("2018-04", 1200)], date(2018, 4, 7)) == 335 / 5 * 21


def test_there_is_no_projection_before_the_first_paced_day_is_over():
    assert projection(19, [paced("2018-04", 1200)], date(2018, 4, 1)) is None


@given(delivered=st.integers(0, 10**6), pacing=st.sampled_from(["working", "calendar"]))
def test_the_projection_of_a_month_that_is_over_is_what_was_delivered(delivered, pacing):
    assert projection(delivered, [paced("2018-04", 1200, pacing)], date(2018, 4, 30)) == delivered


@given(delivered=st.integers(0, 10**6), day=st.integers(1, 30))
def test_what_follows_the_line_is_projected_to_reach_the_goal(delivered, day):
    month = paced("2018-04", 1200)
    line, through = goal_line([month]), date(2018, 4, day)
    projected = projection(Decimal(line[day - 1]), [month], through)
    assert projected is None or projected == pytest.approx(1200)
