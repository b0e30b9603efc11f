"""A year of an agreement, written straight into its tables: so many handoffs take minutes by any other way."""

import random
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Model

from agreements.models import Agreement
from leads.models import Attempt, Handoff, Lead
from tests.servers.ten_tabs import YEAR

CHUNK, MINUTE = 2_000, 60_000_000
START = datetime(YEAR, 1, 1, 12, tzinfo=UTC)


def fill(count: int, attempts: int = 0) -> int:
    """Answers the number of a lead that was tried so often."""
    rng, deal = random.Random(7), Agreement.objects.get()
    version, size = deal.versions.first(), min(CHUNK, count)
    leads = Lead.objects.bulk_create(_lead(deal, number) for number in range(size))
    Handoff.objects.bulk_create(_handoff(lead, version, rng) for lead in leads)
    lead = Lead.objects.create(agreement=deal, created_at=START, recorded_at=START, name="Often tried")
    tries = (START + timedelta(hours=n) for n in range(attempts))
    Attempt.objects.bulk_create(
        Attempt(lead=lead, attempted_at=at, recorded_at=at, result="no_answer", rep_name="Rob", note="Nobody there")
        for at in tries
    )
    for start in range(size, count, size):
        for model in (Lead, Handoff):
            _copy(model, min(size, count - start), start)
    return lead.pk


def _copy(model: type[Model], rows: int, number: int) -> None:
    """The first rows again, with ids moved up; a handoff's lead is the one that was moved with it."""
    moved = {"id", "lead_id"}
    names = [field.column for field in model._meta.concrete_fields if not field.generated]
    offset = 10 * number
    taken = ", ".join(f'"{name}" + {offset}' if name in moved else f'"{name}"' for name in names)
    table, listed = model._meta.db_table, ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({listed}) SELECT {taken} FROM "{table}" ORDER BY id LIMIT {rows}')


def _lead(deal: Agreement, number: int) -> Lead:
    who = {"name": f"Person {number}", "company": f"Company {number % 999}", "email": f"p{number}@example.org"}
    return Lead(agreement=deal, created_at=START, recorded_at=START, **who)


def _handoff(lead: Lead, version: object, rng: random.Random) -> Handoff:
    at = START + timedelta(minutes=rng.randrange(364 * 24 * 60))
    minutes, attempts = rng.expovariate(1 / 40), rng.randrange(8)
    response = int(minutes * MINUTE) if attempts else None
    return Handoff(
        lead=lead,
        agreement=lead.agreement,
        version=version,
        handed_at=at,
        recorded_at=at,
        handed_on=at.date(),
        source=rng.choice(("web", "fair", "webinar", "")),
        tier=rng.choice("ABC"),
        state="lost",
        due_at=at + timedelta(minutes=60),
        waited_us=30 * MINUTE,
        stopped_at=at + timedelta(minutes=minutes) if attempts else None,
        response_us=response,
        response_wall_us=response,
        connected_nth=attempts if attempts and rng.random() < 0.3 else None,
        attempts_count=attempts,
        promised_attempts=6,
        depth_due_at=at + timedelta(days=21),
    )
