import pytest

from leads.persons.spelling import CERTAIN, LIKELY, OTHER, company_key, keys, likeness, name_key, phone_key

FIVE = ["+49 170 1234567", "0170/123 45 67", "(0170) 123-4567", "0049 (0)170 1234567", "49 170\u00a01234567"]


def person(**said):
    return keys(country="DE", **said)


def test_five_spellings_of_one_number_are_one():
    assert {phone_key(number, "DE") for number in FIVE} == {"+491701234567"}


@pytest.mark.parametrize(
    ("number", "country", "key"),
    [
        ("12 34 56 78", "DK", "+4512345678"),  # the same digits are another number in another country
        ("12 34 56 78", "DE", "+4912345678"),
        ("0711 1234 ext. 56", "DE", "+497111234;ext=56"),
        ("117", "DE", ""),
        ("0170 1234567", "", "01701234567"),
        ("ask Eve", "DE", ""),
    ],
)
def test_a_number_goes_by_the_country(number, country, key):
    assert phone_key(number, country) == key


@pytest.mark.parametrize("name", ["Hans Müller", "MUELLER, Hans", "Dr. hans  mu\u0308ller", "Hans Muller"])
def test_a_name_is_one_however_it_is_written(name):
    assert name_key(name) == "hans muller"


@pytest.mark.parametrize(
    "company",
    ["Søby Møbler A/S", "SOEBY MOEBLER", "Søby Møbler GmbH & Co. KG", "Søby-Møbler e.V.", "Søby Møbler, Inc."],
)
def test_a_company_is_one_without_its_legal_form(company):
    assert company_key(company) == "soby mobler"


def test_a_company_is_not_all_legal_form():
    assert company_key("AG") == "ag"


@pytest.mark.parametrize(
    ("one", "other", "degree"),
    [
        ({"email": "Ada@Example.org"}, {"email": "ada@example.org", "name": "Eve"}, CERTAIN),
        ({"email": "ada@a.org", "name": "Ada"}, {"email": "ada@a.org", "name": "A. King"}, CERTAIN),
        ({"email": "info@a.org", "name": "Ada"}, {"email": "info@a.org", "name": "Eve"}, LIKELY),
        ({"email": "info@a.org", "name": "Ada"}, {"email": "info@a.org"}, CERTAIN),
        ({"phone": FIVE[0], "name": "Ada"}, {"phone": FIVE[1], "name": "ADA", "email": "a@b.org"}, CERTAIN),
        ({"phone": FIVE[0], "name": "Ada"}, {"phone": FIVE[1], "name": "Eve"}, LIKELY),  # a switchboard
        ({"phone": FIVE[0], "name": "Ada"}, {"phone": FIVE[1]}, CERTAIN),
        ({"phone": FIVE[0], "email": "a@b.org"}, {"phone": FIVE[1], "email": "c@b.org"}, LIKELY),
        ({"name": "Ada", "company": "Engine Ltd"}, {"name": "Ada", "company": "Engine"}, LIKELY),
        ({"company": "Engine Ltd"}, {"company": "Engine"}, LIKELY),
        ({"name": "Ada", "company": "Engine"}, {"name": "Eve", "company": "Engine"}, OTHER),
        ({"name": "Ada"}, {"name": "Ada"}, OTHER),
    ],
)
def test_who_is_the_same(one, other, degree):
    assert likeness(person(**one), person(**other)) == likeness(person(**other), person(**one)) == degree
