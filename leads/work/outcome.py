"""PURE. What became of a lead follows from its deals, in whatever order they came to be known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

WON, LOST = "won", "lost"


class AnyDeal(Protocol):
    """A deal as the database keeps it, or the columns of one."""

    @property
    def outcome(self) -> str: ...
    @property
    def closed_at(self) -> datetime: ...
    @property
    def revenue(self) -> Decimal | None: ...
    @property
    def reason(self) -> str: ...


D = TypeVar("D", bound=AnyDeal)


@dataclass(frozen=True)
class LeadOutcome:
    """Won at the earliest sale, else lost at the last loss. `deals` counts the sales, refunds (below zero) among them.

    `revenue` is their sum; None where no sale says how much it was.
    """

    outcome: str
    closed_at: datetime
    revenue: Decimal | None = None
    reason: str = ""
    deals: int = 0


def outcome_of(deals: Iterable[AnyDeal]) -> LeadOutcome | None:
    """None as long as the lead is open."""
    known = list(deals)
    won = [deal for deal in known if deal.outcome == WON]
    if won:
        known_revenue = [deal.revenue for deal in won if deal.revenue is not None]
        revenue = sum(known_revenue, Decimal(0)) if known_revenue else None
        return LeadOutcome(WON, min(deal.closed_at for deal in won), revenue, deals=len(won))
    if known:
        last = max(known, key=lambda deal: (deal.closed_at, deal.reason))
        return LeadOutcome(LOST, last.closed_at, reason=last.reason)
    return None


def is_customer(deals: Iterable[AnyDeal]) -> bool:
    """Somebody who has bought, whatever became of later deals."""
    return any(deal.outcome == WON for deal in deals)


def closing(deals: Iterable[D], handed_at: datetime, *, is_first: bool) -> Sequence[D]:
    """The deals that close a handoff: those closed since it was made; the lead's first handoff is closed by any."""
    return [deal for deal in deals if is_first or deal.closed_at >= handed_at]
