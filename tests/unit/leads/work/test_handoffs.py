from datetime import timedelta

import pytest

from agreements.promises.promise import SpeedPromise
from leads.enums import EventKind
from leads.models import Deal, Event, Handoff
from leads.work import handoffs, states
from leads.work.assigning import assign
from tests import cast

pytestmark = pytest.mark.django_db
SOON = cast.MONDAY + timedelta(minutes=10)


def again(handoff: Handoff) -> Handoff:
    return Handoff.objects.get(pk=handoff.pk)


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_a_lead_that_sales_has_cannot_be_handed_over_again(north, marketer):
    handoff = cast.handed(north)
    with pytest.raises(handoffs.AlreadyHandedOver):
        handoffs.hand_over(handoff.lead, by=marketer, at=SOON)
    assert Handoff.objects.count() == 1


def test_a_returned_lead_can_be_handed_over_again_as_a_record_of_its_own(north, rep, marketer):
    first = cast.handed(north)
    handoffs.send_back(first, reason="bad_timing", by=rep, at=SOON)
    second = handoffs.hand_over(first.lead, by=marketer, at=SOON + timedelta(hours=1))
    assert (again(first).state, second.state) == (states.RETURNED, states.WAITING)
    assert kinds()[-1] == EventKind.RECYCLED


def test_a_closed_lead_cannot_be_handed_over(north, marketer):
    lead = cast.lead(north)
    Deal.objects.create(lead=lead, outcome="lost", closed_at=cast.MONDAY, recorded_at=cast.MONDAY)
    with pytest.raises(handoffs.LeadClosed):
        handoffs.hand_over(lead, by=marketer, at=SOON)


def test_of_many_leads_the_refused_ones_do_not_hold_up_the_others(north, marketer):
    taken = cast.handed(north).lead
    fresh = [cast.lead(north), cast.lead(north)]
    answer = handoffs.hand_over_many([fresh[0], taken, fresh[1]], by=marketer, at=SOON)
    assert [handoff.lead for handoff in answer.handoffs] == fresh
    assert [lead for lead, _reason in answer.refused] == [taken]


def test_a_handoff_nobody_touched_can_be_taken_back(north, marketer):
    handoff = cast.handed(north)
    handoffs.take_back(handoff, by=marketer, at=SOON)
    assert not Handoff.objects.exists()
    assert kinds() == [EventKind.HANDED_OVER, EventKind.TAKEN_BACK]


def test_a_handoff_in_work_cannot_be_taken_back(north, marketer):
    handoff = cast.handed(north)
    cast.attempted(handoff, SOON)
    with pytest.raises(handoffs.AlreadyInWork):
        handoffs.take_back(handoff, by=marketer, at=SOON)


def test_who_accepts_a_handoff_that_nobody_has_gets_it(north, rep):
    handoff = cast.handed(north)
    handoffs.accept(handoff, by=rep, at=SOON)
    stands = again(handoff)
    assert (stands.rep, stands.accepted_at, stands.state) == (rep, SOON, states.ACCEPTED)
    assert stands.accepted_us == 10 * 60_000_000


def test_accepting_does_not_stop_the_response_clock(north, rep):
    handoff = cast.handed(north)
    handoffs.accept(handoff, by=rep, at=SOON)
    assert again(handoff).stopped_at is None


def test_accepting_twice_changes_nothing_and_a_second_person_is_told(north, rep, sales_lead):
    handoff = cast.handed(north)
    handoffs.accept(handoff, by=rep, at=SOON)
    handoffs.accept(handoff, by=rep, at=SOON + timedelta(minutes=5))
    with pytest.raises(handoffs.WithSomebodyElse, match="Rob Rep has this lead already"):
        handoffs.accept(handoff, by=sales_lead, at=SOON + timedelta(minutes=5))
    assert (again(handoff).accepted_by, kinds().count(EventKind.ACCEPTED)) == (rep, 1)


def test_undoing_an_acceptance_gives_the_handoff_back_to_the_team(north, rep):
    handoff = cast.handed(north)
    handoffs.accept(handoff, by=rep, at=SOON)
    handoffs.unaccept(handoff, by=rep, at=SOON)
    assert (again(handoff).rep, again(handoff).state) == (None, states.WAITING)


