"""A small April: four leads handed over, three of them customers at 800; agreed are half of them, at 1,000."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from agreements.models import Agreement
from agreements.months.entries import enter, settle
from agreements.months.ledger import Figure
from agreements.months.proposing import make_current, numbered
from agreements.months.targets import Conversion
from leads.clock.consequences import changing
from leads.models import Deal, Lead
from tests import cast

JUNE = date(2026, 6, 1)
AGREED = Conversion(Decimal("0.5"), Decimal(1000), Decimal("0.5"))
THE_DAY = datetime(2026, 5, 20, 6, tzinfo=UTC)


def sold(lead: Lead, on: datetime, revenue: Decimal | int = 100, **more: Any) -> Deal:
    with changing(lead.pk) as locked:
        fields = {"outcome": "won", "currency": "EUR", "recorded_at": on, **more}
        return Deal.objects.create(lead=locked, closed_at=on, revenue=revenue, **fields)


def april(deal: Agreement) -> Agreement:
    """With the quota of June, which is proposed on 20 May."""
    for n in range(4):
        handoff = cast.handed(deal, cast.local(deal, f"2026-04-0{n + 1} 09:00"))
        if n:
            sold(handoff.lead, cast.local(deal, "2026-04-20 09:00"), 800)
    totals = {(date(2026, n, 1), Figure.TOTAL_REVENUE): Decimal(n) for n in (1, 2)}
    totals[date(2026, 4, 1), Figure.TOTAL_REVENUE] = Decimal(5997)
    enter(deal, totals, reason="Books", by=None, at=THE_DAY)
    settle(deal, propose_on=20, fewest_customers=3, by=None, at=THE_DAY)
    deal.quotas.create(month=JUNE, amount=100_000)
    make_current(deal, numbered(deal, AGREED, by=None, at=THE_DAY))
    deal.refresh_from_db()
    return deal
