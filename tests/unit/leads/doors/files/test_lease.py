"""Who may take an import up that was broken off, how, and how often."""

from datetime import timedelta

import pytest
from django.urls import reverse

from leads.doors.files import lease, runs
from leads.enums import RunStatus
from leads.models import ImportRun, Lead
from tests.cast import MONDAY
from tests.unit.leads.doors.files.files import queued

TEXT = "id,created\n" + "".join(f"{n},2026-01-05\n" for n in range(400))
SILENT = lease.LEASE + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def run(north):
    return queued(north, "leads", TEXT)


class Killed(BaseException):
    """As when the machine goes away."""


def broken_off(run, at, after=0):
    """A worker takes it up and is killed in the chunk that follows so many leads."""

    def clock():
        if lease_is_taken() and Lead.objects.count() > after:
            raise Killed
        return at

    def lease_is_taken():
        return ImportRun.objects.filter(pk=run.pk, touched_at=at).exists()

    with pytest.raises(Killed):
        runs.process(run.pk, clock=clock)
    run.refresh_from_db()


def test_each_try_at_a_place_takes_fewer_rows_until_it_is_one(run):
    found = []
    for tries in (1, 2, 3):
        claimed = lease.claim(run.pk, MONDAY + tries * SILENT)
        found.append((claimed.tries, lease.rows_at_once(claimed), claimed.careful_until))
    assert found == [(1, 2000, 0), (2, 44, 2000), (3, 1, 2000)]


def test_after_three_tries_it_is_failed_with_the_line_and_its_page_says_so(run, signed_in, marketer):
    for tries in (1, 2, 3):
        broken_off(run, MONDAY + tries * SILENT)
    assert not runs.process(run.pk, clock=lambda: MONDAY + 4 * SILENT)
    run.refresh_from_db()
    assert (run.status, run.error, run.claim, run.ended_at) == (RunStatus.FAILED, "gave_up: 0", 3, MONDAY + 4 * SILENT)
    page = signed_in(marketer).get(reverse("leads:import", args=[run.pk])).content.decode()
    assert "broke off three times right after line 0" in page
    assert runs.retry(run, at=MONDAY)
    assert runs.process(run.pk, clock=lambda: MONDAY + 9 * SILENT)
    assert Lead.objects.count() == 400


def test_beyond_the_place_of_the_trouble_tries_are_counted_anew(run, monkeypatch):
    monkeypatch.setattr(lease, "CHUNK", 90)
    broken_off(run, MONDAY + SILENT, after=90)
    assert (run.read, run.line, run.tries) == (90, 91, 1)
    broken_off(run, MONDAY + 2 * SILENT, after=92)
    assert (run.read, run.tries, run.careful_until) == (92, 2, 180)  # two rows at once
    broken_off(run, MONDAY + 3 * SILENT, after=200)
    assert (run.tries, run.claim) == (1, 3)


def test_what_was_broken_off_is_taken_up_alone_and_what_is_new_beside_it(run, north):
    other = queued(north, "leads", TEXT.replace("\n", "\nx", 1))
    for one in (run, other):
        assert lease.claim(one.pk, MONDAY)
    later = MONDAY + SILENT
    assert lease.claim(run.pk, later)
    assert lease.claim(other.pk, later) is None
    assert lease.claim(queued(north, "leads", TEXT).pk, later)
    ImportRun.objects.filter(pk=run.pk).update(status=RunStatus.DONE)
    assert lease.claim(other.pk, later)


def test_a_worker_whose_claim_was_taken_over_writes_nothing_more(run):
    first = lease.claim(run.pk, MONDAY)
    second = lease.claim(run.pk, MONDAY + SILENT)
    assert lease.held(second).exists()
    assert not lease.held(first).exists()
    lease.end(first, runs.FileProblem("failed"), at=MONDAY)
    run.refresh_from_db()
    assert (run.status, run.error) == (RunStatus.RUNNING, "")
