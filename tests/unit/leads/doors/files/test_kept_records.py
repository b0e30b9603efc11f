"""What a file brought stays on record, and a file that is not what was sent does not end as done."""

from pathlib import Path

import pytest
from django.db.models import ProtectedError

from leads.doors.files import lease, runs
from leads.enums import RunStatus
from leads.models import ImportRun, Lead
from tests.cast import MONDAY
from tests.unit.leads.doors.files.files import queued, taken

TEXT = "id,created\n" + "".join(f"{n},2026-01-05\n" for n in range(40)) + "x,never\n"


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(lease, "CHUNK", 8)


def test_a_finished_import_and_its_list_of_rejects_cannot_be_deleted(north):
    run = taken(north, "leads", TEXT)
    assert not runs.discard(run)
    with pytest.raises(ProtectedError):
        run.delete()
    with pytest.raises(ProtectedError):
        ImportRun.objects.filter(pk=run.pk).delete()
    assert [(row.line, row.reason) for row in run.rejects.all()] == [(42, "no_date")]


def test_an_import_that_failed_after_it_had_brought_rows_cannot_be_deleted_either(north):
    run = taken(north, "leads", TEXT.replace("x,never", '"y'))
    ImportRun.objects.filter(pk=run.pk).update(status=RunStatus.FAILED)
    assert not runs.discard(run)
    nothing = taken(north, "leads", "shoe,size\nred,41\n")
    assert runs.discard(nothing)


@pytest.mark.parametrize("text", [TEXT[:200], TEXT.replace("2026-01-05", "2026-01-06"), TEXT + "9,2026-01-05\n"])
def test_a_file_changed_before_it_is_read_is_not_taken(north, text):
    run = queued(north, "leads", TEXT)
    Path(run.file.path).write_text(text)
    assert runs.process(run.pk, clock=lambda: MONDAY)
    run.refresh_from_db()
    assert (run.status, run.error, Lead.objects.count()) == (RunStatus.FAILED, "file_changed", 0)


def test_a_file_cut_off_while_it_is_read_fails_and_says_so(north):
    """In the middle, where what is left could be taken for the whole."""
    text = "id,created,name\n" + "".join(f"{n},2026-01-05,{'x' * 150}\n" for n in range(200))
    run = queued(north, "leads", text)

    def cut_off_after_a_chunk():
        if Lead.objects.exists():
            with open(run.file.path, "r+b") as file:
                file.truncate(len(text) // 2)
        return MONDAY

    assert runs.process(run.pk, clock=cut_off_after_a_chunk)
    run.refresh_from_db()
    assert (run.status, run.error) == (RunStatus.FAILED, "file_changed")
    assert 0 < run.read < text.count("\n") - 1
    assert Path(run.file.path).exists()
