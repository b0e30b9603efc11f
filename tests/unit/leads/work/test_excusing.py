"""A breach is excused by two people: neither kept nor missed, from the approval on."""

from datetime import timedelta

import pytest

from agreements.promises.promise import HandoverPromise
from agreements.terms import timeline
from leads.clock.consequences import as_of
from leads.clock.recompute import preview
from leads.clock.sweep import note_clocks
from leads.models import Clock, Event, Handoff
from leads.work.excusing import AlreadyAsked, NotAsked, NotBreached, OwnExcuse, approve, ask, drop
from leads.work.handoffs import put_tier_right, take_back
from smarketing.accounts.models import Side
from tests import cast

pytestmark = pytest.mark.django_db
REASON = "The telephones were dead."


def after(minutes):
    return cast.MONDAY + timedelta(minutes=minutes)


def asked(handoff, rep, kind="response", minutes=70):
    clock = handoff.clocks.get(kind=kind)
    ask(clock, reason=REASON, side=Side.SALES, by=rep, at=after(minutes))
    return Clock.objects.get(pk=clock.pk)


def test_from_the_approval_on_it_is_excused_in_the_row_the_list_and_for_the_sweep(north, rep, marketer):
    handoff = cast.handed(north)
    clock = asked(handoff, rep)
    assert Handoff.objects.overdue(after(75)).get() == handoff
    approve(clock, by=marketer, at=after(80))
    fresh = Handoff.objects.get()
    assert [fresh.clock(after(minutes)) for minutes in (50, 79, 80)] == ["due_soon", "overdue", "excused"]
    assert Handoff.objects.with_clock(after(80)).get().clock_state == "excused"
    assert not Handoff.objects.overdue(after(90)).exists()
    note_clocks(at=after(90))
    assert Clock.objects.get(pk=clock.pk).escalated_at is None
    assert not preview(north)
    told = Event.objects.filter(lead=handoff.lead).order_by("at").values_list("kind", "by", "details__reason")
    assert list(told)[1:] == [("excuse_asked", rep.pk, REASON), ("excused", marketer.pk, REASON)]


def test_only_a_breach_is_excused_once_and_by_somebody_else(north, rep, marketer):
    handoff = cast.handed(north)
    with pytest.raises(NotBreached):
        asked(handoff, rep, minutes=59)
    clock = asked(handoff, rep)
    with pytest.raises(AlreadyAsked):
        ask(clock, reason="again", side=Side.MARKETING, by=marketer, at=after(71))
    with pytest.raises(OwnExcuse):
        approve(clock, by=rep, at=after(72))
    assert Handoff.objects.get().excused_at is None


def test_as_long_as_nobody_has_approved_it_can_be_taken_back_and_asked_again(north, rep, marketer):
    clock = asked(cast.handed(north), rep)
    drop(clock, by=rep, at=after(75))
    with pytest.raises(NotAsked):
        approve(clock, by=marketer, at=after(76))
    ask(clock, reason="better said", side=Side.SALES, by=rep, at=after(77))
    approve(clock, by=marketer, at=after(78))
    for change in (drop, approve):
        with pytest.raises(NotAsked):
            change(clock, by=marketer, at=after(79))
    assert (Clock.objects.get(pk=clock.pk).excuse, Handoff.objects.get().excused_at) == ("better said", after(78))


def test_a_late_attempt_and_a_window_that_is_over_are_excused_each_by_itself(north, rep, marketer):
    handoff = cast.handed(north)
    cast.attempted(handoff, after(65))
    window = handoff.depth_due_at + timedelta(days=1)
    ask(handoff.clocks.get(kind="depth"), reason=REASON, side=Side.SALES, by=rep, at=window)
    approve(handoff.clocks.get(kind="depth"), by=marketer, at=window)
    fresh = Handoff.objects.get()
    assert (fresh.clock(window), fresh.depth_excused_at) == ("missed", window)
    approve(asked(handoff, rep), by=marketer, at=after(80))
    assert Handoff.objects.get().clock(window) == "excused"


def test_a_single_attempt_is_not_judged_and_not_excused(north, rep):
    handoff = cast.handed(north)
    late = handoff.depth_due_at + timedelta(days=1)
    with pytest.raises(NotBreached):
        ask(handoff.clocks.get(kind="attempt", nth=2), reason=REASON, side=Side.SALES, by=rep, at=late)


def test_marketings_own_breach_is_excused_before_there_is_a_handoff(north, marketer, rep):
    cast.promise(north.versions.get(), HandoverPromise(within_minutes=60))
    handoff = cast.handed(north)
    take_back(handoff, by=marketer, at=after(1))
    clock = Clock.objects.get(kind="handover")
    ask(clock, reason=REASON, side=Side.MARKETING, by=marketer, at=after(500))
    approve(clock, by=rep, at=after(501))
    assert Clock.objects.get(pk=clock.pk).state(after(502)) == "excused"
    assert not preview(north)


def test_whoever_looks_back_knows_the_excuse_from_its_approval_on(north, rep, marketer):
    handoff = cast.handed(north)
    approve(asked(handoff, rep), by=marketer, at=after(80))
    stood = {m: as_of([handoff.pk], timeline(north), after(m))[handoff.pk]["clock_states"] for m in (79, 81)}
    assert {minutes: states["response"] for minutes, states in stood.items()} == {79: "overdue", 81: "excused"}


def test_the_excuse_of_a_promise_that_is_gone_goes_with_it(north, rep, marketer):
    handoff = cast.handed(north)
    clock = asked(handoff, rep)
    north.versions.get().objectives.filter(measure="speed").delete()
    put_tier_right(handoff, tier="B", reason="a director", by=marketer, at=after(75))
    with pytest.raises(NotBreached):
        approve(clock, by=marketer, at=after(80))
    assert Handoff.objects.get().clock(after(90)) == "none"