def test_reassigning_does_not_restart_the_clock_of_the_team(north, rep, sales_lead):
    handoff = cast.handed(north)
    assign(handoff, rep=rep, by=sales_lead, at=SOON)
    stands = again(handoff)
    assert (stands.due_at, stands.assigned_at, stands.rep) == (handoff.due_at, SOON, rep)


def test_a_handoff_is_assigned_to_members_of_the_sales_team_only(north, stranger, sales_lead):
    with pytest.raises(handoffs.NotInTheTeam):
        assign(cast.handed(north), rep=stranger, by=sales_lead, at=SOON)


def test_could_not_be_reached_needs_the_promised_attempts(north, rep):
    handoff = cast.handed(north)
    for n in range(5):
        cast.attempted(handoff, SOON + timedelta(minutes=n))
    with pytest.raises(handoffs.TooFewAttempts, match="5 of 6"):
        handoffs.send_back(handoff, reason="not_reached", by=rep, at=SOON)
    cast.attempted(handoff, SOON + timedelta(minutes=6))
    handoffs.send_back(handoff, reason="not_reached", by=rep, at=SOON + timedelta(minutes=9))
    assert again(handoff).state == states.RETURNED


def test_could_not_be_reached_needs_one_attempt_where_none_are_promised(signed_in):
    deal = cast.agreement("quick", promises=False)
    cast.promise(deal.versions.get(), SpeedPromise(within_minutes=60))
    handoff, caller = cast.handed(deal), cast.person("cal@example.org", deal.sales_team)
    with pytest.raises(handoffs.TooFewAttempts, match="needs an attempt first"):
        handoffs.send_back(handoff, reason="not_reached", by=caller, at=SOON)
    shut = signed_in(caller).get(handoff.lead.get_absolute_url()).context["return_form"].fields["reason"].widget.shut
    assert shut == {"not_reached"}
    cast.attempted(handoff, SOON)
    handoffs.send_back(again(handoff), reason="not_reached", by=caller, at=SOON + timedelta(minutes=1))
    assert again(handoff).state == states.RETURNED


def test_a_return_can_be_undone(north, rep):
    handoff = cast.handed(north)
    handoffs.send_back(handoff, reason="wrong_data", note="no such number", by=rep, at=SOON)
    handoffs.undo_return(handoff, by=rep, at=SOON)
    stands = again(handoff)
    assert (stands.state, stands.returned_at, stands.return_reason, stands.return_note) == ("waiting", None, "", "")


def test_a_return_cannot_be_undone_once_the_lead_was_handed_over_again(north, rep, marketer):
    handoff = cast.handed(north)
    handoffs.send_back(handoff, reason="wrong_data", by=rep, at=SOON)
    handoffs.hand_over(handoff.lead, by=marketer, at=SOON + timedelta(minutes=5))
    with pytest.raises(handoffs.AlreadyHandedOver):
        handoffs.undo_return(handoff, by=rep, at=SOON)


@pytest.mark.parametrize(
    "action",
    [
        lambda handoff, rep: handoffs.accept(handoff, by=rep, at=SOON),
        lambda handoff, rep: handoffs.send_back(handoff, reason="duplicate", by=rep, at=SOON),
        lambda handoff, rep: assign(handoff, rep=rep, by=rep, at=SOON),
    ],
)
def test_nothing_more_happens_to_a_returned_handoff(north, rep, action):
    handoff = cast.handed(north)
    handoffs.send_back(handoff, reason="wrong_data", by=rep, at=SOON)
    with pytest.raises(handoffs.HandoffClosed):
        action(handoff, rep)


def test_of_many_handed_over_those_that_sales_had_before_are_counted(north, marketer, rep):
    returned = cast.handed(north)
    handoffs.send_back(returned, reason="duplicate", by=rep, at=SOON)
    fresh = cast.lead(north, cast.MONDAY)
    assert handoffs.hand_over_many([fresh], by=marketer, at=SOON).again == 0
    assert handoffs.hand_over_many([returned.lead, fresh], by=marketer, at=SOON).again == 1
