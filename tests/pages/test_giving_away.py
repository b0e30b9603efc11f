"""A team lead gives many leads away in one step, and takes that back."""

import pytest

from leads.models import Event, Handoff
from tests import cast

URL, BACK = "/leads/give-away/", "/leads/give-back/"


def holders():
    return dict(Handoff.objects.values_list("pk", "rep__name"))


@pytest.fixture
def left(north):
    """Three leads: two of somebody who left the team, one of a name that nobody is matched to."""
    gone = cast.person("gone@example.org", north.sales_team, name="Gina Gone")
    handoffs = [cast.handed(north, rep=gone), cast.handed(north, rep=gone), cast.handed(north)]
    Handoff.objects.filter(pk=handoffs[2].pk).update(rep_name="A name of a file")
    gone.memberships.all().delete()
    return handoffs


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(cast.MONDAY, tick=False)


def test_those_left_behind_are_unassigned_also_names_of_files_and_given_away_together(left, signed_in, sales_lead, rep):
    client = signed_in(sales_lead)
    shown = client.get("/leads/queue/?whose=unassigned").context["rows"]
    assert {row.handoff.pk for row in shown} == {handoff.pk for handoff in left}
    page = client.post(URL, {"handoff": [one.pk for one in left], "rep": rep.pk}, follow=True)
    assert "3 leads are with Rob Rep now." in page.text
    assert holders() == {handoff.pk: "Rob Rep" for handoff in left}
    assert Event.objects.filter(kind="assigned", by=sales_lead).count() == 3


def test_undoing_gives_each_back_to_whoever_had_it(left, signed_in, sales_lead, rep):
    client = signed_in(sales_lead)
    pks = [handoff.pk for handoff in left[1:]]
    client.post(URL, {"handoff": pks, "rep": rep.pk})
    page = client.post(BACK, {"handoff": pks}, follow=True)
    assert "2 leads are where they were." in page.text
    assert holders() == {left[0].pk: "Gina Gone", left[1].pk: "Gina Gone", left[2].pk: None}
    assert Handoff.objects.get(pk=left[2].pk).rep_name == "A name of a file"


def test_only_who_leads_the_team_gives_away_and_nothing_foreign_nor_to_strangers(
    left, signed_in, sales_lead, rep, stranger, south
):
    pks, foreign = [handoff.pk for handoff in left], cast.handed(south).pk
    asked = [
        (rep, pks, rep.pk, 403),
        (stranger, pks, rep.pk, 403),
        (sales_lead, [*pks, foreign], rep.pk, 404),
        (sales_lead, pks, 0, 404),
        (sales_lead, pks, stranger.pk, 302),  # refused with the reason
    ]
    for who, handoffs, goes_to, status in asked:
        assert signed_in(who).post(URL, {"handoff": handoffs, "rep": goes_to}).status_code == status
    assert holders() == {left[0].pk: "Gina Gone", left[1].pk: "Gina Gone", left[2].pk: None, foreign: None}
