from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.doors.files.amounts import amount, recognised_mark
from leads.doors.files.problems import Unreadable


@pytest.mark.parametrize(
    ("text", "mark", "found"),
    [
        ("20000", ".", "20000"),
        ("0.0", ",", "0"),
        ("50000000.0", ",", "50000000"),
        ("1.234,56", ".", "1234.56"),
        ("1,234.56", ",", "1234.56"),
        ("1.234", ".", "1.23"),
        ("1.234", ",", "1234"),
        ("20,000", ".", "20000"),
        ("0,125", ".", "0.13"),
        ("1.234.567", ".", "1234567"),
        ("$22,700.00", ".", "22700"),
        ("€ 5000", ".", "5000"),
        ("5 000,50 EUR", ".", "5000.50"),
        ("R$ 1.000,00", ".", "1000"),
        ("1'234.50", ".", "1234.50"),
        ("-0", ".", "0"),
        ("1e3", ".", "1000"),
        ("9999999999999999", ".", "9999999999999999"),
    ],
)
def test_amounts_are_read_as_people_write_them(text, mark, found):
    assert amount(text, mark=mark) == Decimal(found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NaN", "no_number"),
        ("Infinity", "no_number"),
        ("-Infinity", "no_number"),
        ("1,23,456.7", "no_number"),
        ("12 apples", "no_number"),
        ("$342.09K", "no_number"),
        ("9" * 100_000, "no_number"),
        ("-1", "negative"),
        ("10000000000000000", "too_large"),
        ("1e99", "too_large"),
    ],
)
def test_what_is_no_amount_says_why(text, code):
    with pytest.raises(Unreadable) as refused:
        amount(text, mark=".")
    assert refused.value.problem.code == code


@given(st.text(alphabet="0123456789.,'+-eE €$ \u00a0NaInf", max_size=30), st.sampled_from(".,"))
def test_any_text_is_an_amount_that_the_database_takes_or_refused(text, mark):
    try:
        found = amount(text, mark=mark)
    except Unreadable:
        return
    assert 0 <= found < 10**16
    assert found.as_tuple().exponent == -2


@given(st.decimals(0, 10**12, places=2))
def test_german_and_english_amounts_are_read_back(number):
    english = f"{number:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert amount(english, mark=".") == amount(german, mark=",") == number


@pytest.mark.parametrize(
    ("cells", "delimiter", "mark"),
    [
        (["1.234", "1.234,50"], ",", ","),
        (["1,234", "1234.50"], ";", "."),
        (["1.234"], ";", ","),
        (["1.234"], ",", "."),
        (["1.234.567", "1.234"], ",", ","),
    ],
)
def test_the_decimal_mark_is_taken_from_the_clear_amounts(cells, delimiter, mark):
    assert recognised_mark(cells, delimiter) == mark
