"""What the ledger costs: `python benchmarks/ledger.py [handoffs]` from the root, 220,000 without a number.

Thirteen months in one SQLite file, every eleventh lead with a sale and every twentieth handed over twice. Counting the
handoffs is the floor; prints processor time of the read, of the page's figures and of the year as JSON.
"""

import os
import random
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "smarketing.settings"
os.environ.update(DEMO="1", VAR_DIR=tempfile.mkdtemp(prefix="smarketing-benchmark-"))
os.environ.pop("DATABASE_URL", None)

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from agreements.models import Agreement
from agreements.months.suggestion import twelve_before
from leads.ledger.as_json import ledger_json
from leads.ledger.collected import ledger_of
from leads.models import Deal, Handoff, Lead
from leads.pages.ledger.rows import lines, sums
from tests import cast

START, TODAY = datetime(2025, 3, 1, tzinfo=UTC), date(2026, 3, 31)
RUNS, CHUNK = 3, 5_000


def fill(deal: Agreement, count: int) -> None:
    rng = random.Random(7)
    for first in range(0, count, CHUNK):
        size = min(CHUNK, count - first)
        leads = Lead.objects.bulk_create(Lead(agreement=deal, created_at=START, recorded_at=START) for _ in range(size))
        Handoff.objects.bulk_create(handoff for lead in leads for handoff in handoffs(lead, rng))
        Deal.objects.bulk_create(sale(lead, rng) for lead in leads[::11])


def handoffs(lead: Lead, rng: random.Random) -> list[Handoff]:
    days = [rng.randrange(390)]
    if rng.random() < 0.05:
        days.append(min(days[0] + 40, 394))
    ats = [START + timedelta(days=day, minutes=rng.randrange(600)) for day in days]
    return [
        Handoff(lead=lead, agreement=lead.agreement, handed_at=at, recorded_at=at, handed_on=at.date()) for at in ats
    ]


def sale(lead: Lead, rng: random.Random) -> Deal:
    at = START + timedelta(days=rng.randrange(396))
    return Deal(lead=lead, outcome="won", closed_at=at, recorded_at=at, revenue=rng.randrange(9_000), currency="EUR")


def best(work: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(RUNS):
        start = process_time()
        work()
        seconds.append(process_time() - start)
    return min(seconds)


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    deal = cast.agreement("north", zone="UTC")
    fill(deal, count)
    if "analyze" in sys.argv:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    months = twelve_before(TODAY)

    def shown() -> None:
        ledger = ledger_of(deal, today=TODAY)
        sums(ledger, months, with_names=True)
        lines(ledger, months)

    works: dict[str, Callable[[], Any]] = {
        "select count(*)": Handoff.objects.filter(agreement=deal).count,
        "the ledger, read": lambda: ledger_of(deal, today=TODAY),
        "with the page's figures": shown,
        "with the year as JSON": lambda: ledger_json(ledger_of(deal, today=TODAY), months),
    }
    print(f"{Handoff.objects.count():,} handoffs, {Deal.objects.count():,} sales")
    for name, work in works.items():
        print(f"{name:28}{1000 * best(work):10.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 220_000)
