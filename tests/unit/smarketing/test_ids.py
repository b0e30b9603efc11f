import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.lib.words import is_ruined_number, same_id


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("001D000000IqhSLIAZ", "001D000000IqhSL"),
        ("001D000000IqhSLiaz", "001D000000IqhSL"),
        ("001D000000IqhSL", "001D000000IqhSL"),
        ("001D000000IqhSLIAA", "001D000000IqhSLIAA"),
        ("001d000000iqhslIAZ", "001d000000iqhslIAZ"),
        ("dac32acd4db4c29c23", "dac32acd4db4c29c23"),
        (" L\u00a01\u200b\u2009\ufeff", "L1"),
        ("Mu\u0308ller", "M\u00fcller"),
        ("R\u00b8", "\u0156"),
        ("l-1", "l-1"),
    ],
)
def test_an_id_is_one_however_it_is_written(text, found):
    assert same_id(text) == found


@given(st.text(max_size=14))
def test_an_id_once_tidied_stays_as_it_is(text):
    once = same_id(text)
    assert same_id(once) == once


@pytest.mark.parametrize("text", ["1,23457E+15", "1.23E+11", "4,9E+011", "1E+15", "-1.5e+20", " 1,2E+15 "])
def test_what_a_spreadsheet_made_of_a_long_number_is_known(text):
    assert is_ruined_number(text)


@pytest.mark.parametrize("text", ["12E5", "1E15", "123457", "E+15", "+49 151", "1,5", "1.5E-05", "5e+", ""])
def test_ids_and_numbers_that_only_look_alike_are_left_in_peace(text):
    assert not is_ruined_number(text)
