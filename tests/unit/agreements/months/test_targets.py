from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.months.targets import (
    Conversion,
    TargetError,
    TierConversion,
    derive,
    from_quota,
    months_of,
    taken_together,
    value_of,
)
from smarketing.lib.decimals import is_kept

money = st.decimals(min_value=0, max_value=10**17, places=6)
above_zero = st.decimals(min_value="0.000001", max_value=10**17, places=6)
share = st.decimals(min_value=0, max_value=1, places=10)
rate = st.decimals(min_value="0.0000000001", max_value=1, places=10)


def assumed(share: str = "1", deal: str = "100", rate: str = "0.5") -> Conversion:
    return Conversion(Decimal(share), Decimal(deal), Decimal(rate))


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
    derived = derive(quota, Conversion(share, deal, rate))
    assert derived.leads == ceil(Fraction(quota) * Fraction(share) / (Fraction(deal) * Fraction(rate)))
    assert abs(derived.exact_leads - derived.leads) <= 1


@given(quota=money, more=money, deal=above_zero, rate=rate)
def test_a_higher_quota_never_needs_fewer_leads(quota, more, deal, rate):
    assumptions = Conversion(Decimal(1), deal, rate)
    assert derive(quota + more, assumptions).leads >= derive(quota, assumptions).leads


def tier(name: str, share: str, deal: str, rate: str) -> TierConversion:
    return TierConversion(name, Decimal(share), Decimal(deal), Decimal(rate))


HALVES = (tier("A", "0.5", "10000", "0.25"), tier("B", "0.5", "4000", "0.1"))
BY_HALVES = Conversion(Decimal("0.4"), Decimal(6000), Decimal("0.12"), HALVES)


def test_tier_a_needs_4_customers_and_16_leads_and_tier_b_10_customers_and_100_leads():
    derived = derive(Decimal(200_000), BY_HALVES)
    found = [(each.conversion.tier, each.customers, each.leads) for each in derived.by_tier]
    assert found == [("A", 4, 16), ("B", 10, 100)]
    assert (derived.revenue_goal, derived.customers, derived.exact_leads, derived.leads) == (80_000, 14, 116, 116)


def test_with_100_and_40_points_their_value_is_5600():
    numbers = from_quota(Decimal(200_000), BY_HALVES, {"A": 100, "b ": 40})
    assert [(each.tier, each.leads, each.value) for each in numbers.by_tier] == [("A", 16, 1600), ("B", 100, 4000)]
    assert value_of(numbers.by_tier) == 5600


def test_without_points_there_is_no_value_and_a_tier_without_them_counts_nothing():
    assert value_of(from_quota(Decimal(200_000), BY_HALVES).by_tier) is None
    assert value_of(from_quota(Decimal(200_000), BY_HALVES, {"B": 40}).by_tier) == 4000


@pytest.mark.parametrize(
    ("tiers", "field", "place"),
    [
        ((tier("A", "0.6", "1", "1"), tier("B", "0.5", "1", "1")), "share", 1),
        ((tier("A", "0.6", "1", "1"), tier("B", "0.3", "1", "1")), "share", 1),
        ((tier("A", "0.5", "0", "1"), tier("B", "0.5", "1", "1")), "average_deal", 0),
        ((tier("A", "0.5", "1", "1"), tier("B", "0.5", "1", "0")), "lead_to_customer", 1),
        ((tier("A", "0.5", "1", "1"), tier(" a", "0.5", "1", "1")), "tier", 1),
        ((tier("A", "1.3", "1", "1"),), "share", 0),
    ],
)
def test_an_impossible_tier_is_refused_in_its_row_and_field(tiers, field, place):
    with pytest.raises(TargetError) as refusal:
        derive(Decimal(1), Conversion(Decimal(1), Decimal(1), Decimal(1), tiers))
    assert (refusal.value.field, refusal.value.tier) == (field, place)


some_shares = st.lists(st.integers(1, 50), min_size=1, max_size=5)
some_deals = st.lists(st.tuples(above_zero, rate), min_size=5, max_size=5)


def split(parts: list[int], deals: list[tuple[Decimal, Decimal]]) -> tuple[TierConversion, ...]:
    """Tiers with shares in these proportions, to ten places; the last one takes what is left."""
    whole = sum(parts)
    shares = [Decimal(part * 10**6 // whole).scaleb(-6) for part in parts[:-1]]
    shares.append(1 - sum(shares, Decimal(0)))
    return tuple(TierConversion(f"T{n}", s, *deals[n]) for n, s in enumerate(shares))


@given(quota=money, share=share, parts=some_shares, deals=some_deals)
def test_the_tiers_sum_to_the_whole(quota, share, parts, deals):
    made = derive(quota, Conversion(share, Decimal(1), Decimal(1), split(parts, deals)))
    assert sum(Fraction(each.revenue_goal) for each in made.by_tier) == Fraction(made.revenue_goal)
    assert sum(each.leads for each in made.by_tier) == made.leads
    for each in made.by_tier:
        alone = Conversion(Decimal(1), each.conversion.average_deal, each.conversion.lead_to_customer)
        assert derive(each.revenue_goal, alone).leads == each.leads


@given(quota=money, share=share, parts=some_shares, deals=some_deals, place=st.integers(0, 4), by=st.integers(1, 9))
def test_the_leads_rise_with_quota_and_share_and_fall_with_every_deal_and_rate(quota, share, parts, deals, place, by):
    def leads(quota=quota, share=share, tiers=split(parts, deals)):  # noqa: B008
        general = tiers[0]
        whole = derive(quota, Conversion(share, general.average_deal, general.lead_to_customer)).leads
        return whole, derive(quota, Conversion(share, Decimal(1), Decimal(1), tiers)).leads

    base, tiers = leads(), split(parts, deals)
    place %= len(tiers)
    own = tiers[place]
    larger = replace(own, average_deal=own.average_deal * by)
    surer = replace(own, lead_to_customer=min(own.lead_to_customer * by, Decimal(1)))
    for rows in ((*tiers[:place], changed, *tiers[place + 1 :]) for changed in (larger, surer)):
        assert all(new <= old for new, old in zip(leads(tiers=rows), base, strict=True))
    assert all(new >= old for new, old in zip(leads(quota=quota * by), base, strict=True))
    assert all(new >= old for new, old in zip(leads(share=min(share * by, Decimal(1))), base, strict=True))


@given(parts=some_shares, deals=some_deals)
def test_what_the_tiers_come_to_together_is_an_amount_and_a_share_that_are_possible(parts, deals):
    deal, rate = taken_together(split(parts, deals))
    assert derive(Decimal(1), Conversion(Decimal(1), deal, rate)).leads >= 1
    assert is_kept(deal)
    assert is_kept(rate)


def test_the_tiers_of_the_example_come_to_a_deal_of_5714_and_a_rate_of_14_in_116():
    assert taken_together(HALVES) == (Decimal("5714.285714"), Decimal("0.1206896551"))


@pytest.mark.parametrize(("days", "months"), [(0, 0), (15, 0), (16, 1), (45, 1), (46, 2), (90, 3), (365, 12)])
def test_a_cycle_counts_in_whole_months(days, months):
    assert months_of(days) == months


def test_shifted_by_a_cycle_of_45_days_december_serves_january():
    shifted = replace(BY_HALVES, cycle_days=45, is_shifted=True)
    assert shifted.quota_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert shifted.lead_month(date(2027, 1, 1)) == date(2026, 12, 1)
    assert replace(shifted, is_shifted=False).quota_month(date(2026, 12, 1)) == date(2026, 12, 1)
