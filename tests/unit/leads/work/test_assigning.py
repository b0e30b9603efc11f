from datetime import timedelta

import pytest

from leads.models import Handoff
from leads.work.assigning import assign_many, give_back
from leads.work.attempts import record
from leads.work.handoffs import NotAccepted, NotInTheTeam, hand_over_many, send_back, unaccept
from tests import cast

pytestmark = pytest.mark.django_db
SOON, LATER = cast.MONDAY + timedelta(minutes=10), cast.MONDAY + timedelta(minutes=20)


def holders():
    return dict(Handoff.objects.values_list("pk", "rep__email"))


def test_many_are_given_away_in_one_step_and_given_back(north, rep, sales_lead):
    own, free, closed = cast.handed(north, rep=sales_lead), cast.handed(north), cast.handed(north)
    send_back(closed, reason="duplicate", by=rep, at=SOON)
    given = assign_many([own, free, closed], rep=rep, by=sales_lead, at=SOON)
    assert {handoff.pk for handoff in given} == {own.pk, free.pk}
    assert holders() == {own.pk: rep.email, free.pk: rep.email, closed.pk: None}
    assert give_back([own, free], by=sales_lead, at=LATER) == 2
    assert holders() == {own.pk: sales_lead.email, free.pk: None, closed.pk: None}


def test_somebody_deactivated_gets_nothing(north, sales_lead):
    gone = cast.person("gone@example.org", north.sales_team, is_active=False)
    handoff = cast.handed(north)
    with pytest.raises(NotInTheTeam):
        assign_many([handoff], rep=gone, by=sales_lead, at=SOON)
    assert holders() == {handoff.pk: None}


def test_an_acceptance_that_never_was_cannot_be_undone(north, rep):
    with pytest.raises(NotAccepted):
        unaccept(cast.handed(north), by=rep, at=SOON)


@pytest.mark.parametrize("count", [1, 18])  # of more SQLite takes the handoffs in two statements
def test_handing_over_many_takes_as_many_queries_as_one(north, marketer, count, django_assert_num_queries):
    leads = [cast.lead(north, name=f"Lead {n}") for n in range(count)]
    with django_assert_num_queries(24):
        assert len(hand_over_many(leads, by=marketer, at=SOON).handoffs) == count


def test_recording_an_attempt_takes_few_queries(north, rep, django_assert_num_queries):
    handoff = cast.handed(north, rep=rep)
    with django_assert_num_queries(23):
        record(handoff, channel="phone", result="no_answer", by=rep, at=SOON)
