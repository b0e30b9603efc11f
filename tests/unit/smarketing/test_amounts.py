from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.lib.amounts import is_in, money, recognised_mark, typed_money, ways
from smarketing.lib.file_problems import Unreadable


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
        ("-101,15", ".", "-101.15"),
        ("\u2212101,15", ".", "-101.15"),
        ("(5.00)", ".", "-5"),
        ("5-", ".", "-5"),
        ("12.500,-", ".", "12500"),
        ("\u00a05\u00a0000,50\u202f€\u00a0", ".", "5000.50"),
        ("kr. 1.234,50", ".", "1234.50"),
        ("$.50", ".", "0.50"),
        ("1e3", ".", "1000"),
        ("9999999999999.99", ".", "9999999999999.99"),
        ("9999999999999990", ".", "9999999999999990"),
    ],
)
def test_amounts_are_read_as_people_write_them(text, mark, found):
    assert money(text, mark=mark).amount == Decimal(found)


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
        ("k. A.", "no_number"),
        ("-", "no_number"),
        ("--5", "no_number"),
        ("5 EUR USD", "no_number"),
        ("1" + " " * 130_000 + "1", "no_number"),
        ("10000000000000000", "too_large"),
        ("1e99", "too_large"),
        ("99999999999999.99", "too_large"),
        ("9999999999999999.98", "too_large"),
    ],
)
def test_what_is_no_amount_says_why(text, code):
    with pytest.raises(Unreadable) as refused:
        money(text, mark=".")
    assert refused.value.problem.code == code


@given(st.text(alphabet="0123456789.,'+-eE €$ \u00a0NaInf", max_size=30), st.sampled_from(".,"))
def test_any_text_is_an_amount_that_the_database_takes_or_refused(text, mark):
    try:
        found = money(text, mark=mark).amount
    except Unreadable:
        return
    assert abs(found) < 10**16
    assert found.as_tuple().exponent == -2


@given(st.decimals(0, 10**12, places=2))
def test_german_and_english_amounts_are_read_back(number):
    english = f"{number:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert money(english, mark=".").amount == money(german, mark=",").amount == number


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1.234", "1.234,50"], ","),
        (["1,234", "1234.50"], "."),
        (["1.234.567", "1.234"], ","),
        (["20000", "n/a"], "."),
        (["£12,500", "£8,000"], ""),
        (["12.500", "8.000"], ""),
        (["1.234", "1.234,50", "1,234.50"], ""),
        (["1.234,50", "1,234.50"], "."),
        (["8.000", "12.500,-"], ","),
    ],
)
def test_the_decimal_mark_is_taken_from_the_clear_amounts_or_left_open(cells, mark):
    assert recognised_mark(cells) == mark


def test_an_amount_that_can_be_read_in_two_ways_is_refused_as_long_as_nobody_says_how():
    with pytest.raises(Unreadable) as refused:
        money("12.500", mark="")
    assert refused.value.problem.code == "unclear_amount"


@pytest.mark.parametrize(
    ("text", "sign", "own"),
    [
        ("EUR 10,000.00", "EUR", {"EUR"}),
        ("eur 5", "EUR", {"EUR"}),
        ("€ 12.500,00 EUR", "EUR", {"EUR"}),
        ("5 Euro", "EURO", {"EUR"}),
        ("£12,500", "£", {"GBP"}),
        ("JPY 1,500,000", "JPY", set()),
        ("$5", "$", {"USD", "CAD"}),
        ("$5 CAD", "CAD", {"CAD"}),
        ("1.234,50 kr.", "KR", {"DKK", "SEK"}),
        ("5", "", {"EUR", "DKK", "SEK", "USD", "CAD", "GBP"}),
    ],
)
def test_the_sign_or_code_beside_an_amount_tells_whose_money_it_can_be(text, sign, own):
    assert money(text, mark=".").sign == sign
    assert {code for code in ("EUR", "DKK", "SEK", "USD", "CAD", "GBP") if is_in(sign, code)} == own


@pytest.mark.parametrize(
    ("text", "mark", "currency", "amount"),
    [
        ("$200,000 ", ",", "USD", 200_000),
        ("200.000 EUR", ".", "EUR", 200_000),
        ("200.000", ",", "EUR", 200_000),
        ("1,5", ",", "EUR", Decimal("1.5")),
        ("5000.2500001", ".", "EUR", Decimal("5000.2500001")),
    ],
)
def test_what_is_typed_is_read_as_it_is(text, mark, currency, amount):
    assert typed_money(text, mark=mark, currency=currency) == amount


@pytest.mark.parametrize(
    ("text", "mark", "code"),
    [("$200,000", ".", "other_currency"), ("500.000", ".", "two_ways"), ("500,000", ",", "two_ways")],
)
def test_what_is_foreign_or_can_be_read_in_two_ways_is_refused(text, mark, code):
    with pytest.raises(Unreadable) as refusal:
        typed_money(text, mark=mark, currency="EUR")
    assert refusal.value.problem.code == code


def test_each_of_the_two_ways_can_be_written():
    assert ways("500.000") == {"text": "500.000", "whole": "500000", "small": "500.00"}
