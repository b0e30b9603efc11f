import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.lib.cells import plain_cell, safe_cell, safe_row


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " ", "\x00"])
def test_a_cell_that_could_run_is_shown_as_text(start: str) -> None:
    assert safe_cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


UNUSUAL = (
    *("\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe66", "\ufe62", "\ufe63", "\ufe6b", "\u207a", "\u208c", "\u2212"),
    *("\u00a0", "\u1680", "\u2002", "\u2009", "\u202f", "\u205f", "\u3000", "\u3164", "\u115f", "\u2800"),
    *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u2066", "\u034f", "\ufe0f", "\ufffe"),
    *("\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\x08", "\x7f", "\U000e0020"),
)


@pytest.mark.parametrize("start", UNUSUAL)
def test_no_sign_of_unicode_hides_a_formula(start: str) -> None:
    for text in (f"{start}=1+1", f"{start}cmd|' /C calc'!A0", f"{start}{start}@SUM(A1)", f"'{start}=1"):
        assert safe_cell(text) == f"'{text}"
        assert plain_cell(f"'{text}") == text


def _seems_to_begin(text: str) -> str:
    """What a spreadsheet might begin to read with, the most careless one."""
    shown = [sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign)[0] not in "ZCM"]
    return shown[0] if shown else ""


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from([*UNUSUAL, *"'=+-@ 1x\t\r\n\0"]))))
def test_whatever_is_left_without_an_apostrophe_begins_with_no_sign(text: str) -> None:
    safe = safe_cell(text)
    assert plain_cell(safe) == text
    is_formula = _seems_to_begin(safe) in tuple("=+-@\u2212") and not set("=@!|A") & set(safe)
    assert safe[:1] == "'" or _seems_to_begin(safe) not in tuple("=+-@\u2212") or is_formula


@pytest.mark.parametrize("text", ["", "Ada", "a=1", "mail@example.org", "'quoted", "12", "3.5", "2026-11-02"])
def test_an_ordinary_cell_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize("number", ["-12", "+3.5", "-0,75", "-1,200.50", "-1e-05", "-.5", "-12.5%"])
def test_a_negative_number_stays_a_number(number: str) -> None:
    assert safe_cell(number) == number


@pytest.mark.parametrize(
    "phone",
    [
        *("+49 30 901820", "+1-202-555-0100", "+45 33.12.34.56", "+44 (0)20 7946 0000", "+1 (202) 555-0100"),
        *("+49 30 901820 ext. 12", "+1 202 555 0100 x 12", "+1 202 555 0100 x12", "+49 30 901820, Durchwahl 5"),
        *(
            "+49 30 9018\u201320",
            "+49 30 9018 \u2013 20",
            "+49/30/901820",
            "+49 [0] 30 901820",
            "+45\u00a033\u00a012",
            "+1 2 #7",
        ),
    ],
)
def test_a_phone_number_stays_a_phone_number(phone: str) -> None:
    assert safe_cell(phone) == phone


@pytest.mark.parametrize(
    "text",
    [
        "+49*2+A1",
        "-1+2",
        "-2-cmd",
        "+1()",
        "-12\n=1",
        "+12 ",
        "+\u0661",
        "+49 30 x12+A1",
        "+1 ext. A1",
        "+49-x12",
        "+1 x 123456789",
    ],
)
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
