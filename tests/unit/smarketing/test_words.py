import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.lib.words import key, tidied


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
