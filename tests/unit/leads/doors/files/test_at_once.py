"""Files that arrive at the same moment: through real connections, so that PostgreSQL shows what it does."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from agreements.terms import timeline
from leads.clock.consequences import differences
from leads.doors.files import lease, runs
from leads.models import Attempt, Deal, Handoff, ImportRun, Lead, WaitingRow
from tests.cast import MONDAY
from tests.unit.leads.doors.files.files import FILES, queued

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _small_chunks(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(lease, "CHUNK", 7)


def at_once(run_ids: list[int]) -> list[bool]:
    barrier = Barrier(len(run_ids))

    def work(run_id: int) -> bool:
        barrier.wait()
        try:
            return runs.process(run_id, clock=lambda: MONDAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(run_ids)) as pool:
        return list(pool.map(work, run_ids))


def many(kind: str, count: int = 40) -> str:
    """Rows about the leads 0 to count, those of one kind forwards and of the next backwards."""
    header, example = FILES[kind].splitlines()[:2]
    _id, _comma, rest = example.partition(",")
    numbers = range(count) if kind in ("leads", "attempts") else reversed(range(count))
    return "\n".join([header, *(f"{number},{rest}" for number in numbers)]) + "\n"


def test_four_files_at_once_leave_nothing_waiting_and_nothing_to_mend(north):
    answers = at_once([queued(north, kind, many(kind)).pk for kind in FILES])
    assert answers == [True] * 4
    assert list(ImportRun.objects.values_list("error", flat=True)) == [""] * 4
    assert [model.objects.count() for model in (Lead, Handoff, Attempt, Deal, WaitingRow)] == [40, 40, 40, 40, 0]
    assert differences(list(Lead.objects.values_list("pk", flat=True)), timeline(north)) == []


def test_the_same_file_twice_at_once_comes_in_once(north):
    found = [queued(north, "leads", many("leads")) for _ in range(3)]
    at_once([run.pk for run in found])
    for run in found:
        run.refresh_from_db()
    assert sum(run.created for run in found) == Lead.objects.count() == 40
    assert {run.created + run.unchanged for run in found} == {40}


def test_two_workers_at_one_run_take_each_row_once(north):
    run = queued(north, "leads", many("leads"))
    assert sorted(at_once([run.pk, run.pk])) == [False, True]
    run.refresh_from_db()
    assert (run.read, run.created) == (40, 40)
