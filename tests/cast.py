"""A small cast: two teams, an agreement between them, and people on every side."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from agreements.document.clauses import DEFAULT_REASONS
from agreements.enums import How
from agreements.models import Agreement, Objective, ReturnReason, Target, Tier, Version
from agreements.months.proposing import made, take_effect
from agreements.months.targets import agreed_directly
from agreements.promises.promise import DepthPromise, Promise, SpeedPromise
from agreements.terms import timeline
from leads.clock.consequences import changing, refresh
from leads.doors.dictionary import settle
from leads.doors.files.writing.claims import Claim, Hand, Tally, write
from leads.doors.files.writing.reps import rep_book
from leads.models import Attempt, Handoff, Lead
from leads.work.handoffs import NotInForce, hand_over
from smarketing.accounts.models import Membership, Role, Side, Team, User

PASSWORD = "a long demonstration password"
OFFICE_HOURS = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # 09:00 in Berlin, a Monday without a holiday


def person(email: str, *teams: Team, role: str = Role.MEMBER, **fields: Any) -> User:
    name = fields.pop("name", email.partition("@")[0].title())
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    Membership.objects.bulk_create(Membership(user=user, team=team, role=role) for team in teams)
    return user


def team(name: str, side: str) -> Team:
    return Team.objects.create(name=name, side=side)


def agreement(slug: str = "north", *, zone: str = "Europe/Berlin", **version: Any) -> Agreement:
    """Mon-fri 09-17; sixty working minutes in 90 % of the cases; six attempts within fifteen working days."""
    made = Agreement.objects.create(
        slug=slug,
        name=f"Agreement {slug.title()}",
        marketing_team=team(f"Marketing {slug}", Side.MARKETING),
        sales_team=team(f"Sales {slug}", Side.SALES),
        time_zone=zone,
        currency="EUR",
    )
    ReturnReason.objects.bulk_create(ReturnReason.rows(made, DEFAULT_REASONS))
    promises = version.pop("promises", True)
    fields = {"effective_on": date(2020, 1, 1), "calendar": {"week": OFFICE_HOURS}, **version}
    terms = Version.objects.create(agreement=made, **fields)
    if promises:
        promise(terms, SpeedPromise(within_minutes=Decimal(60), share=Decimal("0.9")))
        promise(terms, DepthPromise(attempts=6, within_working_days=15))
    return made


def promise(version: Version, promised: Promise) -> None:
    Objective.of(version, promised).save()
    if promised.tier:
        Tier.objects.create(version=version, name=promised.tier, order=version.tiers.count())


def target(
    deal: Agreement, month: str, leads: int, by_tier: dict[str, int] | None = None, points: dict[str, int] | None = None
) -> Target:
    """Agreed directly, long ago."""
    on, long_ago = date.fromisoformat(f"{month}-01"), datetime(2020, 1, 1, tzinfo=UTC)
    agreed = made(deal, on, agreed_directly(leads, by_tier, points), How.DIRECT, by=None, at=long_ago)
    take_effect(agreed, long_ago)
    return agreed


def worth(version: Version, **points: int) -> None:
    """What a lead of each tier counts in value."""
    for name, own in points.items():
        known = {"order": version.tiers.count(), "points": own}
        Tier.objects.update_or_create(version=version, name=name, defaults={"points": own}, create_defaults=known)


def lead(deal: Agreement, at: datetime = MONDAY, **fields: Any) -> Lead:
    values = {"name": "Ada Lovelace", "email": "ada@example.org", "source": "fair", "tier": "A", **fields}
    settle(deal.pk, [values])
    return Lead.objects.create(agreement=deal, created_at=at, recorded_at=at, **values)


def handed(deal: Agreement, at: datetime = MONDAY, rep: User | None = None, **fields: Any) -> Handoff:
    """A lead won half an hour before it is handed over; where nothing is in force, as a file brings it."""
    won = lead(deal, at - timedelta(minutes=30), **fields)
    try:
        return hand_over(won, by=None, at=at, rep=rep)
    except NotInForce:
        return _taken_over(won, at)


def _taken_over(won: Lead, at: datetime) -> Handoff:
    deal = won.agreement
    terms = timeline(deal)
    hand, tally = Hand(deal.pk, deal.currency, terms, rep_book(deal), by=None, at=at), Tally()
    with transaction.atomic():
        write("handoffs", [Claim(won.pk, {"handed_at": at, "precision": 0}, None, 0)], hand, tally)
        refresh(tally.touched, terms)
    return won.handoffs.get()


def attempted(handoff: Handoff, at: datetime, result: str = "no_answer", **fields: Any) -> Attempt:
    """An attempt as a file would bring it, also one before the handoff."""
    with changing(handoff.lead_id) as locked:
        return Attempt.objects.create(
            lead=locked,
            attempted_at=at,
            result=result,
            recorded_at=at,
            **{"channel": "phone", "rep_name": "somebody", **fields},
        )


def local(deal: Agreement, text: str) -> datetime:
    """The instant of a wall time like "2026-03-02 09:00" in the agreement's time zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(deal.time_zone))
