"""Two changes at once, and the sweep twice at once: through real connections, so that PostgreSQL shows what it does."""

from datetime import timedelta

import pytest

from agreements.terms import timeline
from leads.clock.consequences import differences
from leads.clock.sweep import note_clocks
from leads.enums import EscalationStep
from leads.models import Escalation, Event, Handoff
from leads.work.attempts import record
from leads.work.handoffs import AlreadyHandedOver, accept, hand_over, send_back
from tests import cast
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
SOON = cast.MONDAY + timedelta(minutes=10)


def wrong(handoff: Handoff) -> list[object]:
    return [difference.fields for difference in differences([handoff.lead_id], timeline(handoff.agreement))]


def test_attempts_recorded_at_once_all_count_and_the_earliest_stops_the_clock(north, rep):
    handoff = cast.handed(north)
    times = [SOON + timedelta(minutes=n) for n in (4, 1, 3, 2, 0, 5)]
    late = SOON + timedelta(hours=1)
    answers = at_once(
        *[
            lambda when=when: record(handoff, channel="phone", result="no_answer", attempted_at=when, by=rep, at=late)
            for when in times
        ]
    )
    stands = Handoff.objects.get()
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert (stands.attempts_count, stands.first_attempt_at, wrong(handoff)) == (6, SOON, [])


def test_a_lead_handed_over_by_two_people_at_once_is_handed_over_once(north, marketer):
    lead = cast.lead(north)
    answers = at_once(*[lambda n=n: hand_over(lead, by=marketer, at=SOON + timedelta(seconds=n)) for n in range(3)])
    assert sum(isinstance(answer, AlreadyHandedOver) for answer in answers) == 2
    assert Handoff.objects.count() == 1


def test_a_return_and_an_attempt_at_once_leave_nothing_to_mend(north, rep, sales_lead):
    handoff = cast.handed(north)
    at_once(
        lambda: send_back(handoff, reason="wrong_data", by=sales_lead, at=SOON),
        lambda: record(handoff, channel="phone", result="no_answer", by=rep, at=SOON),
    )
    assert Handoff.objects.get().returned_at == SOON
    assert wrong(handoff) == []


def test_two_reps_who_accept_at_once_do_not_both_get_it(north, rep, sales_lead):
    handoff = cast.handed(north)
    answers = at_once(*[lambda by=by: accept(handoff, by=by, at=SOON) for by in (rep, sales_lead)])
    assert sorted(str(answer) for answer in answers if answer) == [
        f"{Handoff.objects.get().rep} has this lead already."
    ]
    stands = Handoff.objects.get()
    assert stands.rep == stands.accepted_by
    assert Event.objects.filter(kind="accepted").count() == 1


def test_two_sweeps_at_once_note_each_clock_once(north):
    for minutes in range(5):
        cast.handed(north, at=cast.MONDAY + timedelta(minutes=minutes))
    later = cast.MONDAY + timedelta(hours=2)
    answers = at_once(*[lambda: note_clocks(at=later)] * 3)
    assert sum(answer[EscalationStep.OVERDUE] for answer in answers) == 5
    assert Escalation.objects.filter(step=EscalationStep.OVERDUE).count() == 5
