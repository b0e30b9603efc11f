"""Months with an amount each, as spreadsheets and book-keeping programs write them."""

import io
import time
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest

from agreements.months.pasted import read_quotas
from agreements.months.year import PlanningYear
from leads.ledger.totals import month_of, read_totals, text_as_file
from tests.shapes import slow

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def read(text, currency="EUR"):
    return read_totals(io.BytesIO(text if isinstance(text, bytes) else text.encode()), currency)


@pytest.mark.parametrize(
    "text",
    [
        "Monat;Umsatz\n2026-03;1.234,50 EUR\n2026-04;2.000 €\n",
        "2026-03\t1.234,50 EUR\n2026-04\t2.000,00\n",
        'month,total\n2026-03,"1,234.50"\n2026-04,2000\n',
        "03/2026;1234,5\n04/2026;2000\n",
        "März 2026;1.234,50\nApril 2026;2.000,00\n",
        "31.03.2026;1.234,50\n30.04.2026;2.000,00\n",
        "Region;Monat;Umsatz\nNord;2026-03;1.234,50\nNord;2026-04;2.000,00\n",
        "sep=;\n2026-03;1.234,50\n2026-04;2.000,00\n\nGesamt;3.234,50\n",
        "Monat;Umsatz\n2026-03;1.234,50\n2026-04;2.000,00\n2026-05;\n".encode("utf-16"),
        "März 2026;1.234,50 €\nApril 2026;2.000,00 €\n".encode("cp1252"),
    ],
)
def test_a_month_and_an_amount_are_found(text):
    found = read(text)
    assert found.faults == ()
    assert found.amounts == {MARCH: Decimal("1234.50"), APRIL: Decimal(2000)}


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("", 0, "empty"),
        ("\x89PNG\r\n", 0, "no_months"),
        ("Monat;Umsatz\n", 0, "no_months"),
        ("2026-02;1.234,50\n2026-03;1,234\n", 2, "two_ways"),
        ("2026-03;1.234,50\n2026-13;2.000,00\n", 2, "no_month"),
        ("2026-03;1.234,50\n2026-04;much\n", 2, "no_number"),
        ("2026-03;1.234,50\n2026-04;$ 2.000,00\n", 2, "other_currency"),
        ("2026-03;1.234,50\n2026-04;-5,00\n", 2, "negative"),
        ("2026-03;1.234,50\nMärz 2026;2.000,00\n", 2, "month_twice"),
        ("2026-03;1\n" * 1300, 0, "too_many_rows"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, line, code):
    found = read(text)
    assert [(fault.line, fault.problem.code) for fault in found.faults][-1:] == [(line, code)]


@pytest.mark.parametrize(
    "cell", ["", "x", "1.234", "2026", "13/2026", "0000-01", "0001-01", "2200-01", "30.02.2026", "2026-00"]
)
def test_what_is_no_month(cell):
    with pytest.raises(ValueError):  # noqa: PT011 - Unreadable is one
        month_of(cell)


def tried(text):
    with suppress(ValueError):
        month_of(text)


def test_no_cell_of_any_shape_makes_long_work():
    assert slow(tried) == []


@pytest.mark.parametrize(
    "row", ["a;" * 500_000, "1;" * 500_000, "1." * 500_000, '"' * 1_000_000, "2026-03;\n" * 110_000]
)
def test_no_file_of_a_megabyte_makes_long_work(row):
    begun = time.thread_time()
    read_totals(text_as_file(row), "EUR")
    assert time.thread_time() - begun < 5


def test_months_are_called_as_on_the_page_of_the_year():
    for name in ("mär", "MAERZ", "Mrz", "Marts", "maj", "Mai", "Okt", "Sept", "Dezember"):
        found = read_quotas(f"{name} 2026\t5", PlanningYear(2026).months, "EUR", lambda months: [1] * len(months))
        assert list(found.quotas) == [month_of(f"{name} 2026")]
