"""Imports whose worker is killed, hangs or is slow: real processes, a short lease."""

import signal
import threading
import time
from contextlib import contextmanager

import pytest

from tests.broker.site import WORKER, Site, end, new_database

pytestmark = pytest.mark.timeout(400)
LEASE = 4
QUEUE = """
from hashlib import sha256
from django.core.files.base import ContentFile
from django.utils.timezone import now
from agreements.models import Agreement
from leads.doors.files import runs
from leads.models import ImportRun
from leads.tasks import run_import
for name, rows in {files!r}.items():
    data = ("lead_id,created_at\\n" + "".join(f"{{row}},2026-03-02 09:00\\n" for row in rows)).encode()
    run = ImportRun(agreement=Agreement.objects.get(), kind="leads", file_name=name, size=len(data))
    run.digest = sha256(data).hexdigest()
    run.file.save("leads.csv", ContentFile(data))
    runs.queue(run, {{}}, at=now())
    run_import.delay(run_id=run.pk)
"""
TAKE_UP = "from leads.tasks import take_up_imports; take_up_imports.delay()"


@pytest.fixture
def site(template, tmp_path):
    with new_database(tmp_path, template) as database:
        made = Site(tmp_path, "filesystem://localhost", database)
        made.environment |= {"IMPORT_LEASE_SECONDS": str(LEASE), "IMPORT_LONGEST_CHUNK_SECONDS": "8"}
        yield made


def started_worker(site):
    """One that takes harm from some rows."""
    return site.started(*WORKER, app="tests.broker.poisoned")


@contextmanager
def supervised(site):
    """A worker that is started again whenever it ends, as supervisors do, and a beat. Gives the exit statuses."""
    stopping, ended = threading.Event(), []

    def keep():
        while not stopping.is_set():
            process = started_worker(site)
            while process.poll() is None and not stopping.wait(0.1):
                pass
            if process.poll() is None:
                end(process)
            else:
                ended.append(process.returncode)

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        with site.process("beat", "--pidfile="):
            yield ended
    finally:
        stopping.set()
        thread.join(30)


def status_of(name):
    return f"SELECT status FROM leads_importrun WHERE file_name = '{name}'"


def column(site, name, of):
    (value,) = site.query(f"SELECT {name} FROM leads_importrun WHERE file_name = '{of}'")
    return value


def rows(count, prefix, **others):
    """Ids, with others in the place of some."""
    found = [f"{prefix}{n}" for n in range(count)]
    for word, place in others.items():
        found[place] = word
    return found


@pytest.mark.parametrize(("harm", "status"), [("kill", -signal.SIGKILL), ("hold", 1), ("wait", 1)])
def test_a_row_that_ends_its_worker_each_time_fails_its_run_at_its_line_and_the_others_go_on(site, harm, status):
    files = {"poison": rows(2_500, "p", **{harm: 2_345}), "first": rows(3_000, "a"), "second": rows(3_000, "b")}
    site.environment["IMPORT_SILENCE_SECONDS"] = "8"
    site.python(QUEUE.format(files=files))
    with supervised(site) as ended:
        for tries in (1, 2, 3):
            site.wait("SELECT claim FROM leads_importrun ORDER BY id", lambda found, n=tries: found[0] >= n)
        site.wait(status_of("poison"), lambda found: found == ["failed"])
        site.wait("SELECT status FROM leads_importrun ORDER BY id", lambda found: found[1:] == ["done", "done"])
    assert ended == [status] * 3
    assert column(site, "error", "poison") == "gave_up: 2346"  # the header is line 1, the row is in line 2347
    assert column(site, "read", "poison") == 2_345
    taken = site.query("SELECT external_id FROM leads_lead WHERE external_id LIKE 'p%'")
    assert sorted(taken) == sorted(rows(2_345, "p"))
    assert site.query("SELECT count(*) FROM leads_lead") == [2_345 + 6_000]


def test_a_chunk_that_takes_longer_than_the_lease_is_never_begun_twice(site):
    site.environment |= {"SLOW_SECONDS": str(2 * LEASE), "IMPORT_LONGEST_CHUNK_SECONDS": "60"}
    site.python(QUEUE.format(files={"slow": rows(30, "s", slow=7)}))
    with supervised(site) as ended:
        site.wait(status_of("slow"), lambda found: found == ["running"])
        while site.query(status_of("slow")) == ["running"]:
            site.python(TAKE_UP)  # whoever looks meanwhile finds nothing to take up
        assert site.query(status_of("slow")) == ["done"]
    assert (column(site, "claim", "slow"), column(site, "created", "slow"), ended) == (1, 30, [])


def test_after_a_killed_worker_the_import_is_taken_up_within_a_minute(site):
    """With the lease as it is by default, and the beat as it is."""
    del site.environment["IMPORT_LEASE_SECONDS"]
    site.environment["SLOW_SECONDS"] = "600"
    site.python(QUEUE.format(files={"leads": rows(30, "s", slow=7)}))
    process = started_worker(site)
    site.wait(status_of("leads"), lambda found: found == ["running"])
    process.kill()
    killed_at = time.monotonic()
    process.wait()
    site.environment["SLOW_SECONDS"] = "0"
    with supervised(site):
        site.wait("SELECT claim FROM leads_importrun", lambda found: found == [2])
        assert time.monotonic() - killed_at < 60
        site.wait(status_of("leads"), lambda found: found == ["done"])
    assert column(site, "created", "leads") == 30
