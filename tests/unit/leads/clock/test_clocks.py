"""A row for each promise with a due time: response, acceptance, marketing's own, the window, each promised attempt."""

from datetime import timedelta

import pytest

from agreements.promises.promise import AcceptancePromise, HandoverPromise, SpeedPromise
from agreements.terms import timeline
from leads.clock.explanation import explanation
from leads.clock.recompute import preview, recompute
from leads.clock.sweep import note_clocks
from leads.doors.form import log_lead
from leads.models import Clock, Handoff, Lead
from leads.work.attempts import record, withdraw
from leads.work.handoffs import accept, hand_over, put_tier_right, send_back, take_back
from tests import cast

pytestmark = pytest.mark.django_db


def after(minutes):
    return cast.MONDAY + timedelta(minutes=minutes)


def rows(handoff):
    return {(c.kind, c.nth): (c.due_at, c.stopped_at) for c in Clock.objects.filter(handoff=handoff)}


def attempts(handoff):
    return [(c.due_at, c.stopped_at) for c in handoff.clocks.filter(kind="attempt").order_by("nth")]


def test_a_fresh_handoff_has_the_response_the_window_and_each_promised_attempt_at_once(north):
    handoff = cast.handed(north)
    window = cast.local(north, "2026-03-23 17:00")
    days = ("03-05", "03-09", "03-12", "03-16", "03-19", "03-23")  # 2.5 working days each, rounded up
    due = {("attempt", n): (cast.local(north, f"2026-{day} 17:00"), None) for n, day in enumerate(days, 1)}
    assert rows(handoff) == {("response", 1): (after(60), None), ("depth", 1): (window, None), **due}


def test_each_attempt_stops_its_own_clock_and_the_next_one_is_due(north, rep):
    handoff = cast.handed(north)
    for n in range(5):
        record(handoff, channel="phone", result="no_answer", by=rep, at=after(10 + n))
    assert [stopped for _due, stopped in attempts(handoff)] == [*(after(10 + n) for n in range(5)), None]
    (row,) = Handoff.objects.with_next_attempt()
    assert row.next_attempt_due_at == rows(handoff)["attempt", 6][0] == rows(handoff)["depth", 1][0]
    record(handoff, channel="phone", result="no_answer", by=rep, at=after(20))
    assert rows(handoff)["attempt", 6][1] == rows(handoff)["depth", 1][1] == after(20)
    assert Handoff.objects.with_next_attempt().get().next_attempt_due_at is None


def test_a_late_attempt_misses_its_own_due_time_and_the_window_may_still_be_kept(north):
    handoff = cast.handed(north)
    for day in ("03-06", "03-07", "03-10", "03-11", "03-12", "03-13"):
        cast.attempted(handoff, cast.local(north, f"2026-{day} 10:00"))
    at = cast.local(north, "2026-04-01 10:00")
    states = {(c.kind, c.nth): c.state(at) for c in handoff.clocks.all()}
    assert states["attempt", 1] == "missed"
    assert {states["attempt", n] for n in range(2, 7)} == {states["depth", 1]} == {"kept"}


def test_a_return_stops_every_clock(north, rep):
    handoff = cast.handed(north)
    send_back(handoff, reason="duplicate", by=rep, at=after(30))
    assert {stopped for _due, stopped in rows(handoff).values()} == {after(30)}


def test_a_connection_stops_the_clocks_of_the_attempts_that_are_no_longer_needed(north):
    handoff = cast.handed(north)
    cast.attempted(handoff, after(5))
    cast.attempted(handoff, after(9), "connected")
    assert [stopped for _due, stopped in attempts(handoff)] == [after(5), *[after(9)] * 5]


def accepting(north, **more):
    cast.promise(north.versions.get(), AcceptancePromise(within_minutes=30, **more))
    return cast.handed(north)


def test_the_clock_of_acceptance_is_stopped_by_accepting_returning_or_calling_whichever_came_first(north, rep):
    due = after(30)
    handoff = accepting(north)
    assert rows(handoff)["acceptance", 1] == (due, None)
    accept(handoff, by=rep, at=after(29))
    cast.attempted(handoff, after(45))
    assert rows(handoff)["acceptance", 1] == (due, after(29))
    called, returned = cast.handed(north), cast.handed(north)
    cast.attempted(called, after(31))
    send_back(returned, reason="duplicate", by=rep, at=after(12))
    assert (rows(called)["acceptance", 1], rows(returned)["acceptance", 1]) == ((due, after(31)), (due, after(12)))
    assert not preview(north)


