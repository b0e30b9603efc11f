"""How long people wait on SQLite beside work that nobody waits for: a large import, then recomputing all of it.

    python benchmarks/beside_an_import.py [ROWS] [PEOPLE]    (100000 rows, 4 people)

Each of the people is a process of its own, which records attempts through the pages' own view, one after the other with
a short rest. Prints for each phase the posts, the longest and the middle wait, those that failed, and what the import
takes beside them and alone. In a database of its own in a temporary folder.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AGREEMENT = ROOT / "tests" / "acceptance" / "bank.toml"
LEADS = 200  # to which people record attempts
SETUP = """
from datetime import timedelta
from django.utils.timezone import now
from agreements.models import Agreement
from leads.models import Lead
from leads.work.handoffs import hand_over
from smarketing.accounts.models import User
agreement = Agreement.objects.get()
for number in range({people}):
    User.objects.create_superuser(f"person-{{number}}@example.org", name=str(number))
then = now() - timedelta(hours=1)
for number in range({leads}):
    lead = Lead.objects.create(agreement=agreement, external_id=f"x{{number}}", created_at=then, recorded_at=then)
    hand_over(lead, by=None, at=then)
"""


def posting(number: int, until: Path) -> None:
    """Posts until the file is there; prints the waits of all, and which failed."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "smarketing.settings"
    import django

    django.setup()
    from django.test import Client
    from django.urls import reverse

    from leads.models import Handoff
    from smarketing.accounts.models import User

    client = Client(HTTP_HOST="localhost", raise_request_exception=False)
    person = User.objects.get(email=f"person-{number}@example.org")
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    handoffs = list(Handoff.objects.filter(lead__external_id__startswith="x").values_list("pk", flat=True))
    waits, failed = [], 0
    print("ready", flush=True)
    while not until.exists():
        url = reverse("leads:attempt", args=[handoffs[(number * 50 + len(waits)) % len(handoffs)]])
        begun = time.perf_counter()
        answer = client.post(url, {"channel": "phone", "result": "no_answer", "note": f"{number} {len(waits)}"})
        waits.append(time.perf_counter() - begun)
        failed += answer.status_code != 302
        time.sleep(0.05)
    print(json.dumps({"waits": waits, "failed": failed}))


class Site:
    def __init__(self, folder: Path, people: int) -> None:
        self.folder, self.people = folder, people
        self.env = {**os.environ, "DEMO": "1", "DEBUG": "1", "VAR_DIR": str(folder), "LOG_LEVEL": "ERROR"}
        self.env.pop("DATABASE_URL", None)
        self.manage("migrate", "-v0")
        self.manage("load_agreement", str(AGREEMENT))
        self.manage("shell", "-v0", "-c", SETUP.format(people=people, leads=LEADS))

    def manage(self, *arguments: str) -> float:
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.env, check=True, stdout=subprocess.DEVNULL
        )
        return time.perf_counter() - begun

    def beside(self, *arguments: str) -> tuple[float, list[float], int]:
        """The seconds of a command, and the waits and failures of the people meanwhile."""
        until = self.folder / f"until-{time.monotonic_ns()}"
        people = [
            subprocess.Popen(
                [sys.executable, __file__, "post", str(n), str(until)], env=self.env, stdout=subprocess.PIPE
            )
            for n in range(self.people)
        ]
        for one in people:
            assert one.stdout is not None
            assert one.stdout.readline() == b"ready\n"
        seconds = self.manage(*arguments)
        until.touch()
        answers = [json.loads(one.communicate()[0]) for one in people]
        return seconds, [wait for one in answers for wait in one["waits"]], sum(one["failed"] for one in answers)


def leads_file(folder: Path, prefix: str, rows: int) -> Path:
    path = folder / f"{prefix}.csv"
    path.write_text("lead_id,created_at\n" + "".join(f"{prefix}{n},2026-03-02 09:00\n" for n in range(rows)))
    return path


def measure(rows: int, people: int, folder: Path) -> dict[str, tuple[float, int]]:
    """Phase -> the longest wait and the failures."""
    site, found = Site(folder, people), {}
    files = [leads_file(folder, prefix, rows) for prefix in "ab"]
    importing = ("import_file", "leads", "--agreement", "bank", "--hand-over")
    alone = site.manage(*importing, str(files[0]))
    for phase, arguments in (
        ("import", (*importing, str(files[1]))),
        ("recompute", ("recompute", "--apply", "--terms-in-force")),
    ):
        seconds, waits, failed = site.beside(*arguments)
        waits.sort()
        print(f"{phase:<9} {seconds:6.1f} s, {len(waits):5} posts, longest {waits[-1]:.2f} s,", end=" ")
        print(f"middle {waits[len(waits) // 2]:.3f} s, {failed} failed")
        found[phase] = (waits[-1], failed)
    print(f"import alone {alone:.1f} s: {rows / alone:,.0f} rows with their handoffs a second")
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["post"]:
        posting(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        given = [int(text) for text in sys.argv[1:]]
        with tempfile.TemporaryDirectory(prefix="smarketing-benchmark-") as name:
            measure(*[*given, *(100_000, 4)[len(given) :]][:2], Path(name))
