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


def test_a_rep_is_chosen_and_not_suggested(left, signed_in, sales_lead, rep):
    client = signed_in(sales_lead)
    page = client.get("/leads/queue/?whose=team").text
    assert '<option value="">Choose a rep</option>' in page
    assert " ".join(page[page.index('id="give-to"') :].partition("</button>")[0].split()).endswith("Assign these 3")
    answer = client.post(URL, {"handoff": [one.pk for one in left], "rep": ""}, follow=True)
    assert "Choose a rep." in answer.text
    assert not Event.objects.filter(kind="assigned").exists()


@pytest.mark.parametrize("whose", ["", "team", "unassigned"])
def test_what_somebody_works_on_is_not_among_those_given_away(left, north, signed_in, sales_lead, rep, whose):
    busy, own = cast.handed(north, rep=rep), cast.handed(north, rep=sales_lead)
    client = signed_in(sales_lead)
    given = client.get(f"/leads/queue/?whose={whose}").context["given"]
    assert {row.handoff.pk for row in given} == {handoff.pk for handoff in left}
    client.post(URL, {"handoff": [left[0].pk, busy.pk, own.pk], "rep": sales_lead.pk, "unassigned": "on"})
    assert holders()[busy.pk] == "Rob Rep"
    assert [*Event.objects.filter(kind="assigned").values_list("handoff", flat=True)] == [left[0].pk]


def test_who_looks_at_the_own_list_gives_that_away(left, north, signed_in, sales_lead):
    own = cast.handed(north, rep=sales_lead)
    page = signed_in(sales_lead).get("/leads/queue/?whose=mine")
    assert [row.handoff.pk for row in page.context["given"]] == [own.pk]
    assert 'name="unassigned"' not in page.text


def test_the_name_of_a_file_leads_whoever_may_to_saying_who_is_meant(left, north, signed_in, sales_lead, rep):
    link = f'href="/leads/imports/reps/?agreement={north.slug}"'
    for address in ("/leads/queue/?whose=team", left[2].lead.get_absolute_url()):
        assert signed_in(sales_lead).get(address).text.count(link) == 1
        page = signed_in(rep).get(address).text
        assert (link in page, "A name of a file" in page) == (False, True)
