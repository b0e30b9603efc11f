from datetime import timedelta
from decimal import Decimal

import pytest

from leads.clock.consequences import changing
from leads.enums import EventKind
from leads.models import Attempt, Deal, Event, Handoff
from leads.work import attempts, closing, handoffs
from leads.work.handoffs import HandoffClosed, TooFewAttempts, send_back
from tests import cast

pytestmark = pytest.mark.django_db
SOON = cast.MONDAY + timedelta(minutes=10)


def again(handoff: Handoff) -> Handoff:
    return Handoff.objects.get(pk=handoff.pk)


def record(handoff, by, at=SOON, **fields):
    return attempts.record(handoff, **{"channel": "phone", "result": "no_answer", "by": by, "at": at} | fields)


def test_an_attempt_is_now_unless_contradictions(north, rep):
    handoff = cast.handed(north)
    assert record(handoff, rep).attempted_at == SOON
    assert again(handoff).stopped_at == SOON


def test_an_attempt_in_the_future_is_refused(north, rep):
    with pytest.raises(attempts.InTheFuture):
        record(cast.handed(north), rep, attempted_at=SOON + timedelta(seconds=1))


def test_two_attempts_of_one_instant_are_two(north, rep):
    handoff = cast.handed(north)
    for _n in range(2):
        record(handoff, rep)
    assert again(handoff).attempts_count == 2


def test_who_records_the_first_attempt_of_a_handoff_that_nobody_has_gets_it(north, rep):
    handoff = cast.handed(north)
    record(handoff, rep)
    assert again(handoff).rep == rep


def test_an_attempt_for_a_colleague_leaves_the_handoff_with_the_colleague(north, rep, sales_lead):
    handoff = cast.handed(north, rep=rep)
    record(handoff, sales_lead)
    assert again(handoff).rep == rep


def test_a_withdrawn_attempt_starts_the_clock_again_and_stays_in_the_history(north, rep):
    handoff = cast.handed(north)
    attempts.withdraw(record(handoff, rep), by=rep, at=SOON)
    assert (again(handoff).stopped_at, again(handoff).state, Attempt.objects.count()) == (None, "waiting", 0)
    assert Event.objects.filter(kind=EventKind.WITHDRAWN).count() == 1


def test_an_attempt_cannot_be_withdrawn_twice(north, rep):
    attempt = record(cast.handed(north), rep)
    stale = Attempt.objects.get(pk=attempt.pk)
    attempts.withdraw(attempt, by=rep, at=SOON)
    with pytest.raises(attempts.AlreadyWithdrawn):
        attempts.withdraw(stale, by=rep, at=SOON)


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_the_only_attempt_of_a_closed_lead_is_not_withdrawn(north, rep, outcome):
    handoff = cast.handed(north)
    made = [record(handoff, rep, at=SOON + timedelta(minutes=n)) for n in range(2)]
    closing.close(handoff, outcome=outcome, by=rep, at=SOON + timedelta(hours=1))
    attempts.withdraw(made[0], by=rep, at=SOON + timedelta(hours=1))
    with pytest.raises(handoffs.NotFollowedUp):
        attempts.withdraw(made[1], by=rep, at=SOON + timedelta(hours=1))
    assert (again(handoff).attempts_count, again(handoff).state) == (1, outcome)
    assert Event.objects.filter(kind=EventKind.WITHDRAWN).count() == 1


@pytest.mark.parametrize("end", ["lost", "returned"])
def test_who_could_not_be_reached_stays_tried_as_often_as_promised(north, rep, end):
    handoff = cast.handed(north)
    promised = handoff.promised_attempts
    made = [record(handoff, rep, at=SOON + timedelta(minutes=n)) for n in range(promised)]
    if end == "lost":
        closing.close(handoff, outcome="lost", reason="not_reached", by=rep, at=SOON + timedelta(hours=1))
    else:
        send_back(handoff, reason="not_reached", by=rep, at=SOON + timedelta(hours=1))
    with pytest.raises(TooFewAttempts):
        attempts.withdraw(made[0], by=rep, at=SOON + timedelta(hours=1))
    assert (again(handoff).attempts_count, again(handoff).state) == (promised, end)


