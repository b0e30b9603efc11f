"""A row for each promise with a due time: the response, the window of the promised attempts, the next of them."""

from datetime import timedelta

import pytest

from agreements.promises.promise import SpeedPromise
from agreements.terms import timeline
from leads.clock.explanation import explanation
from leads.clock.recompute import preview
from leads.models import Clock
from leads.work.attempts import record, withdraw
from leads.work.handoffs import put_tier_right, send_back
from tests import cast

pytestmark = pytest.mark.django_db


def after(minutes):
    return cast.MONDAY + timedelta(minutes=minutes)


def rows(handoff):
    return {(c.kind, c.nth): (c.due_at, c.stopped_at) for c in Clock.objects.filter(handoff=handoff)}


def test_a_fresh_handoff_has_the_response_the_window_and_its_first_attempt(north):
    handoff = cast.handed(north)
    window = cast.local(north, "2026-03-23 17:00")
    assert rows(handoff) == {
        ("response", 1): (after(60), None),
        ("depth", 1): (window, None),
        ("attempt", 1): (cast.local(north, "2026-03-05 17:00"), None),
    }


def test_the_next_attempt_moves_on_and_the_last_is_due_with_the_window(north, rep):
    handoff = cast.handed(north)
    for n in range(5):
        record(handoff, channel="phone", result="no_answer", by=rep, at=after(10 + n))
    assert rows(handoff)["attempt", 6] == rows(handoff)["depth", 1] == (handoff.depth_due_at, None)
    record(handoff, channel="phone", result="no_answer", by=rep, at=after(20))
    assert rows(handoff) == {("response", 1): (after(60), after(10)), ("depth", 1): (handoff.depth_due_at, after(20))}


def test_a_return_stops_every_clock(north, rep):
    handoff = cast.handed(north)
    send_back(handoff, reason="duplicate", by=rep, at=after(30))
    assert rows(handoff) == {("response", 1): (after(60), after(30)), ("depth", 1): (handoff.depth_due_at, after(30))}


def test_a_withdrawn_attempt_lets_the_clock_run_again(north, rep):
    handoff = cast.handed(north)
    before = rows(handoff)
    withdraw(record(handoff, channel="phone", result="no_answer", by=rep, at=after(30)), by=rep, at=after(31))
    assert rows(handoff) == before


def test_without_promises_there_are_no_clocks(db):
    assert rows(cast.handed(cast.agreement("bare", promises=False))) == {}


def test_a_tier_put_right_moves_the_clock_and_recomputing_finds_nothing(north, marketer):
    cast.promise(north.versions.get(), SpeedPromise(within_minutes=15, tier="A"))
    handoff = cast.handed(north, tier="B")
    put_tier_right(handoff, tier="A", reason="a chief executive", by=marketer, at=after(5))
    assert rows(handoff)["response", 1] == (after(15), None)
    assert not preview(north)


def test_an_agreed_exception_stops_the_clock_in_due_explanation_and_recomputing(north, rep):
    pause = {"from": "2026-03-02T09:10:00", "to": "2026-03-02T09:40:00", "reason": "fire drill"}
    north.versions.update(exceptions=[pause])
    handoff = cast.handed(north)
    record(handoff, channel="phone", result="no_answer", by=rep, at=after(50))
    stands = type(handoff).objects.get()
    assert (stands.due_at, stands.response_us) == (after(90), 20 * 60_000_000)
    explained = explanation(stands, timeline(north).by_id(stands.version_id), at=after(60))
    assert [(s.start_at, s.end_at) for s in explained.stretches] == [(after(0), after(10)), (after(40), after(90))]
    assert not preview(north)
