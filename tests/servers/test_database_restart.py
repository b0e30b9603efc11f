"""PostgreSQL is restarted under a running portal, worker and beat."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest

from tests.broker.site import Site, fill
from tests.needs import IS_POSTGRES
from tests.servers.web import servers, web_of

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(not IS_POSTGRES, reason="left out: of the pass on PostgreSQL"),
]

OF_THE_WORKER = "SELECT 1 FROM cache WHERE cache_key LIKE '%worker-sign-of-life'"
OF_BEAT = "SELECT name FROM django_celery_beat_periodictask"
OVERDUE = """
from datetime import timedelta
from django.utils.timezone import now
from agreements.models import Agreement
from leads.models import Lead
from leads.work.handoffs import hand_over
then = now() - timedelta(days=9)
lead = Lead.objects.create(agreement=Agreement.objects.get(), created_at=then, recorded_at=then)
hand_over(lead, by=None, at=then)
"""


@pytest.fixture
def cluster():
    """A PostgreSQL that only this test uses; its user does not get into the folders of pytest."""
    with TemporaryDirectory(prefix="smarketing-cluster-") as name:
        running = [servers().start_postgres(Path(name))]
        running[0].wait()
        yield Path(name), running
        running[-1].stop()


def test_after_a_restart_not_one_request_fails_and_meanwhile_the_portal_says_what_is_the_matter(cluster, tmp_path):
    folder, running = cluster
    site = Site(tmp_path, "filesystem://localhost", running[0].url)
    fill(site, "agreement")
    with web_of(site) as web, site.worker(), site.process("beat", "--pidfile="):
        cookie = web.session()
        for started in (OF_THE_WORKER, OF_BEAT):  # with the database away neither would start at all
            site.wait(started, bool)
        assert {web.get("/agreements/", cookie).status for _n in range(20)} == {200}

        running[-1].stop()
        away, ill = web.get("/agreements/", cookie), web.get("/health")
        time.sleep(8)  # longer than the pool tries by itself
        running.append(servers().start_postgres_again(folder, urlsplit(running[0].url).port))
        running[-1].wait()

        answers = [web.get("/agreements/", cookie) for _n in range(40)]
        assert [answer.status for answer in answers] == [200] * 40
        assert (away.status, away.headers["Retry-After"], ill.status) == (503, "5", 503)
        assert "The portal cannot answer just now" in away.text
        assert web.get("/health").text == "ok"
        # The beat comes within its minute, and the worker does what it says.
        site.python(OVERDUE)
        site.wait("SELECT step FROM leads_escalation", lambda found: found == ["overdue"])
