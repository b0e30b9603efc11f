"""How long the server works on each page of each role, on the demonstration's data in VAR_DIR.

    DEMO=1 VAR_DIR=... .venv/bin/python manage.py migrate && ... load_demo, then
    DEMO=1 VAR_DIR=... .venv/bin/python benchmarks/pages.py [limit in ms]

Prints the median processor time of five answers after one that warms up, the database queries and the size, the slowest
first; exits 1 where a page takes longer than the limit (200).
"""

import logging
import os
import sys
from pathlib import Path
from statistics import median
from time import process_time

import django

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
django.setup()
logging.disable(logging.CRITICAL)  # refusals are answers here

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement
from leads.models import Handoff, ImportRun
from smarketing.accounts.models import User

LIMIT_MS, TIMES = 200.0, 5
ROLES = {"marketing": "clara", "rep": "lukas", "sales lead": "petra", "leadership": "ingrid", "administrator": "nils"}


def addresses() -> list[str]:
    """Every page that answers a GET, one record each."""
    handoff = Handoff.objects.filter(agreement__slug="dach").order_by("-attempts_count", "pk").first()
    assert handoff is not None
    found = ["/profile/", "/styleguide/", "/leads/", "/leads/?q=gmbh&state=working", "/leads/new/", "/leads/queue/"]
    found += ["/leads/queue/?whose=team", "/leads/queue/?whose=team&clock=overdue", "/leads/escalations/"]
    found += [handoff.lead.get_absolute_url(), f"{handoff.lead.get_absolute_url()}edit/", "/leads/imports/"]
    found += ["/leads/imports/new/", "/leads/imports/reps/", "/reports/", "/reports/scorecard/", "/agreements/"]
    found += [f"/leads/imports/{run.pk}/" for run in ImportRun.objects.all()[:1]]
    for slug in Agreement.objects.values_list("slug", flat=True):
        found += [f"/agreements/{slug}/{page}" for page in ("", "edit/", "targets/", "ledger/", "toml/")]
        for page in ("volume", "speed", "depth", "scorecard"):
            found += [f"/reports/{slug}/{page}/?period={period}" for period in periods()]
        found.append(f"/reports/{slug}/records/?what=handed_over&period={periods()[-1]}")
    return [*found, "/agreements/new/", "/admin/", "/admin/accounts/user/", "/no/such/page"]


def periods() -> list[str]:
    last = Handoff.objects.latest("handed_on").handed_on
    return [f"{last:%Y-%m}", f"{last.year}-Q{(last.month + 2) // 3}", str(last.year)]


def measured(client: Client, address: str) -> tuple[int, float, int, int]:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
        count = len(queries)  # what is captured is gone with the next request
    times = []
    for _n in range(TIMES if answer.status_code == 200 else 1):
        begun = process_time()
        client.get(address)
        times.append(1000 * (process_time() - begun))
    return answer.status_code, median(times), count, len(answer.content)


def main() -> int:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else LIMIT_MS
    rows = []
    for role, name in ROLES.items():
        client = Client(raise_request_exception=False)
        user = User.objects.get(email=f"{name}@nordwind.example")
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        rows += [(*measured(client, address), role, address) for address in addresses()]
    rows.sort(key=lambda row: -row[1])
    print(f"{'ms':>7} {'queries':>7} {'kB':>6} {'status':>6}  {'role':<14} page")
    for status, ms, queries, size, role, address in rows:
        if status not in (302, 403):
            print(f"{ms:7.0f} {queries:7} {size / 1000:6.0f} {status:6}  {role:<14} {address}")
    slow = [row for row in rows if row[1] > limit or row[0] >= 500]
    print(f"{len(slow)} of {len(rows)} take longer than {limit:.0f} ms or fail.")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
