"""An import is undone as a whole, but for what somebody has worked on since."""

import pytest

from leads.clock.consequences import differences
from leads.doors.files.undoing import begin_undoing, undo
from leads.enums import EventKind, RunStatus
from leads.models import Attempt, Deal, Event, Handoff, Lead, WaitingRow
from leads.work.handoffs import accept
from tests import cast
from tests.cast import MONDAY
from tests.unit.leads.doors.files.files import FILES, everything, taken

pytestmark = pytest.mark.django_db
FULLER = "lead_id,created_at,origin,tier,phone\n2,2026-01-05 08:30,web,B,+49 170 2\n4,2026-01-07,fair,A,\n"


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr("leads.doors.files.undoing.AT_ONCE", 2)


def undone(run, marketer):
    assert begin_undoing(run, by=marketer, at=MONDAY)
    undo(run.pk, clock=lambda: MONDAY)
    run.refresh_from_db()
    assert run.status == RunStatus.UNDONE
    assert not differences(list(Lead.objects.values_list("pk", flat=True)))
    return run


def test_undone_in_any_order_everything_is_as_it_was_before(north, marketer):
    taken(north, "leads")
    before = everything()
    runs = [taken(north, kind) for kind in ("handoffs", "attempts", "outcomes")]
    after = everything()
    for run in runs:
        undone(run, marketer)
    assert everything() == before
    assert Event.objects.filter(kind=EventKind.IMPORT_UNDONE).count() == 2 + 3 + 2
    for kind in ("handoffs", "attempts", "outcomes"):
        taken(north, kind)
    assert everything() == after


def test_rows_of_other_files_wait_again_for_leads_that_go_and_come_back_with_them(north, marketer):
    runs = {kind: taken(north, kind) for kind in FILES}
    before = everything()
    run = undone(runs["leads"], marketer)
    assert (run.undone["leads"], run.undone["waiting_again"], run.undone["kept"]) == (3, 9, 0)
    assert not Lead.objects.exists()
    assert WaitingRow.objects.count() == 9
    assert taken(north, "leads").linked == 9
    assert everything() == before


def test_what_a_file_added_to_a_known_lead_or_handoff_is_taken_out_again(north, marketer):
    for kind in ("leads", "handoffs"):
        taken(north, kind)
    before = everything()
    leads = taken(north, "leads", FULLER)
    known = "handoff_id,lead_id,handed_at,returned_at,return_reason,rep\n"
    handoffs = taken(north, "handoffs", f"{known}H-1,1,2026-01-05 09:00,2026-01-06 10:00,duplicate,\n")
    assert Lead.objects.get(external_id="2").phone_key
    assert Handoff.objects.get(external_id="H-1").state == "returned"
    assert undone(handoffs, marketer).undone["values"] == 3
    assert undone(leads, marketer).undone["values"] == 2
    assert everything() == before
    assert not Lead.objects.get(external_id="2").phone_key
    assert not Handoff.objects.filter(external_id="H-1")


def test_a_lead_that_somebody_works_on_or_a_later_file_adds_to_stays_with_all_of_it(north, marketer, rep):
    run = taken(north, "leads", hand_over=True)
    accept(Handoff.objects.get(lead__external_id="1"), by=rep, at=MONDAY)
    taken(north, "leads", FULLER)
    told = undone(run, marketer).undone
    assert sorted(Lead.objects.values_list("external_id", flat=True)) == ["1", "2", "4"]
    assert sorted(Handoff.objects.values_list("lead__external_id", flat=True)) == ["1", "2"]
    names = dict(Lead.objects.values_list("pk", "external_id"))
    assert {names[pk]: why for pk, why in told["kept_leads"]} == {"1": "worked_on", "2": "later_file"}
    assert (told["leads"], told["handoffs"], told["kept"]) == (1, 1, 2)


def test_rows_that_wait_go_unless_a_later_file_has_them_too(north, marketer):
    first = taken(north, "attempts")
    text = FILES["attempts"].splitlines()
    second = taken(north, "attempts", "\n".join(text[:2]))
    undone(first, marketer)
    assert [row.run_id for row in WaitingRow.objects.all()] == [second.pk]
    assert not Attempt.objects.exists()
    assert not Deal.objects.exists()


def test_an_import_is_undone_once_and_never_while_it_runs(
    north, marketer, signed_in, stranger, django_capture_on_commit_callbacks, monkeypatch
):
    sent = []
    monkeypatch.setattr("leads.tasks.undo_import.delay", lambda *, run_id: sent.append(run_id))
    run = taken(north, "leads")
    cast.handed(north, MONDAY, external_id="9")
    url = f"/leads/imports/{run.pk}/undo/"
    assert signed_in(stranger).post(url).status_code == 404
    client = signed_in(marketer)
    assert "3 new records of this file go again" in client.get(url).text
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(url).url == run.get_absolute_url()
    assert sent == [run.pk]
    assert "being undone" in client.get(run.get_absolute_url()).text
    undo(run.pk, clock=lambda: MONDAY)
    assert [lead.external_id for lead in Lead.objects.all()] == ["9"]
    assert "Gone again:\n          Leads 3" in client.get(run.get_absolute_url()).text
