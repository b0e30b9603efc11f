import pytest
from django.db import connection

from leads.models import Lead
from leads.persons.known import Known, PersonBook, known_leads
from leads.persons.spelling import keys
from smarketing.lib import bulk
from tests import cast

pytestmark = pytest.mark.django_db


def asked(**said):
    return keys(country="DE", **said)


def test_each_of_many_is_found_by_three_queries(north, south, django_assert_num_queries):
    ada = cast.lead(north, name="Ada King", email="ada@a.org", phone="")
    eve = cast.lead(north, name="Eve", email="", phone="0170 1234567", company="Engine Ltd")
    cast.lead(south, name="Ada King", email="bob@a.org", phone="", company="Loom")
    many = [
        asked(email="ADA@a.org"),
        asked(name="Eve", phone="+49 170 1234567"),
        asked(name="Max", phone="+49 170 1234567"),
        asked(name="Eve", company="ENGINE"),
        asked(email="bob@a.org", name="Ada King", company="Loom"),
    ]
    with django_assert_num_queries(3):
        found = known_leads(north.pk, many * 400)
    assert found[:5] == [Known(ada.pk), Known(eve.pk), Known(None, (eve.pk,)), Known(None, (eve.pk,)), Known()]


def test_of_several_with_one_address_it_is_the_newest(north):
    old, new = (cast.lead(north, at, email="ada@a.org") for at in (cast.MONDAY, cast.MONDAY.replace(day=3)))
    assert known_leads(north.pk, [asked(email="ada@a.org")]) == [Known(new.pk, (old.pk,))]


def test_a_number_under_two_names_is_nobodys_for_certain():
    book = PersonBook()
    book.add(asked(name="Ada", phone="0711 123456"), "Ada")
    assert book.find(asked(phone="+49 711 123456")) == Known("Ada")
    book.add(asked(name="Eve", phone="0711 123456"), "Eve")
    assert book.find(asked(phone="+49 711 123456")) == Known(None, ("Eve", "Ada"))
    assert book.find(asked(name="Ada", phone="+49 711 123456")) == Known("Ada", ("Eve",))


def test_the_keys_follow_whatever_is_changed(north):
    lead = cast.lead(north, name="Ada", company="", phone="")
    lead.phone, lead.company = "0170 1234567", "Engine"
    lead.save(update_fields=["phone", "company"])
    assert Lead.objects.get(pk=lead.pk).keys == asked(
        email="ada@example.org", name="Ada", phone="0170/1234567", company="engine"
    )


def test_a_number_is_dialled_in_the_leads_own_country(north):
    assert cast.lead(north, phone="12 34 56 78", country="DK").phone_key == "+4512345678"
    assert cast.lead(north, phone="030 1234567").phone_key == "+49301234567"


@pytest.mark.parametrize("column", ["email", "phone_key", "who_key"])
def test_an_index_finds_them(north, column, django_assert_num_queries):
    bulk.insert([Lead(agreement=north, created_at=cast.MONDAY, recorded_at=cast.MONDAY) for _n in range(300)])
    leads = Lead.objects.filter(agreement=north, **{f"{column}__in": ["a", "b"]}).exclude(**{column: ""})
    if connection.vendor == "postgresql":  # of a few rows it would rather read all
        connection.cursor().execute("SET LOCAL enable_seqscan = off")
    plan = leads.order_by().values_list("pk").explain()
    assert {"email": "lead_email", "phone_key": "lead_phone", "who_key": "lead_who"}[column] in plan
