"""The portal proposes the next month's target, once, on the day that is set; both sides accept it, or keep theirs."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from agreements.enums import How
from agreements.models import LedgerProposal, Target
from agreements.months.entries import settle
from agreements.months.proposing import accept, decline, propose
from agreements.months.suggestion import Stand, Suggestion
from agreements.months.targets import Conversion, agreed_directly, from_quota
from leads import tasks
from leads.ledger.proposal import propose_months
from smarketing.accounts.models import Role
from tests import cast
from tests.threads import at_once
from tests.unit.leads.ledger.april import AGREED, JUNE, THE_DAY, april

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketing_lead(north):
    return cast.person("mark@example.org", north.marketing_team, role=Role.LEAD)


@pytest.fixture
def planned(north):
    return april(north)


def proposal(deal) -> LedgerProposal:
    return deal.ledger_proposals.get()


def test_on_the_day_it_proposes_what_the_ledger_says_and_what_moved_it(planned):
    assert propose_months(at=THE_DAY - timedelta(hours=9)) == 0
    assert propose_months(at=THE_DAY) == 1
    target = proposal(planned).target
    assert (target.month, target.how, target.made_by, target.agreed_at) == (JUNE, How.PROPOSED, None, None)
    assert target.conversion == Conversion(Decimal("0.4"), Decimal(800), Decimal("0.75"))
    assert (target.leads, target.missing_consents) == (67, ["marketing", "sales"])
    found = Suggestion.from_json(proposal(planned).suggestion)
    assert (found.leads, found.leads_before, found.customers) == (67, None, 3)


def test_against_a_target_that_stands_it_says_by_how_much_each_input_moves_it(planned):
    from_plan = from_quota(Decimal(100_000), AGREED)
    Target.objects.create(
        agreement=planned, month=JUNE, how="derived", made_at=THE_DAY, agreed_at=THE_DAY, **from_plan.columns
    )
    propose_months(at=THE_DAY)
    found = Suggestion.from_json(proposal(planned).suggestion)
    assert found.leads_before == 100
    assert [(move.name, move.leads) for move in found.moves][:2] == [("marketing_share", -20), ("average_deal", 20)]
    assert round(found.moves[2].leads, 3) == Decimal("-33.333")


def test_however_often_the_worker_looks_it_proposes_once(planned, sales_lead):
    assert [propose_months(at=THE_DAY + timedelta(hours=n)) for n in range(3)] == [1, 0, 0]
    decline(proposal(planned).target, by=sales_lead, at=THE_DAY, reason="Too many")
    assert propose_months(at=THE_DAY + timedelta(days=1)) == 0
    assert Target.objects.count() == 1


def test_a_second_row_for_a_month_is_impossible(planned):
    propose_months(at=THE_DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerProposal.objects.create(agreement=planned, month=JUNE, made_at=THE_DAY, suggestion={})


@pytest.mark.parametrize("late", [datetime(2026, 5, 31, 12, tzinfo=UTC), datetime(2026, 6, 3, 12, tzinfo=UTC)])
def test_a_worker_that_was_down_catches_up(planned, late):
    assert propose_months(at=late) == 1
    assert proposal(planned).target.month == JUNE


def test_a_month_that_has_begun_and_has_a_target_is_left_alone(planned):
    cast.target(planned, "2026-06", 90)
    assert propose_months(at=datetime(2026, 6, 3, 12, tzinfo=UTC)) == 0


def test_it_binds_once_both_sides_have_accepted(planned, sales_lead, marketing_lead):
    propose_months(at=THE_DAY)
    target = accept(proposal(planned).target, by=sales_lead, at=THE_DAY)
    assert (target.agreed_at, target.missing_consents) == (None, ["marketing"])
    accept(target, by=marketing_lead, at=THE_DAY)
    assert [t.leads for t in planned.targets.agreed()] == [67]
    assert planned.assumptions.get(is_current=True).conversion.average_deal == 800


def test_kept_is_what_was_agreed(planned, marketing_lead):
    cast.target(planned, "2026-06", 90)
    propose_months(at=THE_DAY)
    decline(proposal(planned).target, by=marketing_lead, at=THE_DAY, reason="Too many")
    assert [t.leads for t in planned.targets.agreed()] == [90]
    assert planned.assumptions.get(is_current=True).conversion == AGREED


def test_what_a_side_has_proposed_is_not_swept_away(planned, sales_lead):
    own = propose(planned, JUNE, agreed_directly(77), by=sales_lead, at=THE_DAY)
    assert propose_months(at=THE_DAY) == 1
    assert (proposal(planned).target, proposal(planned).suggestion["stand"]) == (None, Stand.WAITING)
    assert list(planned.targets.waiting()) == [own]


def test_a_sides_own_number_takes_the_place_of_the_portals(planned, sales_lead):
    propose_months(at=THE_DAY)
    own = propose(planned, JUNE, agreed_directly(77), by=sales_lead, at=THE_DAY)
    assert list(planned.targets.waiting()) == [own]


def test_below_the_fewest_customers_nothing_is_proposed_but_looked_at(planned):
    settle(planned, propose_on=20, fewest_customers=4, by=None, at=THE_DAY)
    cast.target(planned, "2026-06", 90)
    propose_months(at=THE_DAY)
    assert (proposal(planned).target, proposal(planned).suggestion["stand"]) == (None, Stand.UNMOVED)


def test_without_a_quota_or_a_day_nothing_is_done_and_it_is_looked_at_again_once_there_is_one(planned):
    planned.quotas.all().delete()
    assert propose_months(at=THE_DAY) == 0
    planned.quotas.create(month=JUNE, amount=1000)
    settle(planned, propose_on=None, fewest_customers=3, by=None, at=THE_DAY)
    assert propose_months(at=THE_DAY) == 0
    settle(planned, propose_on=1, fewest_customers=3, by=None, at=THE_DAY)
    assert propose_months(at=THE_DAY) == 1


def test_before_the_agreement_is_in_force_nothing_is_proposed(planned):
    planned.versions.update(effective_on=date(2026, 5, 25))
    assert propose_months(at=THE_DAY) == 0


def test_an_agreement_that_fails_holds_up_no_other(south, planned, caplog):
    south.time_zone = "Nowhere/At_all"
    south.save()
    assert south.pk < planned.pk
    assert propose_months(at=THE_DAY) == 1
    assert "The next month's target of south could not be proposed." in caplog.text


def test_the_task_of_each_hour_proposes(planned, monkeypatch):
    monkeypatch.setattr(tasks, "now", lambda: THE_DAY)
    tasks.propose_targets()
    assert proposal(planned).target.leads == 67


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_proposes(planned):
    answers = at_once(lambda: propose_months(at=THE_DAY), lambda: propose_months(at=THE_DAY))
    assert sorted(answers) == [0, 1]
    assert (LedgerProposal.objects.count(), Target.objects.count()) == (1, 1)
