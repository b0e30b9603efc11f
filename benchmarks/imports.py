"""How many rows a second a file brings in. Prints each step, and the ratio to reading the same file and doing nothing;
then how long recomputing all of it takes, as a multiple of bringing the handoffs in.

    python benchmarks/imports.py [ATTEMPTS]    (a quarter as many handoffs: 100000 for 25,000)

In a database of its own: a fresh file in a temporary folder, or the one DATABASE_URL names (its tables are filled).
"""

import csv
import os
import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
FOLDER = Path(tempfile.mkdtemp(prefix="smarketing-benchmark-"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("VAR_DIR", str(FOLDER))

import django

django.setup()

from django.core.management import call_command

from agreements.document.clauses import DEFAULT_REASONS
from agreements.models import Agreement, Objective, ReturnReason, Version
from agreements.promises.promise import SpeedPromise
from leads.clock.recompute import recompute
from leads.doors.files.runs import carry_in, digest_of
from leads.models import Clock, Handoff, ImportRun
from smarketing.accounts.models import Side, Team

START = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def agreement() -> Agreement:
    slug = f"benchmark-{os.getpid()}"
    made = Agreement.objects.create(
        slug=slug,
        name=slug,
        marketing_team=Team.objects.create(name=slug, side=Side.MARKETING),
        sales_team=Team.objects.create(name=slug, side=Side.SALES),
        time_zone="Europe/Berlin",
        currency="EUR",
    )
    ReturnReason.objects.bulk_create(ReturnReason.rows(made, DEFAULT_REASONS))
    version = Version.objects.create(agreement=made, effective_on=date(2020, 1, 1), calendar={"week": WEEK})
    Objective.of(version, SpeedPromise(within_minutes=Decimal(60), share=Decimal("0.9"))).save()
    return made


def written(name: str, header: list[str], rows: list[list[object]]) -> Path:
    path = FOLDER / f"{name}.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def files() -> dict[str, Path]:
    """A lead for four attempts, each handed over an hour after it was won; in the order of time, as exports are."""
    chance = random.Random(7)
    leads = ROWS // 4
    won = sorted(START + timedelta(seconds=chance.randrange(60_000_000)) for _ in range(leads))
    tried = [
        [n, won[n] + timedelta(hours=1 + nth * 30, minutes=chance.randrange(90))]
        for n in range(leads)
        for nth in range(4)
    ]
    return {
        "leads": written("leads", ["lead_id", "created_at", "source"], [[n, at, "fair"] for n, at in enumerate(won)]),
        "handoffs": written(
            "handoffs", ["lead_id", "handed_at"], [[n, at + timedelta(hours=1)] for n, at in enumerate(won)]
        ),
        "attempts": written(
            "attempts", ["lead_id", "attempted_at", "result", "rep"], [[n, at, "no answer", "rep-1"] for n, at in tried]
        ),
    }


def carried(made: Agreement, kind: str, path: Path) -> tuple[int, float]:
    with path.open("rb") as file:
        digest = digest_of(file)
    run = ImportRun.objects.create(
        agreement=made, kind=kind, status="running", size=path.stat().st_size, digest=digest, touched_at=NOW
    )
    begun = time.perf_counter()
    with path.open("rb") as file:
        carry_in(run, file, clock=lambda: NOW)
    return run.read, time.perf_counter() - begun


def only_read(path: Path) -> float:
    begun = time.perf_counter()
    with path.open(newline="") as file:
        for _row in csv.reader(file):
            pass
    return time.perf_counter() - begun


def recomputed(made: Agreement) -> float:
    """Seconds for the worst of it: nothing that follows from the facts stands there any more."""
    Handoff.objects.filter(agreement=made).update(due_at=None, response_us=None, waited_us=None, attempts_count=0)
    Clock.objects.filter(handoff__agreement=made).delete()
    begun = time.perf_counter()
    recompute(made, by=None, at=NOW)
    return time.perf_counter() - begun


def main() -> None:
    call_command("migrate", verbosity=0)
    made, found, brought_in = agreement(), files(), 0.0
    for title in ("first", "again"):
        for kind, path in found.items():
            rows, seconds = carried(made, kind, path)
            ratio = seconds / only_read(path)
            print(f"{title:>6} {kind:<9} {rows:>9,} rows {rows / seconds:>9,.0f} rows/s {ratio:>7,.0f} x reading only")
            brought_in += seconds if (title, kind) == ("first", "handoffs") else 0
    seconds, handoffs = recomputed(made), made.handoffs.count()
    ratio = seconds / brought_in
    print(f"recomputing {handoffs:,} handoffs, every one odd: {seconds:.1f} s, {ratio:.2f} x their import (2 at most)")


main()
