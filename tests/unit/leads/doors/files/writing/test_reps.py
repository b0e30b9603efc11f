import pytest

from leads.doors.files.writing.reps import NotInSalesTeam, match_rep, named_reps, unmatch_rep
from leads.models import Attempt, Handoff
from tests.cast import MONDAY
from tests.unit.leads.doors.files.files import taken


@pytest.fixture
def _imported(north, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for kind in ("leads", "handoffs", "attempts"):
        taken(north, kind)


@pytest.mark.usefixtures("_imported")
def test_names_that_are_nobody_are_listed_by_frequency(north):
    found = [(rep.name, rep.handoffs, rep.attempts) for rep in named_reps(north)]
    assert found == [("rep-2", 2, 2), ("Rob Rep", 1, 1)]


@pytest.mark.usefixtures("_imported")
def test_a_matched_name_means_the_person_now_and_in_later_files(north, rep, marketer):
    assert match_rep(north, "rep-2", rep, by=marketer, at=MONDAY) == 4
    taken(north, "handoffs", "lead_id,handed_at,rep\n3,2026-01-09 09:00,rep-2\n")
    assert set(Handoff.objects.filter(rep_name="rep-2").values_list("rep", flat=True)) == {rep.pk}
    assert not Handoff.objects.filter(rep=rep, assigned_at=None).exists()
    assert named_reps(north)[-1].user == rep


@pytest.mark.usefixtures("_imported")
def test_a_match_can_be_taken_back(north, rep, marketer):
    match_rep(north, "rep-2", rep, by=marketer, at=MONDAY)
    assert unmatch_rep(north, "rep-2") == 4
    assert unmatch_rep(north, "rep-2") == 0
    assert not Attempt.objects.filter(rep_name="rep-2").exclude(rep=None).exists()


@pytest.mark.usefixtures("_imported")
def test_a_handoff_given_to_somebody_else_stays_with_them(north, rep, sales_lead, marketer):
    Handoff.objects.filter(lead__external_id="2").update(rep=sales_lead)
    match_rep(north, "rep-2", rep, by=marketer, at=MONDAY)
    unmatch_rep(north, "rep-2")
    assert Handoff.objects.get(lead__external_id="2").rep == sales_lead


@pytest.mark.usefixtures("_imported")
def test_only_members_of_the_sales_team_can_be_meant(north, marketer):
    with pytest.raises(NotInSalesTeam):
        match_rep(north, "rep-2", marketer, by=marketer, at=MONDAY)
