"""Generated histories: tiers with and without promises of their own, several versions in a month, two time zones."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import transaction

from agreements.models import Agreement, Version
from agreements.promises.promise import AcceptancePromise, DepthPromise, HandoverPromise, SpeedPromise
from agreements.terms import Timeline, timeline
from leads.clock import rule
from leads.clock.consequences import refresh
from leads.models import Attempt, Clock, Deal, Handoff, Lead
from leads.work.excusing import approve, ask
from smarketing.accounts.models import Side
from tests import cast

TIERS = ("A", "A", "B", "b", "C", "")
REASONS = ("wrong_data", "duplicate", "not_reached", "bad_timing")
DAYS = ("2026-01-26", "2026-02-02", "2026-02-27", "2026-03-02", "2026-03-13", "2026-03-16", "2026-03-23", "2026-03-31")


def agreement(slug: str, zone: str) -> Agreement:
    """In force from 2 February; from 16 March tier A has no promise of its own, tier B one, and nobody a depth.

    In March tiers A and B have targets of their own, and A is worth less from the 16th on.
    """
    made = cast.agreement(slug, zone=zone, promises=False, effective_on=date(2026, 2, 2))
    first = made.versions.get()
    speed(first, 60, "0.9")
    speed(first, 30, "0.5", "A")
    cast.promise(first, DepthPromise(attempts=3, within_working_days=2))
    cast.promise(first, DepthPromise(attempts=1, within_working_days=1, tier="B"))
    cast.promise(first, AcceptancePromise(within_minutes=45, share=Decimal("0.7")))
    cast.promise(first, HandoverPromise(within_minutes=30, share=Decimal("0.4"), tier="C"))
    second = Version.objects.create(
        agreement=made, effective_on=date(2026, 3, 16), calendar={"week": cast.OFFICE_HOURS}
    )
    speed(second, 240, "0.75")
    speed(second, 15, "0.8", "B")
    cast.promise(second, AcceptancePromise(within_minutes=20, share=Decimal("0.6")))
    cast.worth(first, A=100, B=40)
    cast.worth(second, A=90, B=40, C=7)
    cast.target(made, "2026-03", 9, {"A": 5, "B": 4}, {"A": 100, "B": 40})
    return made


def speed(version: Version, minutes: int, share: str, tier: str = "") -> None:
    cast.promise(version, SpeedPromise(within_minutes=minutes, share=Decimal(share), tier=tier))


def fill(made: Agreement, rng: Random, count: int = 45) -> None:
    """Facts as a file would bring them, and what follows from them."""
    terms = timeline(made)
    for number in range(count):
        at = cast.local(made, f"{rng.choice(DAYS)} {rng.randrange(7, 19):02}:{rng.randrange(60):02}")
        lead = cast.lead(made, at - timedelta(hours=1), name=f"{made.slug} {number}", tier=rng.choice(TIERS))
        lead.source = rng.choice(("web", "fair", ""))
        lead.save()
        for later in range(rng.choice((1, 1, 1, 2))):
            _handoff(lead, at + timedelta(days=5 * later, minutes=later), terms, rng)
        if rng.random() < 0.3:
            _deal(lead, at + timedelta(days=rng.randrange(20)), rng)
    settle(made)
    _excuse(made, rng)


def _excuse(made: Agreement, rng: Random) -> None:
    """Some of what was missed by the middle of March, each kind among them."""
    at = cast.local(made, "2026-03-17 12:00")
    asking, approving = (cast.person(f"{who}@{made.slug}.example") for who in ("asks", "approves"))
    for clock in Clock.objects.filter(lead__agreement=made).exclude(kind="attempt").order_by("pk"):
        if clock.state(at) in rule.BREACHED and rng.random() < 0.15:
            ask(clock, reason="an outage", side=Side.SALES, by=asking, at=at)
            approve(clock, by=approving, at=at)


def settle(made: Agreement) -> None:
    with transaction.atomic():
        refresh(list(Lead.objects.filter(agreement=made).values_list("pk", flat=True)), timeline(made))


def _handoff(lead: Lead, at: datetime, terms: Timeline, rng: Random) -> None:
    fields: dict[str, Any] = {"agreement": lead.agreement, "handed_at": at, "recorded_at": at, "handed_on": at.date()}
    fields |= {
        "source": lead.source,
        "tier": lead.tier,
        "version_id": terms.on(at.date()).version_id,
    }
    if rng.random() < 0.25:
        returned_at = at + timedelta(minutes=rng.choice((10, 100, 3000, 60000)))
        fields |= {"returned_at": returned_at, "return_reason": rng.choice(REASONS)}
    if rng.random() < 0.4:
        fields["accepted_at"] = at + timedelta(minutes=rng.choice((5, 19, 44, 46, 400)))
    handoff = Handoff.objects.create(lead=lead, **fields)
    for _ in range(rng.choice((0, 0, 1, 2, 4))):
        tried_at = at + timedelta(minutes=rng.choice((3, 20, 29, 45, 61, 500, 2000, 6000)), seconds=rng.randrange(60))
        result = rng.choice(("no_answer", "no_answer", "voicemail", "connected"))
        Attempt.objects.create(
            lead=lead, handoff=handoff, attempted_at=tried_at, result=result, recorded_at=tried_at, rep_name="somebody"
        )


def _deal(lead: Lead, at: datetime, rng: Random) -> None:
    outcome = rng.choice(("won", "lost"))
    revenue = Decimal(rng.randrange(100, 900)) if outcome == "won" else None
    Deal.objects.create(lead=lead, outcome=outcome, closed_at=at, revenue=revenue, currency="EUR", recorded_at=at)
