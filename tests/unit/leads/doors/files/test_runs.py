from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from agreements.terms import timeline
from leads.clock.consequences import differences
from leads.doors.files import lease, runs
from leads.enums import RunStatus
from leads.models import Deal, Handoff, ImportRun, Lead, RejectedRow, WaitingRow
from tests.cast import MONDAY
from tests.unit.leads.doors.files.files import FILES, counts, everything, queued, taken


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path, rep):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize("order", list(permutations(FILES)), ids="-".join)
def test_the_files_may_come_in_any_order(north, south, order):
    for kind in FILES:
        taken(south, kind)
    expected = everything()
    Lead.objects.all().delete()
    runs_of = [taken(north, kind) for kind in order]
    assert [drop_people(row) for row in everything()] == [drop_people(row) for row in expected]
    assert not WaitingRow.objects.filter(agreement=north).exists()
    assert sum(run.waiting for run in runs_of) == sum(run.linked for run in runs_of)


def drop_people(row):
    """Rob is in the sales team of the one agreement only."""
    return tuple("" if value in ("rob@example.org", None) else value for value in row)


def test_the_same_files_twice_change_nothing(north):
    for kind in FILES:
        taken(north, kind)
    before = everything()
    again = [taken(north, kind) for kind in FILES]
    assert [counts(run) for run in again] == [(n, 0, n, 0, 0) for n in (3, 3, 4, 2)]
    assert [run.differing for run in again] == [0, 0, 0, 0]
    assert everything() == before


def test_nothing_is_left_to_mend_after_any_file(north):
    for kind in ("attempts", "leads", "outcomes", "handoffs"):
        taken(north, kind)
        assert differences(list(Lead.objects.values_list("pk", flat=True)), timeline(north)) == []


def test_rows_that_say_something_else_are_counted_and_overwrite_nothing(north):
    taken(north, "leads")
    run = taken(north, "leads", "lead_id,created_at,origin\n1,2026-01-05 08:00,other\n2,2026-01-05 08:30,\n")
    assert (counts(run), run.differing) == ((2, 0, 2, 0, 0), 1)
    assert Lead.objects.get(external_id="1").source == "fair"


def test_rows_twice_in_one_file_count_once(north):
    run = taken(north, "leads", "id,created\n1,2026-01-05\n1,2026-01-05\n1,2026-01-06\n")
    assert (counts(run), run.differing) == ((3, 1, 2, 0, 0), 1)


def test_rows_that_wait_wait_once_and_are_counted_each_time(north):
    assert counts(taken(north, "outcomes")) == (2, 0, 0, 2, 0)
    again = taken(north, "outcomes", "lead_id,outcome,closed_at\n1,won,2026-02-01\n3,won,2026-02-02\n")
    assert (counts(again), again.differing) == ((2, 0, 0, 2, 0), 1)
    assert WaitingRow.objects.count() == 2


def test_a_lead_of_another_agreement_is_not_meant(north, south):
    taken(south, "leads")
    assert counts(taken(north, "outcomes")) == (2, 0, 0, 2, 0)
    assert not Deal.objects.exists()


def test_leads_are_handed_over_when_they_were_won(north):
    assert taken(north, "leads", hand_over=True).created == 3
    handoffs = Handoff.objects.select_related("lead").order_by("handed_at")
    assert [(h.handed_at, h.source, h.tier) for h in handoffs] == [
        (h.lead.created_at, h.lead.source, h.lead.tier) for h in handoffs
    ]
    taken(north, "leads", hand_over=True)
    assert Handoff.objects.count() == 3


def test_a_wrong_row_stops_nothing_and_is_kept_with_its_place(north):
    run = taken(north, "leads", "id,created\n1,2026-01-05\n2,31.02.2026\n3,2026-01-07\n", date_order="dmy")
    assert counts(run) == (3, 2, 0, 0, 1)
    (row,) = RejectedRow.objects.values_list("line", "column", "reason", "values")
    assert row == (3, "created", "no_such_day", ["2", "31.02.2026"])


def test_back_dated_rows_are_recorded_now_so_that_nobody_is_told(north):
    taken(north, "leads", hand_over=True)
    assert set(Handoff.objects.values_list("recorded_at", flat=True)) == {MONDAY}


