"""Actions: close a lead as won or lost, and reopen it."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from leads.clock.consequences import changing
from leads.enums import EventKind, Verdict
from leads.models import Event, Handoff, Outcome
from leads.refusals import Refused
from leads.work.attempts import InTheFuture
from leads.work.handoffs import HandoffClosed, refuse_unreached_too_early
from smarketing.accounts.models import User


class NotFollowedUp(Refused):
    """Closing a lead that nobody tried to reach would leave its clock running for ever."""


class NotClosed(Refused):
    """There is no outcome to take away."""


def close(
    handoff: Handoff,
    *,
    outcome: str,
    by: User,
    at: datetime,
    closed_at: datetime | None = None,
    revenue: Decimal | None = None,
    reason: str = "",
) -> Outcome:
    closed_at = closed_at or at
    if closed_at > at:
        raise InTheFuture(_("A lead cannot be closed in the future."))
    with changing(handoff.lead_id) as lead:
        current = Handoff.objects.filter(pk=handoff.pk).first()
        if current is None or not current.is_open:
            raise HandoffClosed(_("This handoff is closed."))
        if current.stopped_at is None:
            raise NotFollowedUp(_("Record an attempt first: nobody has followed up on this lead yet."))
        refuse_unreached_too_early(current, reason)
        closed = Outcome.objects.create(
            lead=lead,
            outcome=outcome,
            closed_at=closed_at,
            revenue=revenue if outcome == Verdict.WON else None,
            reason=reason if outcome == Verdict.LOST else "",
            recorded_at=at,
            recorded_by=by,
        )
        details = {"outcome": outcome, "revenue": str(closed.revenue or ""), "reason": closed.reason}
        Event.objects.create(lead=lead, handoff=current, kind=EventKind.CLOSED, by=by, at=at, details=details)
    return closed


def reopen(handoff: Handoff, *, by: User, at: datetime) -> None:
    with changing(handoff.lead_id) as lead:
        outcome = Outcome.objects.filter(lead=lead).first()
        if outcome is None:
            raise NotClosed(_("This lead is not closed."))
        details = {"outcome": outcome.outcome, "revenue": str(outcome.revenue or ""), "reason": outcome.reason}
        Event.objects.create(lead=lead, handoff=handoff, kind=EventKind.REOPENED, by=by, at=at, details=details)
        outcome.delete()
