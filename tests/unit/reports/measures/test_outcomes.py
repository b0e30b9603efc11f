from datetime import UTC, datetime
from decimal import Decimal

from leads.work.outcome import LeadOutcome
from reports.measures.outcomes import outcomes
from tests.unit.reports.handoff_columns import facts

DAY = datetime(2026, 3, 5, tzinfo=UTC)


def ended(outcome: str, revenue: int | str | None = None, deals: int = 1) -> LeadOutcome:
    return LeadOutcome(outcome, DAY, None if revenue is None else Decimal(revenue), deals=deals)


def test_a_lead_handed_over_twice_counts_once_but_the_rate_is_by_handoffs() -> None:
    found = outcomes(facts({"lead": 1}, {"lead": 1}, {"lead": 2}, {"lead": 3}), {1: ended("won", "10.50")})
    assert (found.won, found.lost, found.open, found.revenue) == (1, 0, 2, 10.5)
    assert found.lead_to_customer == 0.25


def test_lost_leads_bring_no_revenue_and_foreign_ones_do_not_count() -> None:
    found = outcomes(facts({"lead": 1}), {1: ended("lost", deals=0), 9: ended("won", 7)})
    assert (found.won, found.lost, found.revenue) == (0, 1, 0.0)


def test_a_won_lead_without_a_revenue_counts_as_won() -> None:
    assert outcomes(facts({"lead": 1}), {1: ended("won")}).revenue == 0.0


def test_a_lead_that_bought_twice_is_one_customer_of_two_deals() -> None:
    found = outcomes(facts({"lead": 1}, {"lead": 2}), {1: ended("won", 28000, deals=2), 2: ended("won", 12000)})
    assert (found.won, found.deals, found.revenue) == (2, 3, 40000.0)


def test_without_handoffs_there_is_no_rate() -> None:
    assert outcomes(facts(), {}).lead_to_customer is None
