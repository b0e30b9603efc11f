"""What a month's figures cost: `python benchmarks/reports.py [handoffs]` from the root, 200,000 without a number.

Everything runs in one process on one SQLite file: counting the month's rows is the floor, fetching the same columns
as bare tuples says what the database and the driver take, and the rest is ours.
"""

import os
import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.update(DEMO="1", VAR_DIR=tempfile.mkdtemp(prefix="smarketing-benchmark-"))
os.environ.pop("DATABASE_URL", None)
os.environ["DJANGO_SETTINGS_MODULE"] = "smarketing.settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command

from agreements.models import Agreement
from agreements.terms import timeline
from leads.models import Handoff, Lead
from reports.facts.handoffs import facts_of
from reports.facts.reading import measures, read, verdicts
from reports.pages.links import Links
from reports.pages.speed import speed_sheet
from reports.pages.volume import volume_sheet
from smarketing.lib.periods import Period
from tests import cast

MONTH, TODAY = Period(date(2026, 3, 1)), date(2026, 4, 30)
START, AT = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
MINUTE, RUNS, CHUNK = 60_000_000, 3, 5_000


def handoff(lead: Lead, rng: random.Random) -> Handoff:
    at = START + timedelta(minutes=rng.randrange(31 * 24 * 60 - 120))
    minutes, attempts = rng.expovariate(1 / 40), rng.randrange(8)
    is_called = attempts > 0
    return Handoff(
        lead=lead,
        agreement=lead.agreement,
        handed_at=at,
        recorded_at=at,
        handed_on=at.date(),
        source=rng.choice(("web", "fair", "webinar", "")),
        tier=rng.choice("ABC"),
        state="working" if is_called else "waiting",
        due_at=at + timedelta(minutes=60),
        waited_us=30 * MINUTE,
        stopped_at=at + timedelta(minutes=minutes) if is_called else None,
        response_us=int(minutes * MINUTE) if is_called else None,
        response_wall_us=int(minutes * MINUTE) if is_called else None,
        connected_nth=attempts if is_called and rng.random() < 0.3 else None,
        attempts_count=attempts,
        promised_attempts=6,
        depth_due_at=at + timedelta(days=21),
        returned_at=at + timedelta(days=1) if rng.random() < 0.04 else None,
        return_reason="wrong_data",
    )


def fill(deal: Agreement, count: int) -> None:
    rng = random.Random(7)
    for first in range(0, count, CHUNK):
        size = min(CHUNK, count - first)
        leads = Lead.objects.bulk_create(Lead(agreement=deal, created_at=START, recorded_at=START) for _ in range(size))
        Handoff.objects.bulk_create(handoff(lead, rng) for lead in leads)


def bare(sql: str) -> Callable[[], Any]:
    connection = sqlite3.connect(settings.DATABASES["default"]["NAME"])
    return lambda: connection.execute(sql).fetchall()


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
    terms, links = timeline(deal), Links("north", MONTH)

    def reading() -> Any:
        return read(deal, MONTH, at=AT, today=TODAY, terms=terms)

    where = f"from leads_handoff where agreement_id = {deal.pk} and handed_on between '2026-03-01' and '2026-03-31'"
    works: dict[str, Callable[[], Any]] = {
        "select count(*)": bare(f"select count(*) {where}"),
        "the same rows, bare": bare(f"select * {where}"),
        "read as columns": lambda: facts_of(deal, MONTH.start_on, MONTH.end_on, terms=terms, at=AT),
        "all measures": lambda: (found := reading(), measures(found, verdicts(found))),
        "the page of the volume": lambda: volume_sheet(reading(), links),
        "the page of the speed": lambda: speed_sheet(reading(), links),
    }
    times = {name: best(work) for name, work in works.items()}
    floor = times["select count(*)"]
    print(f"{count:,} handoffs in the month")
    for name, seconds in times.items():
        print(f"{name:25}{1000 * seconds:10.1f} ms{seconds / floor:10.1f} x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