def test_the_file_goes_when_it_is_done(north, django_capture_on_commit_callbacks):
    run = queued(north, "leads")
    path = Path(run.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        assert runs.process(run.pk, clock=lambda: MONDAY)
    run.refresh_from_db()
    assert (run.status, run.file.name, path.exists()) == (RunStatus.DONE, "", False)


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(lease, "CHUNK", 2)


class Killed(BaseException):
    """As when the machine goes away."""


def test_a_worker_killed_in_the_middle_is_followed_by_another(north, small_chunks):
    text = "id,created\n" + "".join(f"{n},2026-01-05\n" for n in range(7)) + "x,never\n"
    run = queued(north, "leads", text)

    def dies_in_the_second_chunk():
        if Lead.objects.count() > 2:
            raise Killed
        return MONDAY

    with pytest.raises(Killed):
        runs.process(run.pk, clock=dies_in_the_second_chunk)
    run.refresh_from_db()
    assert (run.status, run.read) == (RunStatus.RUNNING, Lead.objects.count())
    assert not runs.process(run.pk, clock=lambda: MONDAY)  # for all it knows the first is at it
    later = MONDAY + 2 * runs.LEASE
    assert runs.tidy(later) == [run.pk]
    assert runs.process(run.pk, clock=lambda: later)
    run.refresh_from_db()
    assert (run.status, counts(run), Lead.objects.count()) == (RunStatus.DONE, (8, 7, 0, 0, 1), 7)


def test_a_worker_taken_for_dead_writes_no_row_twice(north, small_chunks):
    """The slow one wakes up while the other has carried the run on."""
    run = queued(north, "leads", "id,created\n" + "".join(f"{n},x\n" for n in range(6)))
    later = MONDAY + 2 * runs.LEASE
    ticks = iter([MONDAY, MONDAY])

    def slow():
        try:
            return next(ticks)
        except StopIteration:
            runs.process(run.pk, clock=lambda: later)
            return MONDAY

    assert not runs.process(run.pk, clock=slow)
    run.refresh_from_db()
    assert (run.status, run.read, RejectedRow.objects.count()) == (RunStatus.DONE, 6, 6)


def test_a_run_is_claimed_by_one_worker_only(north):
    run = queued(north, "leads")
    assert [runs.process(run.pk, clock=lambda: MONDAY) for _ in range(2)] == [True, False]
    assert Lead.objects.count() == 3


def test_a_file_that_cannot_be_taken_fails_with_its_reason_and_can_be_removed(north):
    run = taken(north, "leads", "shoe,size\nred,41\n")
    assert (run.status, run.error) == (RunStatus.FAILED, "missing_fields: external_id/email/phone, created_at")
    assert runs.discard(run)
    assert not ImportRun.objects.exists()


def test_an_accident_fails_the_run_tells_no_data_and_can_be_tried_again(north, monkeypatch, caplog):
    address = "@".join(["ada", "example.org"])

    def breaks(*args, **more):
        raise KeyError(address)

    monkeypatch.setattr(runs, "take", breaks)
    run = taken(north, "leads")
    assert (run.status, run.error) == (RunStatus.FAILED, "failed")
    assert "KeyError" in caplog.text
    assert address not in caplog.text
    monkeypatch.undo()
    assert runs.retry(run, at=MONDAY)
    assert runs.process(run.pk, clock=lambda: MONDAY)
    assert Lead.objects.count() == 3


def test_the_sweep_ends_what_nobody_will_end_and_forgets_old_drafts(north):
    stopped = ImportRun.objects.create(agreement=north, kind="leads", status=RunStatus.RUNNING, touched_at=MONDAY)
    draft = ImportRun.objects.create(agreement=north, kind="leads")
    at = draft.created_at + timedelta(days=8)
    going_on = ImportRun.objects.create(agreement=north, kind="leads", status=RunStatus.RUNNING, touched_at=at)
    assert runs.tidy(at) == []
    going_on.refresh_from_db()
    assert going_on.status == RunStatus.RUNNING
    stopped.refresh_from_db()
    assert (stopped.status, stopped.error) == (RunStatus.FAILED, "interrupted")
    assert not ImportRun.objects.filter(pk=draft.pk).exists()


def test_a_queued_run_whose_message_was_lost_is_sent_again_but_not_each_minute(north):
    run = queued(north, "leads")
    assert runs.tidy(MONDAY + timedelta(seconds=60)) == []
    assert runs.tidy(MONDAY + timedelta(seconds=121)) == [run.pk]
    assert runs.tidy(MONDAY + timedelta(seconds=180)) == []


def rows_of(kind, count):
    header, example = FILES[kind].splitlines()[:2]
    return "\n".join([header, *(f"{number},{example.partition(',')[2]}" for number in range(count))]) + "\n"


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(
    ("kind", "first", "again"), [("leads", 33, 27), ("handoffs", 41, 30), ("attempts", 39, 29), ("outcomes", 37, 28)]
)
def test_one_chunk_takes_these_queries_however_many_rows_it_has(
    north, kind, first, again, count, django_assert_num_queries
):
    taken(north, "leads", rows_of("leads", 31).replace("2026-01-05", "2026-01-03"))
    taken(north, "handoffs", rows_of("handoffs", 31).replace("2026-01-05", "2026-01-04"))
    text = rows_of(kind, count) if kind != "leads" else rows_of(kind, count).replace("\n", "\nx", count)
    for number in (first, again):
        run = queued(north, kind, text)
        with django_assert_num_queries(number):
            runs.process(run.pk, clock=lambda: MONDAY)


def test_reps_are_found_by_name_or_address_and_nobody_is_invented(north, rep, stranger):
    people = rep._meta.model.objects.count()
    text = "lead_id,handed_at,rep\n1,2026-01-05,rob  rep\n2,2026-01-05,ROB@example.org\n3,2026-01-06,Sam Stranger\n"
    taken(north, "leads")
    taken(north, "handoffs", text)
    found = Handoff.objects.order_by("lead__external_id").values_list("rep__email", "rep_name", "assigned_at")
    assert [(email, name, at is not None) for email, name, at in found] == [
        ("rob@example.org", "rob rep", True),
        ("rob@example.org", "ROB@example.org", True),
        (None, "Sam Stranger", False),
    ]
    assert rep._meta.model.objects.count() == people
