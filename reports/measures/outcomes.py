"""PURE. Outcomes: what became of the leads that were handed over."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from leads.work.outcome import WON, LeadOutcome
from reports.measures.handoff_columns import Facts


@dataclass(frozen=True)
class Outcomes:
    """Every lead counts once, however often it was handed over; the rate is customers by handoffs. `deals` are
    the sales, of which a lead may bring several."""

    won: int
    lost: int
    open: int
    deals: int
    revenue: float
    lead_to_customer: float | None


def outcomes(facts: Facts, verdicts: Mapping[int, LeadOutcome]) -> Outcomes:
    """`verdicts` maps a lead to its outcome; an open one has none."""
    leads = set(facts.leads.tolist())
    closed = [verdicts[lead] for lead in leads if lead in verdicts]
    won = [outcome for outcome in closed if outcome.outcome == WON]
    return Outcomes(
        won=len(won),
        lost=len(closed) - len(won),
        open=len(leads) - len(closed),
        deals=sum(outcome.deals for outcome in won),
        revenue=float(sum((outcome.revenue or Decimal(0) for outcome in won), Decimal(0))),
        lead_to_customer=len(won) / len(facts) if len(facts) else None,
    )
