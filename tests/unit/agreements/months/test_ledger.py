"""The arithmetic of the ledger: two views of one set of facts, exact, with corrections and without outliers."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.months.ledger import Actuals, Cohort, Figure, Ledger, Sale, cycle_of, wilson
from smarketing.lib.periods import Period

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
NEXT = count(1)
TODAY = date(2026, 12, 31)


def sale(lead, cohort, closed_on, amount=100, days=10, **more):
    fields = {
        "pk": next(NEXT),
        "lead": lead,
        "cohort": cohort,
        "month": closed_on.replace(day=1),
        "closed_on": closed_on,
        "amount": None if amount is None else Decimal(amount),
        "cycle": timedelta(days=days),
        **more,
    }
    return Sale(**fields)


def ledger(*sales, leads=None, corrected=None, today=TODAY):
    return Ledger(leads or {JANUARY: 10, FEBRUARY: 20}, sales, corrected or {}, today)


def month(on):
    return Period(on)


def test_a_month_counts_what_came_in_it_and_its_cohort_what_came_of_its_leads():
    kept = ledger(
        sale(1, JANUARY, date(2026, 1, 20), 300),
        sale(2, JANUARY, date(2026, 2, 5), 500),
        sale(3, FEBRUARY, date(2026, 2, 27), 700),
    )
    assert kept.actuals(month(FEBRUARY)) == Actuals(20, 2, 2, Decimal(1200))
    assert kept.actuals(month(FEBRUARY)).rate == Decimal("0.1")
    assert kept.actuals(month(FEBRUARY)).deal == 600
    assert kept.cohort(month(JANUARY)) == Cohort(10, 2, Decimal(800), is_mature=True)
    assert kept.cohort(month(FEBRUARY)).rate == Decimal("0.05")


def test_a_lead_with_several_sales_is_a_customer_once_and_a_refund_lowers_the_revenue_of_its_month():
    kept = ledger(
        sale(1, JANUARY, date(2026, 1, 20), 300),
        sale(1, JANUARY, date(2026, 2, 5), 50),
        sale(1, JANUARY, date(2026, 2, 6), -120),
    )
    assert [kept.actuals(month(on)).customers for on in (JANUARY, FEBRUARY)] == [1, 0]
    assert [kept.actuals(month(on)).revenue for on in (JANUARY, FEBRUARY)] == [300, -70]
    assert kept.cohort(month(JANUARY)) == Cohort(10, 1, Decimal(230), is_mature=True)


def test_nothing_zero_and_unknown_are_three_things():
    empty, unknown = ledger(), ledger(sale(1, JANUARY, date(2026, 1, 9), None))
    assert (empty.actuals(month(MARCH)).rate, empty.actuals(month(JANUARY)).rate) == (None, 0)
    assert (empty.actuals(month(JANUARY)).revenue, empty.actuals(month(JANUARY)).deal) == (0, None)
    assert (unknown.actuals(month(JANUARY)).revenue, unknown.actuals(month(JANUARY)).customers) == (None, 1)
    assert unknown.unpriced(month(JANUARY)) == 1


def test_a_sale_in_another_currency_makes_a_customer_and_is_told_apart():
    kept = ledger(
        sale(1, JANUARY, date(2026, 1, 20), 300),
        sale(2, JANUARY, date(2026, 1, 21), None, elsewhere=("USD", Decimal(900))),
    )
    found = kept.actuals(month(JANUARY))
    assert (found.customers, found.revenue, found.deal) == (2, 300, 300)
    assert kept.elsewhere(month(JANUARY)) == {"USD": (1, Decimal(900))}
    assert kept.unpriced(month(JANUARY)) == 0


def test_the_share_is_taken_over_the_months_whose_total_is_known():
    totals = {(JANUARY, Figure.TOTAL_REVENUE): Decimal(1000)}
    kept = ledger(sale(1, JANUARY, date(2026, 1, 20), 300), sale(2, JANUARY, date(2026, 2, 20), 700), corrected=totals)
    quarter = kept.actuals(Period(JANUARY, "quarter"))
    assert (quarter.share, quarter.months_with_total, quarter.revenue) == (Decimal("0.3"), 1, 1000)
    assert kept.actuals(month(FEBRUARY)).share is None


def test_what_somebody_entered_counts_and_what_was_collected_stays_to_be_seen():
    corrected = {(JANUARY, Figure.LEADS): Decimal(40), (JANUARY, Figure.MARKETING_REVENUE): Decimal(900)}
    kept = ledger(sale(1, JANUARY, date(2026, 1, 20), 300), corrected=corrected)
    assert kept.actuals(month(JANUARY)).leads == 40
    assert kept.actuals(month(JANUARY)).revenue == 900
    assert kept.collected(JANUARY) == Actuals(10, 1, 1, Decimal(300))
    assert kept.cohort(month(JANUARY)).leads == 10


def test_a_cohort_is_immature_while_its_last_lead_is_younger_than_a_sale_takes():
    sales = [sale(1, JANUARY, date(2026, 2, 1), days=10), sale(2, JANUARY, date(2026, 2, 2), days=30)]
    assert ledger(*sales, today=date(2026, 2, 19)).cohort(month(JANUARY)).is_mature is False
    assert ledger(*sales, today=date(2026, 2, 20)).cohort(month(JANUARY)).is_mature is True
    assert ledger(today=date(2026, 12, 31)).cohort(month(JANUARY)).is_mature is False


def test_the_maturity_goes_by_the_longer_of_mean_and_median():
    days = (1, 1, 1, 97)
    sales = [sale(n, JANUARY, date(2026, 2, 1 + n), days=long) for n, long in enumerate(days)]
    kept = ledger(*sales, today=date(2026, 2, 24))
    assert kept.cycle_days == 25
    assert kept.is_mature(JANUARY) is False


def test_the_cycle_is_that_of_the_first_sale_and_its_median_the_middle_of_two():
    sales = [
        sale(1, JANUARY, date(2026, 1, 5), days=2),
        sale(1, JANUARY, date(2026, 3, 5), days=60),
        sale(2, JANUARY, date(2026, 1, 9), days=5),
        sale(3, JANUARY, date(2026, 3, 5), days=41),
        sale(4, JANUARY, date(2026, 3, 5), days=-4),
    ]
    found = cycle_of(ledger(*sales).first_sales)
    assert (found.customers, found.mean, found.median) == (4, 11, Decimal("3.5"))
    assert ledger(*sales).cycle(month(JANUARY)).customers == 2
    assert cycle_of([]) is None


def test_a_sale_that_is_half_of_all_is_an_outlier_and_everything_stands_without_it():
    sales = [sale(n, JANUARY, date(2026, 1, 10), 100) for n in range(5)]
    big = sale(9, JANUARY, date(2026, 1, 11), 500)
    totals = {(JANUARY, Figure.TOTAL_REVENUE): Decimal(2000)}
    kept = ledger(*sales, big, corrected=totals)
    (outlier,) = kept.outliers(month(JANUARY))
    assert (outlier.sale, outlier.part) == (big, Decimal("0.5"))
    rest = kept.actuals(month(JANUARY), {big.pk})
    assert (rest.customers, rest.revenue, rest.total_revenue) == (5, 500, 1500)
    assert ledger(*sales, sale(9, JANUARY, date(2026, 1, 11), 499)).outliers(month(JANUARY)) == []


def test_of_two_sales_one_is_always_half_and_no_outlier():
    assert ledger(*[sale(n, JANUARY, date(2026, 1, 10), 100) for n in range(2)]).outliers(month(JANUARY)) == []


def test_what_was_entered_is_also_without_the_outlier():
    sales = [sale(n, JANUARY, date(2026, 1, 10), amount) for n, amount in enumerate((10, 10, 500))]
    corrected = {(JANUARY, Figure.MARKETING_REVENUE): Decimal(600), (JANUARY, Figure.CUSTOMERS): Decimal(7)}
    rest = ledger(*sales, corrected=corrected).actuals(month(JANUARY), {sales[2].pk})
    assert (rest.revenue, rest.customers) == (100, 6)
    assert round(rest.deal, 2) == Decimal("16.67")


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"),
    [(0, 10, "0", "0.2775"), (10, 10, "0.7225", "1"), (5, 50, "0.0435", "0.2136"), (81, 263, "0.2553", "0.3662")],
)
def test_wilsons_interval_is_that_of_the_books(hits, tries, low, high):
    """Newcombe 1998 has 81 of 263."""
    found = wilson(hits, tries)
    assert [round(one, 4) for one in found] == [Decimal(low), Decimal(high)]


def test_what_is_no_rate_of_one_group_has_no_interval():
    assert wilson(5, 0) is None
    assert wilson(11, 10) is None


MONTHS = [Period(date(2026, n, 1)) for n in range(1, 13)]
amounts = st.none() | st.decimals(-10_000, 10_000, places=2)
sales_of_a_year = st.lists(
    st.builds(
        lambda lead, n, day, amount: sale(lead, date(2026, 1 + lead % 12, 1), date(2026, n, day), amount, days=lead),
        st.integers(1, 15),
        st.integers(1, 12),
        st.integers(1, 28),
        amounts,
    ),
    max_size=30,
)
corrections_of_a_year = st.dictionaries(
    st.tuples(st.sampled_from([one.start_on for one in MONTHS]), st.sampled_from(list(Figure))),
    st.integers(0, 5000).map(Decimal),
    max_size=8,
)


def in_order(sales):
    return sorted(sales, key=lambda one: (one.closed_on, one.pk))


@settings(max_examples=60, deadline=None)
@given(sales_of_a_year, corrections_of_a_year)
def test_the_months_add_up_to_the_year_and_a_customer_counts_once(sales, corrected):
    leads = {one.start_on: 20 + n for n, one in enumerate(MONTHS)}
    kept = Ledger(leads, in_order(sales), corrected, TODAY)
    year, parts = kept.actuals(Period(date(2026, 1, 1), "year")), [kept.actuals(one) for one in MONTHS]
    for name in ("leads", "customers", "revenue_of_total", "months_with_total"):
        assert getattr(year, name) == sum(getattr(part, name) for part in parts)
    for name in ("revenue", "total_revenue"):
        known = [getattr(part, name) for part in parts if getattr(part, name) is not None]
        assert getattr(year, name) == (sum(known) if known else None)
    plain = Ledger(leads, in_order(sales), {}, TODAY)
    assert sum(plain.actuals(one).customers for one in MONTHS) == len({one.lead for one in sales})
    assert sum(plain.cohort(one).customers for one in MONTHS) == len({one.lead for one in sales})
    by_cohort = sum((plain.cohort(one).revenue or 0) for one in MONTHS)
    assert by_cohort == sum(one.amount or 0 for one in sales)


@settings(max_examples=60, deadline=None)
@given(sales_of_a_year, st.integers(1, 12), st.decimals(1, 5000, places=2))
def test_a_refund_lowers_the_revenue_of_its_month_and_of_its_cohort_by_what_it_is(sales, n, amount):
    base = [sale(1, JANUARY, date(2026, 1, 1), 10), *in_order(sales)]
    on = date(2026, n, 28)
    refunded = in_order([*base, sale(1, JANUARY, on, -amount)])
    before, after = ledger(*base), ledger(*refunded)
    assert (after.actuals(Period(on.replace(day=1))).revenue or 0) == (
        before.actuals(Period(on.replace(day=1))).revenue or 0
    ) - amount
    assert after.cohort(Period(JANUARY)).revenue == before.cohort(Period(JANUARY)).revenue - amount
    assert after.actuals(MONTHS).customers == before.actuals(MONTHS).customers


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.integers(1, 3000))
def test_the_interval_holds_the_rate_and_lies_within_nothing_and_all(hits, tries):
    found = wilson(min(hits, tries), tries)
    low, high = found
    assert 0 <= low <= Decimal(min(hits, tries)) / tries <= high <= 1