def test_marketings_own_clock_runs_from_the_leads_creation_to_its_first_handoff(north, marketer, rep):
    cast.promise(north.versions.get(), HandoverPromise(within_minutes=90))
    lead = log_lead(Lead(agreement=north, name="Ada", created_at=after(0)), by=marketer, at=after(1))
    (waiting,) = Clock.objects.all()
    assert (waiting.handoff, waiting.kind, waiting.started_at, waiting.due_at) == (
        None,
        "handover",
        after(0),
        after(90),
    )
    assert waiting.state(after(91)) == "overdue"
    assert not preview(north)
    handoff = hand_over(lead, by=marketer, at=after(80))
    (clock,) = lead.clocks.filter(kind="handover")
    assert (clock.pk, clock.handoff, clock.stopped_at) == (waiting.pk, handoff, after(80))
    send_back(handoff, reason="bad_timing", by=rep, at=after(95))
    again = hand_over(lead, by=marketer, at=after(500))
    assert lead.clocks.get(kind="handover").handoff == handoff != again
    assert not preview(north)


def test_a_handoff_taken_back_leaves_marketings_clock_running(north, marketer):
    cast.promise(north.versions.get(), HandoverPromise(within_minutes=90))
    handoff = cast.handed(north)
    take_back(handoff, by=marketer, at=after(5))
    assert [(c.kind, c.handoff, c.stopped_at) for c in Clock.objects.all()] == [("handover", None, None)]


def test_marketings_clock_is_swept_before_there_is_a_handoff_and_a_tier_has_its_own_time(north, marketer):
    cast.promise(north.versions.get(), HandoverPromise(within_minutes=90))
    cast.promise(north.versions.get(), HandoverPromise(within_minutes=20, tier="a"))
    slow, fast = (
        log_lead(Lead(agreement=north, name=tier, tier=tier, created_at=after(0)), by=marketer, at=after(1))
        for tier in ("B", "A")
    )
    note_clocks(at=after(30))
    noted = dict(Clock.objects.values_list("lead", "escalated_at"))
    assert noted == {slow.pk: None, fast.pk: after(30)}


def test_recomputing_mends_the_clock_of_a_lead_that_nobody_has_handed_over(north, marketer):
    cast.promise(north.versions.get(), HandoverPromise(within_minutes=90))
    log_lead(Lead(agreement=north, name="Ada", created_at=after(0)), by=marketer, at=after(1))
    Clock.objects.update(due_at=after(1))
    assert preview(north) == {"leads": 1, "clocks": 1}
    recompute(north, by=None, at=after(100))
    assert (Clock.objects.get().due_at, preview(north)) == (after(90), {})


def test_an_agreed_exception_counts_in_every_clock_and_in_recomputing(north):
    for promise in (HandoverPromise(within_minutes=60), AcceptancePromise(within_minutes=30)):
        cast.promise(north.versions.get(), promise)
    north.versions.update(exceptions=[{"from": "2026-03-02T09:10:00", "to": "2026-03-02T09:40:00", "reason": ""}])
    handoff = cast.handed(north)
    due = {kind: at for (kind, _n), (at, _stopped) in rows(handoff).items() if kind in ("handover", "acceptance")}
    assert due == {"handover": after(90), "acceptance": after(60)}  # created at half past eight, before opening
    assert {len(c.pauses) for c in handoff.clocks.filter(kind__in=due)} == {1}
    assert not preview(north)


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


def test_a_pause_that_begins_with_the_clock_leaves_no_empty_stretch(north):
    pause = {"from": "2026-03-02T09:00:00", "to": "2026-03-02T09:30:00", "reason": "fire drill"}
    north.versions.update(exceptions=[pause])
    stands = type(handoff := cast.handed(north)).objects.get(pk=handoff.pk)
    explained = explanation(stands, timeline(north).by_id(stands.version_id), at=after(40))
    assert [(s.start_at, s.end_at) for s in explained.stretches] == [(after(30), after(90))]
