"""A small month with one handoff of every kind, seen on Friday 20 March 2026 at 12:00 in Berlin."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from agreements.models import Agreement
from agreements.terms import timeline
from leads.clock.consequences import refresh
from leads.models import Attempt, Deal, Handoff, Lead
from tests import cast

SEEN = "2026-03-20 12:00"
DAY = 24 * 60


def march(deal: Agreement) -> datetime:
    """Fills the month and answers the instant from which it is seen. Brought in at once, as a file would bring it."""
    cast.target(deal, "2026-03", 22)
    _followed_up(deal)
    _sent_back(deal)
    _untouched(deal)
    with transaction.atomic():
        refresh(list(Lead.objects.values_list("pk", flat=True)), timeline(deal))
    return cast.local(deal, SEEN)


def _followed_up(deal: Agreement) -> None:
    quick = _handed(deal, "2026-03-02 09:00", "Quick", source="web", accepted=1)
    _attempts(quick, (4, "connected"))
    _closed(quick, "won", Decimal("1500.50"))
    second = _handed(deal, "2026-03-02 10:00", "Second", source="", tier="")
    _attempts(second, (12, "no_answer"), (DAY, "connected"))
    late = _handed(deal, "2026-03-03 09:00", "Late", tier="B")
    _attempts(late, (90, "no_answer"))
    _closed(late, "lost")
    _attempts(_handed(deal, "2026-03-03 10:00", "Edge"), (60, "no_answer"))


def _sent_back(deal: Agreement) -> None:
    _handed(deal, "2026-03-04 09:00", "Wronged", source="web", returned=(30, "wrong_data"))
    again = _handed(deal, "2026-03-05 09:00", "Again", returned=(DAY, "below_quality"))
    _attempts(again, (50, "no_answer"))
    _hand_over(again.lead, again.handed_at + timedelta(days=4))
    timing = _handed(deal, "2026-03-06 09:00", "Timing", returned=(2 * DAY, "bad_timing"))
    _attempts(timing, (10, "no_answer"))


def _untouched(deal: Agreement) -> None:
    _handed(deal, "2026-03-10 09:00", "Forgotten", tier="B")
    _handed(deal, "2026-03-20 11:30", "Fresh")
    _handed(deal, "2026-02-27 16:59", "February")
    _handed(deal, "2026-04-01 00:00", "April")


def _handed(
    deal: Agreement,
    at: str,
    name: str,
    *,
    accepted: int | None = None,
    returned: tuple[int, str] | None = None,
    **fields: str,
) -> Handoff:
    """Accepted and returned so many minutes later, the lead won half an hour before."""
    instant = cast.local(deal, at)
    lead = cast.lead(deal, instant - timedelta(minutes=30), name=name, **fields)
    more: dict[str, Any] = {}
    if accepted:
        more["accepted_at"] = instant + timedelta(minutes=accepted)
    if returned:
        more |= {"returned_at": instant + timedelta(minutes=returned[0]), "return_reason": returned[1]}
    return _hand_over(lead, instant, **more)


def _hand_over(lead: Lead, at: datetime, **more: Any) -> Handoff:
    fields = {"agreement": lead.agreement, "handed_at": at, "recorded_at": at, "handed_on": at.date(), **more}
    fields |= {"source": lead.source, "tier": lead.tier, "version": lead.agreement.versions.get()}
    return Handoff.objects.create(lead=lead, **fields)


def _attempts(handoff: Handoff, *tries: tuple[int, str]) -> None:
    for minutes, result in tries:
        at = handoff.handed_at + timedelta(minutes=minutes)
        Attempt.objects.create(lead=handoff.lead, attempted_at=at, result=result, recorded_at=at)


def _closed(handoff: Handoff, outcome: str, revenue: Decimal | None = None) -> None:
    at = handoff.handed_at + timedelta(days=5)
    Deal.objects.create(lead=handoff.lead, outcome=outcome, closed_at=at, revenue=revenue, recorded_at=at)
