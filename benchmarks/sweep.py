"""How long a sweep takes that has OVERDUE clocks to tell, with nothing told before and with twice as many.

    python benchmarks/sweep.py [OVERDUE]    (10000)

In a database of its own: a fresh file in a temporary folder, or the one DATABASE_URL names (its tables are filled).
"""

import os
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

OVERDUE = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="smarketing-benchmark-"))

import django

django.setup()

from django.core.management import call_command

from agreements.models import Agreement, Version
from leads.clock.sweep import note_clocks
from leads.enums import ClockKind
from leads.models import Clock, Handoff, Lead
from smarketing.accounts.models import Side, Team

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
LATER = START + timedelta(days=1)


def main() -> None:
    call_command("migrate", verbosity=0)
    version = agreement()
    overdue(version, OVERDUE)
    tell("nothing told before")
    overdue(version, OVERDUE, warned_at=LATER, escalated_at=LATER)
    overdue(version, OVERDUE)
    tell(f"{2 * OVERDUE:,} told before")
    tell("nothing left to tell")


def tell(what: str) -> None:
    began = time.perf_counter(), time.process_time()
    told = sum(note_clocks(at=LATER).values())
    wall, own = time.perf_counter() - began[0], time.process_time() - began[1]
    print(f"{what:>24}: {told:,} told in {wall:.2f} s, of processor time {own:.2f} s")


def agreement() -> Version:
    teams = {f"{side}_team": Team.objects.create(name=side, side=side) for side in (Side.MARKETING, Side.SALES)}
    made = Agreement.objects.create(slug="sweep", name="Sweep", time_zone="UTC", currency="EUR", **teams)
    return Version.objects.create(agreement=made, effective_on=date(2020, 1, 1), calendar={"week": {}})


def overdue(version: Version, count: int, **told: datetime) -> None:
    """Each of a lead and a handoff of its own, due an hour after it."""
    deal, told_of = version.agreement, {"agreement": version.agreement, "recorded_at": START}
    leads = Lead.objects.bulk_create(Lead(name=f"{n}", created_at=START, **told_of) for n in range(count))
    handoffs = Handoff.objects.bulk_create(
        Handoff(lead=lead, handed_at=START, handed_on=START, version=version, agreement=deal, recorded_at=START)
        for lead in leads
    )
    times = {"started_at": START, "due_at": START + timedelta(hours=1), "recorded_at": START, **told}
    Clock.objects.bulk_create(
        Clock(lead_id=handoff.lead_id, handoff=handoff, version=version, kind=ClockKind.RESPONSE, **times)
        for handoff in handoffs
    )


if __name__ == "__main__":
    main()
