import pytest
from django.urls import reverse

from leads.models import Handoff, RepName
from tests import cast


@pytest.fixture
def named(north):
    handoff = cast.handed(north)
    Handoff.objects.filter(pk=handoff.pk).update(rep_name="rep-10913")
    return handoff


def test_a_name_that_is_nobody_can_be_matched_and_the_match_undone(signed_in, sales_lead, rep, north, named):
    client = signed_in(sales_lead)
    url = reverse("leads:match_rep", args=[north.slug])
    page = client.post(url, {"name": "rep-10913", "person": rep.pk}, follow=True)
    named.refresh_from_db()
    assert named.rep == rep
    undo = reverse("leads:unmatch_rep", args=[north.slug], query={"name": "rep-10913"})
    assert f'action="{undo}"' in page.content.decode()
    client.post(undo)
    named.refresh_from_db()
    assert (named.rep, RepName.objects.exists()) == (None, False)


def test_only_members_of_the_sales_team_can_be_chosen(signed_in, sales_lead, marketer, north, named):
    client = signed_in(sales_lead)
    page = client.get(reverse("leads:import_reps"))
    assert [str(person) for person in page.context["people"]] == ["Lea Lead"]
    url = reverse("leads:match_rep", args=[north.slug])
    for person in (marketer.pk, "x", "9" * 40, ""):
        assert client.post(url, {"name": "rep-10913", "person": person}).status_code == 404


def test_the_names_of_others_are_not_there(signed_in, sales_lead, rep, south, named):
    client = signed_in(sales_lead)
    page = client.get(reverse("leads:import_reps"), {"agreement": south.slug})
    assert [str(one) for one in page.context["agreements"]] == ["Agreement North"]
    assert (
        client.post(reverse("leads:match_rep", args=[south.slug]), {"name": "x", "person": rep.pk}).status_code == 404
    )


def test_a_page_without_names_says_so(signed_in, sales_lead, north):
    assert "Everybody is known" in signed_in(sales_lead).get(reverse("leads:import_reps")).content.decode()


def test_hostile_names_are_shown_as_they_are_written(signed_in, sales_lead, named):
    Handoff.objects.update(rep_name="<script>alert(1)</script>")
    said = signed_in(sales_lead).get(reverse("leads:import_reps")).content.decode()
    assert "<script>alert(1)" not in said
    assert "&lt;script&gt;alert(1)" in said
