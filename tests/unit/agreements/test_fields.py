from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from agreements.pages.fields import HoursField, NumberField, OtherHoursField, PercentField, WholeField


def cleaned(field, text: str, language: str = "en"):
    with translation.override(language):
        try:
            return field.clean(text)
        except ValidationError as error:
            return error.messages[0]


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "1,234.5", "1234.5"),
        ("en", "1 234", "1234"),
        ("de", "1.234,5", "1234.5"),
        ("da", "1.234,5", "1234.5"),
        ("de", "−0,25", "-0.25"),
    ],
)
def test_a_number_is_read_as_the_language_writes_it(language, text, number):
    assert cleaned(NumberField(), text, language) == Decimal(number)


@pytest.mark.parametrize(("language", "text"), [("en", "0,45"), ("en", "1.234,5"), ("de", "0.45"), ("de", "0.125")])
def test_a_number_in_the_separators_of_another_language_is_refused_rather_than_misread(language, text):
    like = {"en": "1,234.5", "de": "1.234,5"}
    assert like[language] in cleaned(NumberField(), text, language)


@pytest.mark.parametrize("text", ["45", "45 %", "45.0%"])
def test_per_cent_is_per_cent_with_and_without_the_sign(text):
    assert cleaned(PercentField(label="share"), text) == Decimal("0.45")


def test_less_than_one_is_less_than_one_per_cent():
    assert cleaned(PercentField(label="share"), "0.45") == Decimal("0.0045")


@given(number=st.decimals(-(10**9) + 1, 10**9 - 1, places=6), language=st.sampled_from(["en", "de", "da"]))
def test_what_is_shown_is_read_as_the_same_number(number, language):
    field = NumberField()
    with translation.override(language):
        assert field.clean(field.prepare_value(number)) == number


@given(share=st.decimals(0, 1, places=6), language=st.sampled_from(["en", "de", "da"]))
def test_what_is_shown_is_read_as_the_same_share(share, language):
    field = PercentField(label="share")
    with translation.override(language):
        assert field.clean(field.prepare_value(share)) == share


def test_a_whole_number_has_no_decimals():
    assert cleaned(WholeField(), "1,200") == 1200
    assert "decimal" in cleaned(WholeField(), "1.5")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", ()),
        ("9:00-12:00,13:00 – 17:00", (("09:00", "12:00"), ("13:00", "17:00"))),
        ("22:00-06:00", (("22:00", "06:00"),)),
        ("00:00-24:00", (("00:00", "24:00"),)),
    ],
)
def test_hours_are_read_as_people_type_them(text, hours):
    assert cleaned(HoursField(required=False), text) == hours


def test_other_hours_of_the_same_day_twice_are_refused():
    assert cleaned(OtherHoursField(), "2026-12-24 09:00-12:00\n2026-12-24") == "Dec. 24, 2026 is listed twice."
