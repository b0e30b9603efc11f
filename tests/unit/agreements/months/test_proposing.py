"""One month agreed, proposed, accepted, declined."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from agreements.document.stored import document_of
from agreements.models import Agreement, Target
from agreements.months.proposing import (
    MonthChanged,
    MonthRefused,
    NotYoursToAnswer,
    ProposalWaiting,
    ReasonMissing,
    accept,
    agree_month,
    decline,
    stand_of,
)
from agreements.months.targets import Conversion, agreed_directly, from_quota
from smarketing.accounts.models import Role, User
from tests import cast

JUNE = datetime(2026, 6, 10, tzinfo=UTC)
MARCH, JULY = date(2026, 3, 1), date(2026, 7, 1)
HALF = Conversion(Decimal(1), Decimal(100), Decimal("0.5"))


@pytest.fixture
def marketing_lead(north: Agreement) -> User:
    return cast.person("mark@example.org", north.marketing_team, role=Role.LEAD)


def agree(deal: Agreement, month: date, leads: int, by: User, **more: str) -> Target:
    return agree_month(deal, month, agreed_directly(leads), by=by, at=JUNE, **more)


def leads(deal: Agreement, month: date) -> list[int]:
    return list(deal.targets.agreed().filter(month=month).values_list("leads", flat=True))


def test_a_coming_month_is_proposed_by_a_lead_and_counts_once_the_other_side_accepts(north, sales_lead, marketing_lead):
    proposal = agree(north, JULY, 70, sales_lead)
    assert (leads(north, JULY), proposal.missing_consents) == ([], ["marketing"])
    target = accept(proposal, by=marketing_lead, at=JUNE)
    assert (leads(north, JULY), target.how) == ([70], "proposed")
    assert (target.sales_agreed_by, target.marketing_agreed_by) == (sales_lead, marketing_lead)


def test_an_administrators_number_for_a_coming_month_is_in_force_at_once(north, administrator):
    cast.target(north, "2026-07", 7)
    assert agree(north, JULY, 70, administrator).how == "direct"
    assert leads(north, JULY) == [70]


def test_a_month_that_has_begun_is_amended_with_a_reason_only(north, sales_lead, administrator):
    cast.target(north, "2026-03", 100)
    for by in (sales_lead, administrator):
        with pytest.raises(ReasonMissing) as refusal:
            agree(north, MARCH, 120, by, reason=" ")
        assert refusal.value.field == "reason"
    assert not north.targets.waiting().exists()


def test_an_amended_month_waits_for_both_sides_and_its_old_value_stays_visible(
    north, administrator, sales_lead, marketing_lead
):
    cast.target(north, "2026-03", 100)
    proposal = agree(north, MARCH, 120, administrator, reason="The fair was cancelled")
    assert proposal.missing_consents == ["marketing", "sales"]
    assert accept(proposal, by=sales_lead, at=JUNE).agreed_at is None
    assert leads(north, MARCH) == [100]
    accept(proposal, by=marketing_lead, at=JUNE)
    assert leads(north, MARCH) == [120]
    former = north.targets.former().get()
    assert (former.leads, former.superseded_at) == (100, JUNE)


def test_a_first_target_of_a_begun_month_needs_no_reason(north, administrator):
    assert agree(north, MARCH, 100, administrator).agreed_at == JUNE


def test_who_leads_both_sides_consents_for_both(north):
    both = cast.person("both@example.org", north.marketing_team, north.sales_team, role=Role.LEAD)
    cast.target(north, "2026-03", 100)
    assert agree(north, MARCH, 120, both, reason="typing error").agreed_at == JUNE
    assert leads(north, MARCH) == [120]


def test_the_proposer_members_and_administrators_accept_nothing(north, sales_lead, marketer, administrator, stranger):
    proposal = agree(north, JULY, 70, sales_lead)
    for who in (sales_lead, marketer, administrator, stranger):
        with pytest.raises(NotYoursToAnswer):
            accept(proposal, by=who, at=JUNE)
    assert leads(north, JULY) == []


def test_a_lead_who_was_deactivated_accepts_nothing(north, sales_lead, marketing_lead):
    proposal = agree(north, JULY, 70, sales_lead)
    marketing_lead.is_active = False
    marketing_lead.save()
    with pytest.raises(NotYoursToAnswer):
        accept(proposal, by=marketing_lead, at=JUNE)


def test_declined_is_declined(north, sales_lead, marketing_lead):
    cast.target(north, "2026-07", 7)
    proposal = agree(north, JULY, 70, sales_lead)
    with pytest.raises(ReasonMissing):
        decline(proposal, by=marketing_lead, at=JUNE, reason=" ")
    decline(proposal, by=marketing_lead, at=JUNE, reason="Nobody can win so many")
    with pytest.raises(MonthChanged):
        accept(proposal, by=marketing_lead, at=JUNE)
    assert leads(north, JULY) == [7]


def test_a_member_declines_nothing(north, sales_lead, marketer):
    proposal = agree(north, JULY, 70, sales_lead)
    with pytest.raises(NotYoursToAnswer):
        decline(proposal, by=marketer, at=JUNE)
    assert north.targets.waiting().get() == proposal


def test_one_proposes_anew_over_ones_own_proposal(north, sales_lead, marketing_lead):
    first, second = (agree(north, JULY, count, sales_lead) for count in (70, 75))
    assert north.targets.waiting().get() == second
    with pytest.raises(MonthChanged):
        accept(first, by=marketing_lead, at=JUNE)


def test_the_other_sides_proposal_is_answered_first(north, sales_lead, marketing_lead):
    agree(north, JULY, 70, sales_lead)
    with pytest.raises(ProposalWaiting, match="70 leads"):
        agree(north, JULY, 50, marketing_lead)
    assert north.targets.waiting().get().leads == 70


def test_of_two_people_at_once_the_second_is_told(north, administrator, sales_lead):
    seen = stand_of(north, JULY)
    agree(north, JULY, 70, administrator, seen=seen)
    for by in (administrator, sales_lead):
        with pytest.raises(MonthChanged) as refusal:
            agree(north, JULY, 75, by, seen=seen)
        assert refusal.value.field == "month"
    assert (leads(north, JULY), Target.objects.count()) == ([70], 1)


def test_an_accepted_quota_becomes_the_quota_and_its_assumptions_the_current_ones(north, sales_lead, marketing_lead):
    cast.target(north, "2026-07", 7)
    proposal = agree_month(north, JULY, from_quota(Decimal(5000), HALF), by=sales_lead, at=JUNE)
    assert (document_of(north).quotas, document_of(north).average_deal) == ({}, None)
    accept(proposal, by=marketing_lead, at=JUNE)
    document = document_of(north)
    assert (document.quotas, document.targets, document.average_deal) == ({JULY: 5000}, {}, 100)
    assert leads(north, JULY) == [100]


def test_other_assumptions_for_one_month_move_no_other(north, administrator):
    for month, deal in ((JULY, 100), (date(2026, 8, 1), 50)):
        conversion = Conversion(Decimal(1), Decimal(deal), Decimal("0.5"))
        agree_month(north, month, from_quota(Decimal(5000), conversion), by=administrator, at=JUNE)
    assert (leads(north, JULY), leads(north, date(2026, 8, 1))) == ([100], [200])
    assert document_of(north).targets == {JULY: 100}  # it no longer follows from the assumptions, so it is written


def test_what_was_agreed_stands_in_the_history_with_its_author(north, sales_lead, marketing_lead):
    cast.target(north, "2026-07", 7)
    accept(agree(north, JULY, 70, sales_lead), by=marketing_lead, at=JUNE)
    found = north.changes.order_by("pk").values_list("by", "lines")
    assert list(found) == [
        (sales_lead.pk, [[["proposal", "2026-07"], "7", "70"]]),
        (marketing_lead.pk, [[["target", "2026-07"], "7", "70"]]),
    ]


def test_a_refusal_changes_nothing(north, sales_lead):
    cast.target(north, "2026-03", 100)
    with pytest.raises(MonthRefused):
        agree(north, MARCH, 120, sales_lead)
    assert (Target.objects.count(), north.changes.count()) == (1, 0)
