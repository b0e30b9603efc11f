"""Actions: the portal proposes the next month's target from the ledger, once, on the day set by the agreement."""

import logging
from datetime import date, datetime

from django.db import transaction

from agreements.models import Agreement, LedgerProposal
from agreements.months.agreed import standing_of
from agreements.months.ledger import Ledger
from agreements.months.proposing import ProposalWaiting, has_begun, propose
from agreements.months.suggestion import Stand, Suggestion, month_to_propose, suggestion
from agreements.months.targets import MonthNumbers, from_quota
from agreements.terms import timeline, today_of
from leads.ledger.collected import ledger_of

logger = logging.getLogger(__name__)
NOT_YET = (Stand.NO_QUOTA, Stand.NO_ASSUMPTIONS)  # somebody may still say them: the portal looks again


def propose_months(*, at: datetime) -> int:
    """For every agreement whose day has come, or went by while no worker ran. One that fails holds up no other."""
    count = 0
    for agreement in Agreement.objects.filter(propose_on__isnull=False).order_by("pk"):
        try:
            count += propose_month(agreement, at=at) is not None
        except Exception:
            logger.exception("The next month's target of %s could not be proposed.", agreement.slug)
    return count


def propose_month(agreement: Agreement, *, at: datetime) -> LedgerProposal | None:
    """None where there is nothing to do: not now, or not again."""
    month = _due(agreement, at)
    if month is None:
        return None
    ledger = ledger_of(agreement, today=today_of(agreement, at))
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
        made = suggested(agreement, ledger, month)
        if made.stand in NOT_YET or agreement.ledger_proposals.filter(month=month).exists():
            return None
        return _proposed(agreement, made, at)


def suggested(agreement: Agreement, ledger: Ledger, month: date) -> Suggestion:
    """What the ledger says about the month, as the plan stands."""
    standing = standing_of(agreement, month)
    return suggestion(ledger, month, standing, before=ledger.today, fewest=agreement.fewest_customers)


def _due(agreement: Agreement, at: datetime) -> date | None:
    """The month to propose: one that has begun only where it has no target yet, and none before the terms."""
    today = today_of(agreement, at)
    month = month_to_propose(today, agreement.propose_on or 1)
    if agreement.ledger_proposals.filter(month=month).exists():
        return None
    if has_begun(agreement, month, at) and agreement.targets.agreed().filter(month=month).exists():
        return None
    if not agreement.versions.current().filter(effective_on__lte=min(today, month)).exists():
        return None
    return None if standing_of(agreement, month).quota is None else month


def _proposed(agreement: Agreement, made: Suggestion, at: datetime) -> LedgerProposal:
    """The row is the guard: of two workers one writes it."""
    kept = LedgerProposal.objects.create(agreement=agreement, month=made.month, made_at=at, suggestion=made.as_json())
    numbers = _numbers(agreement, made)
    if numbers is None:
        return kept
    try:
        with transaction.atomic():
            kept.target = propose(agreement, made.month, numbers, by=None, at=at)
    except ProposalWaiting:
        kept.suggestion = made.as_json() | {"stand": Stand.WAITING.value}
    kept.save(update_fields=["target", "suggestion"])
    return kept


def _numbers(agreement: Agreement, made: Suggestion) -> MonthNumbers | None:
    standing = standing_of(agreement, made.month)
    conversion = made.conversion(standing.agreed)
    if made.stand != Stand.PROPOSED or standing.quota is None or conversion is None:
        return None
    points = timeline(agreement).on(made.month).points
    return from_quota(standing.quota, conversion, points, month=made.month, parts=standing.parts)
