"""A known lead asks again: who has it, by what it is settled, and the clock that an answer is promised by."""

from datetime import timedelta

import pytest

from agreements.promises.promise import InquiryPromise
from leads.clock.explanation import lines
from leads.clock.recompute import preview
from leads.doors.form import log
from leads.enums import State
from leads.models import Handoff, Inquiry, Lead
from leads.work.attempts import record, withdraw
from leads.work.closing import close
from leads.work.handoffs import hand_over, send_back, take_back
from reports.facts.handoffs import clock_states
from smarketing.accounts.access import access_of
from tests import cast

pytestmark = pytest.mark.django_db


def after(minutes):
    return cast.MONDAY + timedelta(minutes=minutes)


@pytest.fixture
def promised(north):
    cast.promise(north.versions.get(), InquiryPromise(within_minutes=30))
    return north


def asks(agreement, minutes, by, **said):
    told = Lead(agreement=agreement, email="ADA@example.org", created_at=after(minutes), **said)
    return log(told, by=by, at=after(minutes)).inquiry


def clocks(handoff):
    found = handoff.clocks.filter(kind="inquiry").order_by("nth")
    return [(c.nth, c.started_at, c.due_at, c.stopped_at, c.ended_at) for c in found]


def waiting(person):
    return list(Inquiry.objects.waiting_for(access_of(person), person).values_list("pk", flat=True))


def test_each_inquiry_has_its_clock_until_the_next_attempt(promised, rep, marketer):
    handoff = cast.handed(promised, rep=rep)
    record(handoff, channel="phone", result="no_answer", by=rep, at=after(5))
    first, second = asks(promised, 10, marketer), asks(promised, 20, marketer)
    assert clocks(handoff) == [(n, after(m), after(m + 30), None, None) for n, m in ((1, 10), (2, 20))]
    assert waiting(rep) == [first.pk, second.pk]
    made = record(handoff, channel="email", result="sent", by=rep, at=after(45))
    assert [c[3] for c in clocks(handoff)] == [after(45)] * 2
    assert waiting(rep) == []
    own = {c.nth: c.state(after(60)) for c in handoff.clocks.filter(kind="inquiry")}
    assert own == {1: "missed", 2: "kept"}
    # A handoff keeps the promise with all of its inquiries.
    rows = Handoff.objects.filter(pk=handoff.pk)
    assert clock_states(rows, ["inquiry"], after(60)) == {(handoff.pk, "inquiry"): "missed"}
    withdraw(made, by=rep, at=after(50))
    assert waiting(rep) == [first.pk, second.pk]
    assert not preview(promised)


def test_outside_working_time_the_clock_of_an_inquiry_begins_in_the_morning_and_is_explained(promised, rep, marketer):
    handoff = cast.handed(promised, rep=rep)
    asks(promised, 9 * 60, marketer)
    (line,) = [line for line in lines(handoff.lead, at=after(600)) if line.clock.kind == "inquiry"]
    assert line.clock.due_at == cast.local(promised, "2026-03-03 09:30")
    assert [(s.start_at, s.worked) for s in line.stretches] == [
        (cast.local(promised, "2026-03-03 09:00"), timedelta(minutes=30))
    ]


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_who_was_closed_before_is_shown_to_the_rep_who_had_it_and_may_be_answered(promised, rep, marketer, outcome):
    handoff = cast.handed(promised, rep=rep)
    other = cast.person("ron@example.org", promised.sales_team)
    record(handoff, channel="phone", result="connected", by=rep, at=after(5))
    close(handoff, outcome=outcome, by=rep, at=after(6), reason="no_need" if outcome == "lost" else "")
    asked = asks(promised, 10, marketer)
    assert clocks(handoff) == [(1, after(10), after(40), None, None)]
    assert (waiting(rep), waiting(other), waiting(marketer)) == ([asked.pk], [], [asked.pk])
    record(handoff, channel="phone", result="no_answer", by=rep, at=after(15))
    assert clocks(handoff)[0][3] == after(15)
    assert Handoff.objects.get().state == State(outcome)


def test_handed_over_again_it_goes_to_the_rep_who_had_it_and_its_own_clock_begins(promised, rep, marketer):
    handoff = cast.handed(promised, rep=rep)
    record(handoff, channel="phone", result="connected", by=rep, at=after(5))
    close(handoff, outcome="won", by=rep, at=after(6))
    asked = asks(promised, 10, marketer)
    again = hand_over(handoff.lead, by=marketer, at=after(20))
    asked.refresh_from_db()
    assert (again.rep, asked.settled_at, clocks(handoff)[0][3]) == (rep, after(20), after(20))
    assert (Handoff.objects.get(pk=again.pk).state, waiting(rep)) == ("waiting", [])


def test_a_return_after_it_settles_an_inquiry_and_one_after_a_return_waits_for_both_sides(promised, rep, marketer):
    handoff = cast.handed(promised, rep=rep)
    before = asks(promised, 10, marketer)
    send_back(handoff, reason="duplicate", by=rep, at=after(12))
    later = asks(promised, 20, marketer)
    before.refresh_from_db()
    assert before.settled_at == after(12)
    assert waiting(rep) == waiting(marketer) == [later.pk]


def test_before_the_first_handoff_it_waits_for_marketing_and_the_handoff_settles_it(promised, rep, marketer):
    lead = cast.lead(promised)
    asked = asks(promised, 10, marketer)
    assert (waiting(rep), waiting(marketer)) == ([], [asked.pk])
    handoff = hand_over(lead, by=marketer, at=after(20))
    assert (clocks(handoff), waiting(marketer)) == ([], [])
    take_back(handoff, by=marketer, at=after(25))
    assert waiting(marketer) == [asked.pk]


def test_the_question_that_comes_with_a_lead_is_its_first_inquiry(north, marketer):
    lead = log(
        Lead(agreement=north, name="Ada", question="How much?", created_at=after(0)), by=marketer, at=after(1)
    ).lead
    (asked,) = lead.inquiries.all()
    assert (asked.is_first, asked.question, asked.asked_at, waiting(marketer)) == (True, "How much?", after(0), [])
