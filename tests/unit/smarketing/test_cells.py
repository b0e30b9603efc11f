import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.lib.cells import plain_cell, safe_cell, safe_row


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " ", "\x00"])
def test_a_cell_that_could_run_is_shown_as_text(start: str) -> None:
    assert safe_cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["", "Ada", "a=1", "mail@example.org", "'quoted", "12", "3.5", "2026-11-02"])
def test_an_ordinary_cell_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize("number", ["-12", "+3.5", "-0,75", "-1,200.50", "-1e-05", "-.5", "-12.5%"])
def test_a_negative_number_stays_a_number(number: str) -> None:
    assert safe_cell(number) == number


@pytest.mark.parametrize("phone", ["+49 30 901820", "+1-202-555-0100", "+45 33.12.34.56", "+44 (0)20 7946 0000"])
def test_a_phone_number_stays_a_phone_number(phone: str) -> None:
    assert safe_cell(phone) == phone


@pytest.mark.parametrize("text", ["+49*2+A1", "-1+2", "-2-cmd", "+1()", "-12\n=1", "+12 ", "+\u0661"])
def test_what_only_begins_like_a_number_is_escaped(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@given(st.one_of(st.text(), st.text(alphabet="'=+-@ 1x")))
def test_escaping_adds_at_most_the_apostrophe_and_it_can_be_taken_off_again(text: str) -> None:
    assert safe_cell(text) in (text, f"'{text}")
    assert plain_cell(safe_cell(text)) == text


def test_a_row_survives_the_csv_writer_with_nothing_left_to_run() -> None:
    file = io.StringIO()
    csv.writer(file).writerow(safe_row(["=1+1", None, 7, -3, "a;b"]))
    assert next(csv.reader([file.getvalue().strip()])) == ["'=1+1", "", "7", "-3", "a;b"]
