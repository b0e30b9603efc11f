from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.months.targets import Conversion, TargetError, derive

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
