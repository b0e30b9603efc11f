from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations

import pytest

from leads.models import Deal
from leads.work.outcome import LeadOutcome, closing, outcome_of


def day(number):
    return datetime(2026, 1, number, tzinfo=UTC)


def won(number, revenue=None):
    return Deal(outcome="won", closed_at=day(number), revenue=None if revenue is None else Decimal(revenue))


def lost(number, reason=""):
    return Deal(outcome="lost", closed_at=day(number), reason=reason)


@pytest.mark.parametrize(
    ("deals", "outcome"),
    [
        ([], None),
        ([lost(20, "no_need"), lost(9, "competitor")], LeadOutcome("lost", day(20), reason="no_need")),
        ([lost(20, "no_need"), won(25, 12000)], LeadOutcome("won", day(25), Decimal(12000), deals=1)),
        ([won(9, 8000), won(20, 20000)], LeadOutcome("won", day(9), Decimal(28000), deals=2)),
        ([won(9, 8000), won(20, -3000), lost(25)], LeadOutcome("won", day(9), Decimal(5000), deals=2)),
        ([won(9), won(20)], LeadOutcome("won", day(9), None, deals=2)),
        ([lost(20, "no_need"), lost(20, "competitor")], LeadOutcome("lost", day(20), reason="no_need")),
    ],
)
def test_the_outcome_follows_from_the_deals_in_any_order(deals, outcome):
    assert [outcome_of(order) for order in permutations(deals)] == [outcome] * len(list(permutations(deals)))


def test_a_deal_dated_before_every_handoff_closes_the_first_only():
    early, late = lost(3), won(20)
    assert closing([early, late], day(5), is_first=True) == [early, late]
    assert closing([early, late], day(5), is_first=False) == [late]
    assert closing([early, late], day(20), is_first=False) == [late]
    assert closing([early, late], day(21), is_first=False) == []
