import pytest

from agreements.models import Target
from agreements.months.proposing import MonthChanged, accept, agree_month, decline, propose, stand_of
from agreements.months.targets import agreed_directly
from smarketing.accounts.models import Role
from tests import cast
from tests.threads import at_once
from tests.unit.agreements.months.test_proposing import JULY, JUNE

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_agree_a_month_at_once_one_does_and_the_other_is_told(north, administrator):
    seen = stand_of(north, JULY)

    def agreeing(leads: int):
        return lambda: agree_month(north, JULY, agreed_directly(leads), by=administrator, at=JUNE, seen=seen)

    answers = at_once(agreeing(70), agreeing(75))
    assert {type(answer) for answer in answers} == {MonthChanged, Target}, answers
    assert Target.objects.count() == 1


def test_a_proposal_accepted_and_declined_at_once_is_one_of_the_two(north, sales_lead):
    other = cast.person("mark@example.org", north.marketing_team, role=Role.LEAD)
    proposal = propose(north, JULY, agreed_directly(70), by=sales_lead, at=JUNE)
    answers = at_once(
        lambda: accept(proposal, by=other, at=JUNE),
        lambda: decline(proposal, by=sales_lead, at=JUNE),
    )
    assert {type(answer) for answer in answers} == {MonthChanged, Target}
    proposal.refresh_from_db()
    assert (proposal.agreed_at is None) != (proposal.declined_at is None)