def test_no_attempt_on_a_returned_handoff(north, rep):
    handoff = cast.handed(north)
    send_back(handoff, reason="duplicate", by=rep, at=SOON)
    with pytest.raises(HandoffClosed):
        record(handoff, rep)


def test_won_needs_an_attempt_first(north, rep):
    with pytest.raises(handoffs.NotFollowedUp):
        closing.close(cast.handed(north), outcome="won", by=rep, at=SOON)


def test_won_keeps_the_revenue_and_lost_the_reason(north, rep):
    won, lost = cast.handed(north), cast.handed(north)
    for handoff, outcome in ((won, "won"), (lost, "lost")):
        record(handoff, rep)
        closing.close(handoff, outcome=outcome, revenue=Decimal(900), reason="no_budget", by=rep, at=SOON)
    rows = Deal.objects.order_by("id").values_list("outcome", "revenue", "reason")
    assert list(rows) == [("won", Decimal(900), ""), ("lost", None, "no_budget")]
    assert [again(won).state, again(lost).state] == ["won", "lost"]


def test_lost_because_nobody_could_be_reached_needs_the_promised_attempts(north, rep):
    handoff = cast.handed(north)
    record(handoff, rep)
    with pytest.raises(TooFewAttempts):
        closing.close(handoff, outcome="lost", reason="not_reached", by=rep, at=SOON)


def test_a_closed_lead_can_be_reopened(north, rep):
    handoff = cast.handed(north)
    record(handoff, rep)
    closing.close(handoff, outcome="won", by=rep, at=SOON)
    closing.reopen(handoff, by=rep, at=SOON)
    assert (again(handoff).state, Deal.objects.count()) == ("working", 0)
    with pytest.raises(handoffs.NotClosed):
        closing.reopen(handoff, by=rep, at=SOON)


def test_reopening_withdraws_every_deal_that_closed_the_lead_and_the_history_keeps_them(north, rep):
    handoff = cast.handed(north)
    record(handoff, rep)
    closing.close(handoff, outcome="won", revenue=Decimal(8000), by=rep, at=SOON)
    more = {"closed_at": SOON, "currency": "EUR", "recorded_at": SOON}
    with changing(handoff.lead_id) as lead:
        Deal.objects.create(lead=lead, external_id="D-4", outcome="won", revenue=Decimal(20000), **more)
    closing.reopen(handoff, by=rep, at=SOON)
    told = Event.objects.get(kind="reopened").details
    assert (told["revenue"], [deal["deal"] for deal in told["deals"][1:]]) == ("28000.00", ["D-4"])
    assert (again(handoff).state, Deal.objects.count()) == ("working", 0)


def test_an_attempt_by_hand_is_no_older_than_its_lead(north, rep):
    handoff = cast.handed(north)
    long_before = cast.MONDAY - timedelta(days=1)
    with pytest.raises(attempts.BeforeTheLead):
        attempts.record(handoff, channel="phone", result="sent", by=rep, at=cast.MONDAY, attempted_at=long_before)
    assert handoff.attempts.count() == 0


def test_a_lead_is_closed_by_hand_no_earlier_than_it_was_handed_over(north, rep):
    handoff = cast.handed(north)
    attempts.record(handoff, channel="phone", result="connected", by=rep, at=cast.MONDAY + timedelta(minutes=5))
    early, now = cast.MONDAY - timedelta(minutes=10), cast.MONDAY + timedelta(minutes=9)
    with pytest.raises(closing.BeforeTheHandoff):
        closing.close(handoff, outcome="won", revenue=Decimal(7), by=rep, at=now, closed_at=early)
    assert not Deal.objects.exists()


def test_a_lead_can_be_closed_in_the_minute_in_which_it_was_handed_over(north, rep):
    handoff = cast.handed(north, at=SOON + timedelta(seconds=30))
    record(handoff, channel="phone", result="connected", by=rep, at=SOON + timedelta(seconds=40))
    minute = SOON.replace(second=0)
    deal = closing.close(handoff, outcome="won", by=rep, at=SOON + timedelta(minutes=1), closed_at=minute)
    assert deal.closed_at == minute
