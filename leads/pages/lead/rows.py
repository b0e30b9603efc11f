"""Reads: leads as the list shows them, each with its latest handoff."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from leads.models import Deal, Handoff, Inquiry, Lead
from leads.work.outcome import is_customer, outcome_of
from smarketing.accounts.access import Access
from smarketing.accounts.rights import Verb


@dataclass(frozen=True)
class Listed:
    """`outside` are its handoffs outside the criteria.

    `asks`: unsettled inquiries. `may_hand_over`: this person may, and sales has not got it, and it is not closed.
    """

    lead: Lead
    handoff: Handoff | None
    outcome: str
    rep: str
    outside: list[Handoff]
    is_customer: bool
    asks: int
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
    asking = Counter(Inquiry.objects.unsettled().filter(lead__in=leads).values_list("lead_id", flat=True))
    return [
        _listed(lead, latest.get(lead.pk), deals[lead.pk], access, outside=outside[lead.pk], asks=asking[lead.pk])
        for lead in leads
    ]


def _listed(
    lead: Lead, handoff: Handoff | None, deals: list[Deal], access: Access, *, outside: list[Handoff], asks: int
) -> Listed:
    outcome = outcome_of(deals)
    is_with_sales = handoff is not None and handoff.is_open
    return Listed(
        lead=lead,
        handoff=handoff,
        outcome=outcome.outcome if outcome else "",
        rep=(handoff.rep.name if handoff.rep else handoff.rep_name) if handoff else "",
        outside=outside,
        is_customer=is_customer(deals),
        asks=asks,
        may_hand_over=access.may(Verb.MARKET, lead.agreement) and not is_with_sales and (not outcome or asks > 0),
    )
