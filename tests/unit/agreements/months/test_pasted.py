from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.months.pasted import LONGEST, read_quotas
from agreements.months.year import PlanningYear

COUNTS = "twelve, four or one can be told apart, or write the month before each"
YEAR = PlanningYear(2026).months


def by_days(months):
    return [(month.end_on - month.start_on).days + 1 for month in months]


def read(text, months=YEAR, currency="EUR", weights=by_days):
    return read_quotas(text, months, currency, weights)


def quotas(text, **more):
    found = read(text, **more)
    assert found.faults == []
    return {f"{month:%m}": amount for month, amount in found.quotas.items()}


def told(text, **more):
    return [(fault.line, fault.text.format(**fault.values)) for fault in read(text, **more).faults]


@pytest.mark.parametrize(
    "text",
    [
        "2026-04\t$200,000 ",
        "April 2026\t200.000 USD",
        "Apr\t200000",
        "04/2026;200 000,00",
        "01.04.2026;USD 200'000",
        '2026-04,"200,000.00"',
        "Month;Quota\nApr-26;$ 200,000.00",
        "2026-04\t200.000,00 $\r\n",
    ],
)
def test_a_month_and_its_sum_are_read_however_a_spreadsheet_writes_them(text):
    assert quotas(text, currency="USD") == {"04": Decimal(200_000)}


def test_thousands_stay_thousands_beside_amounts_with_the_other_mark():
    assert quotas("2026-01\t600.000,50 EUR\n2026-02\t690.000") == {"01": Decimal("600000.50"), "02": 690_000}


def test_twelve_sums_alone_are_the_months_in_order_and_four_the_quarters():
    assert quotas("\n".join(f"{n}.000 EUR" for n in range(1, 13)))["12"] == 12_000
    assert quotas("\t".join(f"€{n},000" for n in range(1, 13)))["03"] == 3000
    found = quotas("90\n91\n92\n92")
    assert (found["01"], found["02"], found["12"]) == (31, 28, 31)


def test_a_year_that_begins_in_april_has_its_quarters_from_there():
    months = PlanningYear(2026, 4).months
    found = read("Q1\t91\nQ4 2026\t90\n2026-05\t0", months=months)
    assert told("Q1\t91\nMay\t5", months=months) == [(2, "2026-05 is there twice")]
    assert found.quotas[date(2026, 4, 1)] == 30
    assert found.quotas[date(2027, 3, 1)] == 31


def test_periods_side_by_side_stand_over_their_sums():
    assert quotas("Jan\tFeb\tMar\n1,000\t2,000\t3,000.50") == {"01": 1000, "02": 2000, "03": Decimal("3000.50")}


def test_several_columns_are_parts_that_add_up_and_each_is_spread_exactly():
    found = read("Period;North;South;Total\n2026-01;60;40;100\nQ2;100,01;7;\n")
    assert found.faults == []
    assert found.parts[date(2026, 1, 1)] == {"North": 60, "South": 40}
    spring = [found.parts[date(2026, month, 1)]["North"] for month in (4, 5, 6)]
    assert sum(spring) == Decimal("100.01")
    assert sum(found.quotas[date(2026, month, 1)] for month in (4, 5, 6)) == Decimal("107.01")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04\tmuch", (1, "“much” is no amount")),
        ("2026-04\t5\n2026-04\t6", (2, "2026-04 is there twice")),
        ("2026-04\t5\nApril\t6", (2, "2026-04 is there twice")),
        ("Q2\t5\n2026-05\t6", (2, "2026-05 is there twice")),
        ("2026-04\t$200,000", (1, "“$200,000” is not in EUR")),
        ("2026-04\t-5", (1, "“-5” is below zero")),
        (
            "Q1\t600.000,00 EUR\nQ2\t630.000,00 EUR\nQ3\t660000\nQ4\t690,000",
            (4, "“690,000” can be read in two ways: write 690000 or 690,00"),
        ),
        ("2026-01\t1,234.50\n2026-02\t690.000", (2, "“690.000” can be read in two ways: write 690000 or 690.00")),
        ("2025-04\t5", (1, "“2025-04” is not in this year")),
        ("2026-04\t5\nSmarch\t6", (2, "“Smarch” is no month, quarter or year")),
        (
            "1\n2\n3",
            (1, "3 sums without a month: twelve, four or one can be told apart, or write the month before each"),
        ),
        ("2026-01\t5\t6", (1, "several sums in one line: a heading has to say what each of them is")),
        ("M;North;South;Total\n2026-01;60;40;90", (2, "the parts come to 100, not to 90")),
        ("  \n", (1, "there is nothing in it")),
        ("x" * (LONGEST + 1), (1, "this is longer than 20000 characters")),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text, expected):
    assert told(text) == [expected]


@given(st.text(max_size=200) | st.text("Q1234;\t\n,.€2026- aprilApril", max_size=60))
def test_whatever_is_pasted_is_read_or_told(text):
    found = read(text)
    assert found.faults or found.quotas or not text.strip() or text
    assert all(amount >= 0 for amount in found.quotas.values())


@given(amount=st.decimals(0, 10**9, places=2), quarter=st.integers(1, 4))
def test_a_quarter_loses_no_cent(amount, quarter):
    assert sum(read(f"Q{quarter};{amount}").quotas.values()) == amount
