"""Actions: close a lead as won or lost, and reopen it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from leads.clock.consequences import changing
from leads.enums import EventKind, Verdict
from leads.models import Deal, Event, Handoff, Lead
from leads.refusals import Refused
from leads.work.attempts import InTheFuture
from leads.work.handoffs import current_for, refuse_unreached_too_early
from leads.work.outcome import closing, outcome_of
from smarketing.accounts.models import User


class BeforeTheHandoff(Refused):
    """A deal that is older than the handoff would be won while the handoff stays open."""


def close(
    handoff: Handoff,
    *,
    outcome: str,
    by: User,
    at: datetime,
    closed_at: datetime | None = None,
    revenue: Decimal | None = None,
    reason: str = "",
) -> Deal:
    closed_at = closed_at or at
    if closed_at > at:
        raise InTheFuture(_("A lead cannot be closed in the future."))
    with changing(handoff.lead_id) as lead:
        current = current_for(handoff, "close")
        if closed_at < current.handed_at.replace(second=0, microsecond=0):
            raise BeforeTheHandoff(_("A lead cannot be closed before it was handed over."))
        refuse_unreached_too_early(current, reason)
        deal = Deal.objects.create(
            lead=lead,
            outcome=outcome,
            closed_at=closed_at,
            revenue=revenue if outcome == Verdict.WON else None,
            currency=lead.agreement.currency,
            reason=reason if outcome == Verdict.LOST else "",
            recorded_at=at,
            recorded_by=by,
        )
        Event.objects.create(
            lead=lead, handoff=current, deal=deal, kind=EventKind.CLOSED, by=by, at=at, details=_told(deal)
        )
    return deal


def reopen(handoff: Handoff, *, by: User, at: datetime) -> None:
    """Withdraws the deals that closed the handoff; the history keeps what they were."""
    with changing(handoff.lead_id) as lead:
        current_for(handoff, "reopen")
        deals = _closing_deals(handoff, lead)
        outcome = outcome_of(deals)
        assert outcome is not None
        details = {
            "outcome": outcome.outcome,
            "revenue": str(outcome.revenue or ""),
            "reason": outcome.reason,
            "deals": [_told(deal) for deal in deals],
        }
        Event.objects.create(lead=lead, handoff=handoff, kind=EventKind.REOPENED, by=by, at=at, details=details)
        Deal.objects.filter(pk__in=[deal.pk for deal in deals]).delete()


def _closing_deals(handoff: Handoff, lead: Lead) -> list[Deal]:
    is_first = not Handoff.objects.filter(lead=lead, handed_at__lt=handoff.handed_at).exists()
    deals = Deal.objects.filter(lead=lead).order_by("closed_at", "pk")
    return list(closing(deals, handoff.handed_at, is_first=is_first))


def _told(deal: Deal) -> dict[str, Any]:
    return {
        "deal": deal.external_id or deal.pk,
        "outcome": deal.outcome,
        "closed_at": deal.closed_at.isoformat(),
        "revenue": str(deal.revenue if deal.revenue is not None else ""),
        "reason": deal.reason,
    }
