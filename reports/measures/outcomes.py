"""PURE. Outcomes: what became of the leads that were handed over."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from reports.measures.columns import Facts


@dataclass(frozen=True)
class Outcomes:
    """Every lead counts once, however often it was handed over; the rate is customers by handoffs."""

    won: int
    lost: int
    open: int
    revenue: float
    lead_to_customer: float | None


def outcomes(facts: Facts, verdicts: Mapping[int, tuple[str, Decimal | None]]) -> Outcomes:
    """`verdicts` maps a lead to "won" or "lost" and its revenue."""
    leads = set(facts.leads.tolist())
    closed = [verdicts[lead] for lead in leads if lead in verdicts]
    won = [revenue for verdict, revenue in closed if verdict == "won"]
    return Outcomes(
        won=len(won),
        lost=len(closed) - len(won),
        open=len(leads) - len(closed),
        revenue=float(sum((revenue or Decimal(0) for revenue in won), Decimal(0))),
        lead_to_customer=len(won) / len(facts) if len(facts) else None,
    )
