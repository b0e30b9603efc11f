from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.months.spreading import SpreadingError, spread

cents = st.decimals(0, 10**12, places=2)
weights = st.lists(st.integers(0, 100) | st.decimals(0, 100, places=3), min_size=1, max_size=12).filter(sum)


def test_a_hundred_in_three_parts_loses_no_cent():
    assert spread(Decimal(100), [1, 1, 1]) == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]


def test_by_working_days_each_month_gets_its_share():
    assert spread(Decimal(600_000), [21, 20, 22]) == [Decimal(200_000), Decimal("190476.19"), Decimal("209523.81")]


def test_a_part_without_weight_gets_nothing():
    assert spread(Decimal("7.01"), [0, 3, 0, 1]) == [0, Decimal("5.26"), 0, Decimal("1.75")]


@given(amount=cents, weights=weights)
def test_the_parts_add_up_to_the_cent_and_none_is_below_zero_or_far_from_its_share(amount, weights):
    parts = spread(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert part == round(part, 2)
        assert part >= 0
        assert abs(part - amount * Decimal(weight) / Decimal(sum(map(Decimal, weights)))) <= Decimal("0.01")


@given(amount=st.decimals(0, 10**6, places=6), weights=weights)
def test_what_is_finer_than_a_cent_is_not_lost_either(amount, weights):
    assert sum(spread(amount, weights)) == amount


@pytest.mark.parametrize("weights", [[0, 0], [1, -1, 5], []])
def test_weights_by_which_nothing_can_be_spread_are_refused(weights):
    with pytest.raises(SpreadingError):
        spread(Decimal(1), weights)
