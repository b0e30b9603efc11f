from decimal import Decimal

import pytest
from django.utils import translation

from smarketing.lib.numbers import money, number, percent


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (1352, 0, "1,352"),
        (Decimal("2.5"), 0, "3"),
        (0.125, 2, "0.13"),
        (-1234.5, 1, "−1,234.5"),
        (-0.4, 0, "0"),
        (None, 0, "–"),
        (float("nan"), 0, "–"),
    ],
)
def test_numbers_are_grouped_and_halves_rounded_up(value, places, text):
    assert number(value, places) == text


def test_numbers_follow_the_language():
    with translation.override("de"):
        assert number(Decimal("1234.5"), 1) == "1.234,5"


def test_a_share_of_one_is_said_in_per_cent():
    assert [percent(0.874, 1), percent(Decimal("0.9")), percent(None)] == ["87.4%", "90%", "–"]


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (184250, "EUR", "€184,250"),
        (Decimal("1250.50"), "EUR", "€1,250.50"),
        (Decimal("-5.00"), "USD", "−$5"),
        (1000, "CHF", "CHF 1,000"),
        (None, "EUR", "–"),
    ],
)
def test_whole_amounts_of_money_have_no_cents(amount, currency, text):
    assert money(amount, currency) == text
