import pytest

from leads.doors.form import same_person
from leads.models import Lead, phone_key
from tests import cast

NUMBERS = ["+49 30 1234567", "030/123 45 67", "(030) 123-4567", "0049301234567", "030.1234567", "030\u00a01234567"]


@pytest.mark.django_db
@pytest.mark.parametrize("number", NUMBERS)
def test_a_telephone_number_is_found_however_it_is_written(north, south, number):
    known = cast.lead(north, phone="030 1234567", email="")
    cast.lead(north, phone="030 1234568", email="")
    cast.lead(south, phone=number, email="")
    assert same_person(Lead(agreement=north, phone=number)) == [known]


@pytest.mark.django_db
def test_an_extension_is_many_peoples(north):
    cast.lead(north, phone="117", email="")
    assert same_person(Lead(agreement=north, phone="117")) == []


@pytest.mark.django_db
@pytest.mark.parametrize("number", [*NUMBERS, "", "ext. 7", "0800 flowers"])
def test_the_database_compares_numbers_as_the_code_does(north, number):
    made = cast.lead(north, phone=number)
    assert Lead.objects.get(pk=made.pk).phone_key == phone_key(number)
