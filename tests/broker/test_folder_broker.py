"""The broker in a folder: removed, or on a full disk, under a real worker that has to live through it."""

import os
import shutil
import subprocess
import time

import pytest

from tests.broker.site import Site, new_database
from tests.broker.test_brokers import QUEUE, STATUS, leads_file
from tests.needs import IS_POSTGRES, leave_out

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(IS_POSTGRES, reason="left out: the broker in a folder is of the pass on SQLite"),
]
SIGN = "SELECT count(*) FROM cache WHERE cache_key = ':1:worker-sign-of-life'"


@pytest.fixture
def site(template, tmp_path):
    with new_database(tmp_path, template) as database:
        yield Site(tmp_path, "filesystem://localhost", database)


@pytest.fixture
def small_disk(site):
    folder = site.folder / "broker"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        leave_out("nothing can be mounted here (it takes root)")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def started(site):
    site.wait(SIGN, lambda found: found == [1])


def done(site):
    site.wait(STATUS, lambda found: found == ["done"])
    assert site.query("SELECT count(*) FROM leads_lead") == [20]


def test_a_worker_whose_folder_is_removed_goes_on(site):
    with site.worker() as worker:
        started(site)
        for _n in range(3):
            shutil.rmtree(site.folder / "broker", ignore_errors=True)
        site.python(QUEUE.format(path=leads_file(site, 20)))
        done(site)
        assert worker.poll() is None


def test_who_sends_all_the_time_goes_on_too(site):
    send = (
        "import shutil\n"
        "from django.conf import settings\n"
        "from leads.tasks import sweep\n"
        "sweep.delay()\n"
        "shutil.rmtree(settings.BROKER_DIR)\n"
        "sweep.delay()\n"
        "print(len(list((settings.BROKER_DIR / 'queue').glob('*.celery.msg'))))"
    )
    assert site.python(send).splitlines()[-1] == "1"


def test_half_a_message_stops_nobody(site):
    queue = site.folder / "broker" / "queue"
    queue.mkdir(parents=True)
    (queue / "0_a.celery.msg").write_text('{"body": "W1tdLCB7I')
    (queue / "1_b.celery.msg").touch()
    with site.worker() as worker:
        site.python(QUEUE.format(path=leads_file(site, 20)))
        done(site)
        assert worker.poll() is None


def test_half_a_table_of_queues_stops_nobody(site):
    control = site.folder / "broker" / "control"
    control.mkdir(parents=True)
    (control / "celery.exchange").write_text('[["celery", "", "ce')
    with site.worker() as worker:
        site.python(QUEUE.format(path=leads_file(site, 20)))
        done(site)
        assert worker.poll() is None


def test_a_worker_whose_disk_was_full_goes_on(site, small_disk):
    with site.worker() as worker:
        started(site)
        table = small_disk / "control" / "celery.exchange"
        while not (table.exists() and table.stat().st_size):  # it has its queue a moment after it has signed
            time.sleep(0.1)
        filler = small_disk / "filler"
        with pytest.raises(OSError, match="No space left"):
            filler.write_bytes(os.urandom(1_000_000))
        told = site.python(
            "from leads.tasks import sweep\n"
            "try:\n"
            "    sweep.delay()\n"
            "except Exception as error:\n"
            "    print(type(error).__name__, error)"
        )
        assert "The broker's folder takes no message" in told
        filler.unlink()
        site.python(QUEUE.format(path=leads_file(site, 20)))
        done(site)
        assert worker.poll() is None
        assert not [path for path in (small_disk / "queue").iterdir() if path.name.endswith(".msg")]
