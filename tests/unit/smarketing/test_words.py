import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.lib.words import key, same_id, tidied


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LinkedIn", "linkedin"),
        ("M\u00fcller", "Mu\u0308ller"),
        ("Trade fair", "Trade\u00a0fair"),
        ("Trade fair", "  Trade \u2009\t fair\u202f"),
        ("Web\u200bsite", "Website"),
        ("\ufeffWebsite", "Website"),
        ("Straße", "STRASSE"),
        ("\uff21", "a"),
    ],
)
def test_words_that_differ_only_in_how_they_are_written_are_one(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), [("Müller", "Muller"), ("A", "B"), ("Trade fair", "Tradefair"), ("", "-")])
def test_other_words_stay_apart(one, other):
    assert key(one) != key(other)


def test_tidied_words_keep_their_case():
    assert tidied(" Linked\u00a0In\u200b ") == "Linked In"


@given(st.text())
def test_making_a_key_twice_changes_nothing(text):
    assert key(key(text)) == key(text)
    assert tidied(tidied(text)) == tidied(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("001A0000006Vm9r", "001A0000006Vm9rIAC"),
        ("Mu\u0308-7", "M\u00fc-7"),
        (" L\u00a07 ", "L 7"),
    ],
)
def test_ids_that_differ_only_in_their_form_are_one(one, other):
    assert same_id(one) == same_id(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("001A0000006Vm9r", "001A0000006Vm9R"), ("001A0000006Vm9rIAC", "001A0000006Vm9rIAB"), ("L-7", "l-7")],
)
def test_ids_keep_their_case_and_a_wrong_check_sign(one, other):
    assert same_id(one) != same_id(other)
