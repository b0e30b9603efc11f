"""Imports and the sweep through real brokers and real workers; and what happens when either is dead."""

import os
import signal

import pytest

from tests.broker.site import Site, new_database
from tests.needs import IS_POSTGRES, needs_rabbitmq, needs_redis

pytestmark = pytest.mark.timeout(240)
# Embedded: SQLite and a broker in files. For many people: PostgreSQL and a broker of its own.
FOR_REAL = [pytest.param("TEST_REDIS_URL", marks=needs_redis), pytest.param("TEST_RABBITMQ_URL", marks=needs_rabbitmq)]
BROKERS = FOR_REAL if IS_POSTGRES else [pytest.param("", id="files")]
STATUS = "SELECT status FROM leads_importrun"
READ = "SELECT read FROM leads_importrun"
QUEUE = """
import os
from django.core.files.base import File
from django.utils.timezone import now
from agreements.models import Agreement
from leads.doors.files import runs
from leads.models import ImportRun
from leads.tasks import run_import
with open({path!r}, "rb") as file:
    run = ImportRun.objects.create(
        agreement=Agreement.objects.get(), kind="leads", file=File(file, "leads.csv"), file_name="leads.csv",
        size=os.path.getsize({path!r}), digest=runs.digest_of(file),
    )
runs.queue(run, {{}}, at=now())
run_import.delay(run_id=run.pk)
"""


@pytest.fixture(params=BROKERS)
def site(request, template, tmp_path):
    broker = os.environ[request.param] if request.param else "filesystem://localhost"
    with new_database(tmp_path, template) as database:
        yield Site(tmp_path, broker, database)


@pytest.fixture
def ticking_site(template, tmp_path):
    """With the first of the brokers only: a beat takes its minute."""
    broker = os.environ["TEST_REDIS_URL"] if IS_POSTGRES else "filesystem://localhost"
    with new_database(tmp_path, template) as database:
        yield Site(tmp_path, broker, database)


@pytest.fixture
def orphan(template, tmp_path):
    """An installation whose broker is dead."""
    with new_database(tmp_path, template) as database:
        yield Site(tmp_path, "redis://127.0.0.1:9/0", database)


def leads_file(site: Site, rows: int) -> str:
    path = site.folder / "leads.csv"
    path.write_text("lead_id,created_at\n" + "".join(f"{n},2026-03-02 09:00\n" for n in range(rows)))
    return str(path)


def test_an_import_runs_in_the_worker(site):
    site.python(QUEUE.format(path=leads_file(site, 50)))
    with site.worker():
        site.wait(STATUS, lambda found: found == ["done"])
    assert site.query("SELECT count(*) FROM leads_lead") == [50]


def test_an_import_whose_worker_was_killed_is_taken_up_by_the_sweep(site):
    site.python(QUEUE.format(path=leads_file(site, 12_000)))
    with site.worker() as worker:
        site.wait(READ, lambda found: found[0] > 0)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert site.query(STATUS) == ["running"]
    site.query("UPDATE leads_importrun SET touched_at = '2026-01-01 00:00:00+00:00'")
    with site.worker():
        site.python("from leads.tasks import take_up_imports; take_up_imports.delay()")
        site.wait(STATUS, lambda found: found == ["done"])
    assert site.query("SELECT count(*) FROM leads_lead") == site.query(READ) == [12_000]


@needs_redis
def test_the_sweep_comes_each_minute_and_notes_what_is_overdue(ticking_site):
    site = ticking_site
    site.python(
        "from datetime import timedelta\n"
        "from django.utils.timezone import now\n"
        "from agreements.models import Agreement\n"
        "from leads.work.handoffs import hand_over\n"
        "from leads.models import Handoff, Lead\n"
        "then = now() - timedelta(days=9)\n"
        "lead = Lead.objects.create(agreement=Agreement.objects.get(), created_at=then, recorded_at=then)\n"
        "hand_over(lead, by=None, at=then)\n"
    )
    with site.worker(), site.process("beat", "--pidfile="):
        site.wait("SELECT step FROM leads_escalation", lambda found: found == ["overdue"])


def test_a_dead_broker_loses_no_import(orphan):
    orphan.environment["DEBUG"] = "1"  # static files without a manifest
    answer = orphan.python(
        "from django.test import Client\n"
        "from django.core.files.uploadedfile import SimpleUploadedFile\n"
        "from django.urls import reverse\n"
        "from agreements.models import Agreement\n"
        "from leads.models import ImportRun\n"
        "from smarketing.accounts.models import User\n"
        "admin = User.objects.create_superuser('ann@example.org', name='Ann')\n"
        "client = Client(HTTP_HOST='localhost')\n"
        "client.force_login(admin, backend='allauth.account.auth_backends.AuthenticationBackend')\n"
        "file = SimpleUploadedFile('leads.csv', b'lead_id,created_at\\n1,2026-03-02 09:00\\n')\n"
        "data = {'agreement': Agreement.objects.get().pk, 'kind': 'leads', 'file': file}\n"
        "client.post(reverse('leads:import_new'), data)\n"
        "run = ImportRun.objects.get()\n"
        "read = {'delimiter': ',', 'encoding': 'utf-8', 'date_order': 'iso', 'decimal_mark': '.'}\n"
        "read |= {'time_zone': 'Europe/Amsterdam', 'column_external_id': '0', 'column_created_at': '1'}\n"
        "started = client.post(reverse('leads:import_start', args=[run.pk]), read)\n"
        "print(started.status_code, ImportRun.objects.get().status)\n"
    )
    assert answer.splitlines()[-1] == "302 queued"
    found = orphan.python(
        "from datetime import timedelta\n"
        "from django.utils.timezone import now\n"
        "from leads.doors.files import runs\n"
        "print(runs.tidy(now() + timedelta(minutes=5)))"
    )
    assert found == "[1]"
