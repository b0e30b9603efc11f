"""Reads: leads as the list shows them, each with its latest handoff."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from leads.models import Deal, Handoff, Lead
from leads.work.outcome import LeadOutcome, outcome_of
from smarketing.accounts.access import Access
from smarketing.accounts.rights import Verb


@dataclass(frozen=True)
class Listed:
    """`outside` are its handoffs outside the criteria.

    `may_hand_over`: this person may, and sales has not got it, and it is not closed.
    """

    lead: Lead
    handoff: Handoff | None
    outcome: str
    rep: str
    outside: list[Handoff]
    may_hand_over: bool


def listed(leads: Sequence[Lead], access: Access) -> list[Listed]:
    handoffs = Handoff.objects.filter(lead__in=leads).select_related("rep").order_by("handed_at", "pk")
    latest = {handoff.lead_id: handoff for handoff in handoffs}
    outside: dict[int, list[Handoff]] = defaultdict(list)
    for handoff in handoffs:
        if handoff.is_outside:
            outside[handoff.lead_id].append(handoff)
    deals: dict[int, list[Deal]] = defaultdict(list)
    for deal in Deal.objects.filter(lead__in=leads):
        deals[deal.lead_id].append(deal)
    return [_listed(lead, latest.get(lead.pk), outcome_of(deals[lead.pk]), outside[lead.pk], access) for lead in leads]


def _listed(
    lead: Lead, handoff: Handoff | None, outcome: LeadOutcome | None, outside: list[Handoff], access: Access
) -> Listed:
    is_with_sales = handoff is not None and handoff.is_open
    return Listed(
        lead=lead,
        handoff=handoff,
        outcome=outcome.outcome if outcome else "",
        rep=(handoff.rep.name if handoff.rep else handoff.rep_name) if handoff else "",
        outside=outside,
        may_hand_over=access.may(Verb.MARKET, lead.agreement) and not is_with_sales and not outcome,
    )
