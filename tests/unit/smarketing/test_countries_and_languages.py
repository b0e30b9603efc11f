"""One country is one code, whichever name is written; and so is a language."""

import pytest

from smarketing.lib import places


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, "DE") for text in ("Germany", "Deutschland", "tyskland", " de ", "DEU", "BRD")),
        *((text, "AT") for text in ("Österreich", "Oesterreich", "AUSTRIA", "Østrig")),
        *((text, "GB") for text in ("UK", "Vereinigtes Königreich", "Great Britain", "England")),
        *((text, "US") for text in ("U.S.A.", "United States", "Vereinigte Staaten")),
        *((text, "BA") for text in ("Bosnia & Herzegovina", "Bosnia and Herzegovina", "Bosnien und Herzegowina")),
        ("Myanmar", "MM"),
        ("Türkei", "TR"),
        ("Georgien", "GE"),
        *((text, None) for text in ("Entenhausen", "EU", "ZZ", "Europe", "", "?", "x" * 10_000)),
    ],
)
def test_a_country_is_read_from_its_names_and_codes(text, code):
    assert places.country(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, "de") for text in ("German", "Deutsch", "TYSK", "de", "de-AT", "de_CH", "deu")),
        *((text, "da") for text in ("Danish", "dansk", "Dänisch", "DA")),
        ("français", "fr"),
        *((text, None) for text in ("Klingon", "xx", "", "x" * 10_000)),
    ],
)
def test_a_language_is_read_from_its_names_and_codes(text, code):
    assert places.language(text) == code


def test_every_name_that_is_shown_is_read_back_as_the_same_code():
    for spoken in places.SPOKEN:
        for code in places.country_codes():
            assert places.country(places.country_name(code, spoken)) == code
        for code in places.language_codes():
            assert places.language(places.language_name(code, spoken)) == code
    assert len(places.country_codes()) == 250
    assert places.country_name("Atlantis", "de") == "Atlantis"
