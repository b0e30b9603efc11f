"""What the ledger makes of the next month: which assumption is taken, which is kept, and what moves the leads."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.months.ledger import Figure, Ledger
from agreements.months.suggestion import (
    Stand,
    Standing,
    Suggestion,
    Why,
    month_to_propose,
    moves,
    suggestion,
    twelve_before,
)
from agreements.months.targets import DIGITS, Conversion, TierConversion, derive
from smarketing.lib.periods import Period
from tests.unit.agreements.months.test_ledger import sale

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
AGREED = Conversion(Decimal("0.5"), Decimal(1000), Decimal("0.1"))
STANDING = Standing(Decimal(200_000), AGREED, 1000, Decimal(200_000), AGREED)


def ledger(customers=40, amount=800, totals=3, **corrected):
    """May is not over: what came in it says nothing yet."""
    sales = [sale(n, date(2026, 4, 1), date(2026, 4, 1 + n % 28), amount) for n in range(customers)]
    sales += [sale(900 + n, MAY, date(2026, 5, 3), 1) for n in range(5)]
    known = {(one.start_on, Figure.TOTAL_REVENUE): Decimal(0) for one in twelve_before(MAY)[-totals:]} if totals else {}
    if totals:
        known[date(2026, 4, 1), Figure.TOTAL_REVENUE] = Decimal(80_000)
    return Ledger({date(2026, 4, 1): 500, MAY: 70}, sales, known, date(2026, 5, 20))


def asked(kept, standing=STANDING, fewest=30):
    return suggestion(kept, JUNE, standing, before=date(2026, 5, 20), fewest=fewest)


def whys(made):
    return {each.name: each.why for each in made.inputs}


def test_all_three_assumptions_are_taken_from_the_twelve_months_that_are_over():
    made = asked(ledger())
    assert (made.first, made.last, made.customers) == (date(2025, 5, 1), date(2026, 4, 1), 40)
    assert made.conversion(AGREED) == Conversion(Decimal("0.4000"), Decimal("800.00"), Decimal("0.0800"))
    assert (made.stand, made.leads, made.leads_before) == (Stand.PROPOSED, 1250, 1000)


def test_the_moves_are_told_in_the_order_of_the_formula_and_add_up():
    made = asked(ledger())
    assert [(move.name, move.before, move.after, move.leads) for move in made.moves] == [
        ("marketing_share", Decimal("0.5"), Decimal("0.4000"), -200),
        ("average_deal", 1000, Decimal("800.00"), 200),
        ("lead_to_customer", Decimal("0.1"), Decimal("0.0800"), 250),
    ]


def test_below_the_fewest_customers_everything_is_kept_and_nothing_moves():
    made = asked(ledger(customers=29))
    assert set(whys(made).values()) == {Why.FEW}
    assert (made.stand, made.conversion(AGREED), made.moves) == (Stand.UNMOVED, AGREED, ())
    assert asked(ledger(customers=30)).stand == Stand.PROPOSED


@pytest.mark.parametrize(("totals", "why"), [(0, Why.UNKNOWN), (2, Why.FEW), (3, Why.TAKEN)])
def test_the_share_needs_the_total_revenue_of_three_months(totals, why):
    assert whys(asked(ledger(totals=totals))) == {
        "marketing_share": why,
        "average_deal": Why.TAKEN,
        "lead_to_customer": Why.TAKEN,
    }


def test_what_cannot_be_agreed_is_kept():
    kept = ledger(customers=40, amount=3000)
    assert whys(asked(kept))["marketing_share"] == Why.IMPOSSIBLE
    free = ledger(amount=0)
    assert whys(asked(free))["average_deal"] == Why.IMPOSSIBLE
    crowded = Ledger({date(2026, 4, 1): 39}, free.sales, {}, free.today)
    assert whys(asked(crowded))["lead_to_customer"] == Why.IMPOSSIBLE


def test_an_outlier_is_left_out_and_named():
    kept = ledger()
    big = sale(77_777, date(2026, 4, 1), date(2026, 4, 2), 50_000_000)
    made = asked(Ledger(kept.leads, [big, *kept.sales], kept.corrected, kept.today))
    assert made.left_out == (Decimal(50_000_000),)
    assert made.conversion(AGREED).average_deal == 800


@pytest.mark.parametrize(
    ("standing", "stand"),
    [
        (Standing(None, AGREED), Stand.NO_QUOTA),
        (Standing(Decimal(1), None), Stand.PROPOSED),
        (Standing(Decimal(10) ** 17, AGREED), Stand.IMPOSSIBLE),
        (Standing(Decimal(200_000), Conversion(Decimal("0.4"), Decimal(800), Decimal("0.08"))), Stand.PROPOSED),
        (
            Standing(Decimal(200_000), Conversion(Decimal("0.4"), Decimal(800), Decimal("0.08")), 1250),
            Stand.UNMOVED,
        ),
    ],
)
def test_what_comes_of_asking(standing, stand):
    assert asked(ledger(), standing).stand == stand


def test_without_assumptions_what_is_kept_cannot_be_filled_up():
    assert asked(ledger(totals=0), Standing(Decimal(1), None)).stand == Stand.NO_ASSUMPTIONS


def test_a_target_agreed_directly_is_first_brought_to_the_formula():
    made = asked(ledger(), Standing(Decimal(200_000), AGREED, 900))
    assert [(move.name, move.leads) for move in made.moves][:2] == [("direct", 100), ("marketing_share", -200)]
    assert sum(move.leads for move in made.moves) == made.leads - 900


def test_another_quota_than_the_targets_moves_it_too():
    standing = Standing(Decimal(300_000), AGREED, 1000, Decimal(200_000), AGREED)
    assert (asked(ledger(), standing).moves[0].name, asked(ledger(), standing).moves[0].leads) == ("quota", 500)


shares = st.integers(1, 10_000).map(lambda n: Decimal(n).scaleb(-4))
conversions = st.builds(Conversion, shares, st.integers(1, 10**9).map(lambda n: Decimal(n).scaleb(-2)), shares)
quotas = st.integers(0, 10**11).map(lambda n: Decimal(n).scaleb(-2))


@settings(max_examples=80, deadline=None)
@given(quotas, conversions, quotas, conversions)
def test_the_moves_add_up_to_the_whole_change(quota, agreed, next_quota, taken):
    standing = Standing(next_quota, agreed, 1, quota, agreed)
    with localcontext(prec=DIGITS):
        told = sum((move.leads for move in moves(standing, next_quota, taken)), Decimal(0))
        change = derive(next_quota, taken).exact_leads - derive(quota, agreed).exact_leads
        assert abs(told - change) < Decimal("1e-30")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(0, 4000), st.integers(0, 6))
def test_what_is_kept_as_json_is_what_was_found(customers, amount, totals):
    made = asked(ledger(customers, amount, totals))
    assert Suggestion.from_json(json.loads(json.dumps(made.as_json()))) == made


def test_who_looks_late_still_finds_the_month_that_was_to_be_proposed():
    assert month_to_propose(date(2026, 5, 19), 20) == MAY
    assert month_to_propose(date(2026, 5, 20), 20) == JUNE
    assert month_to_propose(date(2026, 6, 2), 20) == JUNE
    assert month_to_propose(date(2026, 12, 31), 28) == date(2027, 1, 1)


def test_the_twelve_months_before_a_day_end_with_the_last_full_one():
    found = twelve_before(date(2026, 3, 31))
    assert (found[0], found[-1], len(found)) == (Period(date(2025, 3, 1)), Period(date(2026, 2, 1)), 12)


def test_tiers_keep_their_relation_and_what_is_agreed_beside_them_stays():
    tiers = (
        TierConversion("A", Decimal("0.5"), Decimal(2000), Decimal("0.2")),
        TierConversion("B", Decimal("0.5"), Decimal(500), Decimal("0.05")),
    )
    agreed = replace(AGREED, by_tier=tiers, cycle_days=45)
    standing = Standing(Decimal(200_000), agreed, 2125, Decimal(200_000), agreed)
    made = asked(ledger(), standing)
    taken = made.conversion(agreed)
    assert [(t.average_deal, t.lead_to_customer) for t in taken.by_tier] == [
        (Decimal("1600.00"), Decimal("0.1600")),
        (Decimal("400.00"), Decimal("0.0400")),
    ]
    assert (taken.cycle_days, taken.marketing_share) == (45, Decimal("0.4"))
    assert sum(move.leads for move in made.moves) == derive(Decimal(200_000), taken).exact_leads - 2125


def test_a_tiers_rate_above_all_is_no_target():
    tiers = (TierConversion("A", Decimal(1), Decimal(1000), Decimal(1)),)
    agreed = Conversion(Decimal("0.5"), Decimal(1000), Decimal("0.05"), tiers)
    assert asked(ledger(), Standing(Decimal(200_000), agreed, 100)).stand == Stand.IMPOSSIBLE
