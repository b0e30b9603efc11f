import pytest

from leads.models import Lead, Merge
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(signed_in, marketer):
    return signed_in(marketer)


@pytest.fixture
def pair(north):
    ada = cast.lead(north, name="Ada King", email="ada@a.org", job_title="Head")
    return ada, cast.lead(north, name="Ada", email="ADA@a.org".lower(), company="Engine", job_title="Boss")


def test_who_seems_to_be_the_same_is_told_on_the_page_and_may_be_said_to_be_two(client, pair, signed_in, sales_lead):
    one, other = pair
    page = client.get(one.get_absolute_url())
    assert "Certainly: same address" in page.text
    assert f"/leads/{one.pk}/merge/{other.pk}/" in page.text
    client.post(f"/leads/{one.pk}/not-same/", {"other": other.pk})
    assert "The same person?" not in client.get(other.get_absolute_url()).text


def test_what_contradicts_is_chosen_and_the_merge_is_undone_from_the_page(client, pair):
    one, other = pair
    address = f"/leads/{one.pk}/merge/{other.pk}/"
    form = client.get(address).text
    assert 'name="job_title"' in form
    stays, goes = form.index("<dt>Stays</dt>"), form.index("<dt>Goes into it</dt>")
    assert stays < form.index(f'href="{one.get_absolute_url()}" target') < goes
    assert goes < form.index(f'href="{other.get_absolute_url()}" target')
    assert 'name="company"' not in form  # it stands on one side only
    page = client.post(address, {"job_title": "other", "name": ""}, follow=True)
    lead = Lead.objects.get()
    assert (lead.pk, lead.name, lead.job_title, lead.company) == (one.pk, "Ada King", "Boss", "Engine")
    assert "Merged with another lead" in page.text
    assert client.get(other.get_absolute_url()).url == one.get_absolute_url()
    page = client.post(f"/leads/merges/{Merge.objects.get().pk}/undo/", follow=True)
    assert "there are two leads again" in page.text
    assert set(Lead.objects.values_list("pk", "job_title")) == {(one.pk, "Head"), (other.pk, "Boss")}


def test_both_with_sales_is_said_and_nothing_is_merged(client, north):
    one, other = (cast.handed(north).lead for _n in range(2))
    page = client.post(f"/leads/{one.pk}/merge/{other.pk}/")
    assert (page.status_code, Lead.objects.count()) == (422, 2)
    assert "return the one that was handed over first" in page.text


def test_a_foreign_lead_is_not_there_and_sales_merges_nothing(client, pair, south, signed_in, sales_lead):
    foreign = cast.lead(south)
    assert client.post(f"/leads/{pair[0].pk}/merge/{foreign.pk}/").status_code == 404
    assert client.post(f"/leads/{pair[0].pk}/not-same/", {"other": foreign.pk}).status_code == 404
    assert signed_in(sales_lead).post(f"/leads/{pair[0].pk}/merge/{pair[1].pk}/").status_code == 403
