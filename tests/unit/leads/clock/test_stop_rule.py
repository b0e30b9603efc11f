"""Which attempt stops which clock: DESIGN 5, stop rule; what is known only to the minute or the day is a span."""

from datetime import timedelta

import pytest

from agreements.promises.promise import SpeedPromise
from leads.clock.consequences import changing
from leads.enums import Precision
from leads.models import Attempt, Handoff
from leads.work.handoffs import hand_over, send_back
from tests import cast

pytestmark = pytest.mark.django_db
MINUTE = 60_000_000


def after(minutes):
    return cast.MONDAY + timedelta(minutes=minutes)


def read(handoff):
    return Handoff.objects.get(pk=handoff.pk)


def on_the_day(deal, day):
    """How an attempt known to the day is kept."""
    return cast.local(deal, f"{day} 23:59:59.999999")


def test_the_lead_that_comes_to_us_stops_the_clock_and_is_no_attempt_of_ours(north):
    handoff = cast.handed(north)
    cast.attempted(handoff, after(20), result="connected", direction="inbound")
    stands = read(handoff)
    assert (stands.stopped_at, stands.response_us, stands.state) == (after(20), 20 * MINUTE, "connected")
    assert (stands.attempts_count, stands.connected_nth, stands.depth_met_at) == (0, 0, after(20))


def test_the_lead_that_comes_to_us_after_two_attempts_was_connected_with_the_second(north):
    handoff = cast.handed(north)
    for minutes in (5, 10, 40):
        cast.attempted(handoff, after(minutes))
    cast.attempted(handoff, after(20), result="connected", direction="inbound")
    stands = read(handoff)
    assert (stands.connected_at, stands.connected_nth, stands.attempts_count) == (after(20), 2, 3)


def test_the_lead_that_only_left_a_message_with_us_stops_nothing(north):
    handoff = cast.handed(north)
    cast.attempted(handoff, after(20), result="voicemail", direction="inbound")
    assert (read(handoff).stopped_at, read(handoff).attempts_count, read(handoff).state) == (None, 0, "waiting")


def test_an_attempt_known_to_the_day_counts_to_its_end_and_says_so(north):
    handoff = cast.handed(north, at=cast.local(north, "2026-03-02 15:00"))
    cast.attempted(handoff, on_the_day(north, "2026-03-02"), precision=Precision.DAY)
    stands = read(handoff)
    assert (stands.response_us, stands.response_precision) == (120 * MINUTE, Precision.DAY)
    assert (stands.is_early, stands.clock(after(600))) == (False, "missed")


def test_an_attempt_known_to_the_last_day_of_the_window_is_inside_it(north):
    inside, outside = cast.handed(north), cast.handed(north)
    for handoff, last in ((inside, "2026-03-23"), (outside, "2026-03-24")):
        for n in range(1, 6):
            cast.attempted(handoff, after(n))
        cast.attempted(handoff, on_the_day(north, last), precision=Precision.DAY)
    assert (read(inside).attempts_in_window, read(inside).depth_met_at) == (6, inside.depth_due_at)
    assert (read(outside).attempts_in_window, read(outside).depth_met_at) == (5, on_the_day(north, "2026-03-24"))


def test_attempts_after_the_window_are_counted_and_not_in_the_window(north):
    handoff = cast.handed(north)
    cast.attempted(handoff, after(5))
    cast.attempted(handoff, cast.local(north, "2026-03-23 17:00"))
    cast.attempted(handoff, cast.local(north, "2026-03-23 17:01"))
    assert (read(handoff).attempts_count, read(handoff).attempts_in_window) == (3, 2)


@pytest.mark.parametrize(("seconds", "nth"), [(10, 1), (70, 0)])
def test_an_attempt_known_to_the_minute_belongs_to_a_handoff_of_that_minute_and_not_of_the_next(
    north, rep, seconds, nth
):
    first = cast.handed(north)
    send_back(first, reason="bad_timing", by=rep, at=after(5))
    second = hand_over(first.lead, by=rep, at=after(30) + timedelta(seconds=seconds))
    attempt = cast.attempted(second, after(30), precision=Precision.MINUTE)
    assert Attempt.objects.get(pk=attempt.pk).handoff_id == (first.pk, second.pk)[nth]


def test_an_attempt_known_to_the_day_belongs_to_the_handoff_of_that_day(north, rep):
    first = cast.handed(north)
    send_back(first, reason="bad_timing", by=rep, at=after(5))
    second = hand_over(first.lead, by=None, at=cast.local(north, "2026-03-03 16:00"))
    made = cast.attempted(first, on_the_day(north, "2026-03-03"), precision=Precision.DAY)
    assert Attempt.objects.get(pk=made.pk).handoff_id == second.pk


def test_an_attempt_known_to_the_minute_of_the_handoff_did_not_come_before_it(north):
    handoff = cast.handed(north, at=cast.MONDAY + timedelta(seconds=30))
    cast.attempted(handoff, cast.MONDAY, precision=Precision.MINUTE)
    stands = read(handoff)
    assert (stands.is_early, stands.response_us, stands.first_attempt_at) == (False, 0, handoff.handed_at)


def test_an_attempt_of_the_day_before_is_early_and_takes_no_time(north):
    handoff = cast.handed(north)
    cast.attempted(handoff, on_the_day(north, "2026-03-01"), precision=Precision.DAY)
    assert (read(handoff).is_early, read(handoff).response_us) == (True, 0)


def test_each_handoff_is_measured_by_its_own_agreement(north, south):
    south.versions.get().objectives.filter(measure="speed").delete()
    cast.promise(south.versions.get(), SpeedPromise(within_minutes=15))
    handoff = cast.handed(north)
    with changing(handoff.lead_id):
        other = Handoff.objects.create(
            lead=handoff.lead,
            agreement=south,
            version=south.versions.get(),
            handed_at=after(90),
            handed_on=after(90).date(),
            recorded_at=after(90),
        )
    cast.attempted(handoff, after(110))
    assert [read(handoff).due_at, read(other).due_at] == [after(60), after(105)]
    assert [read(handoff).stopped_at, read(other).stopped_at] == [None, after(110)]
    assert [read(handoff).counts, read(other).counts] == [True, True]


def test_a_handoff_before_the_first_version_is_measured_and_promised_nothing(north):
    handoff = cast.handed(north, at=cast.local(north, "2019-12-02 09:00"))
    cast.attempted(handoff, cast.local(north, "2019-12-02 11:00"))
    stands = read(handoff)
    assert (stands.version, stands.due_at, stands.promised_attempts) == (None, None, None)
    assert (stands.response_us, stands.attempts_in_window, stands.clock(after(0))) == (120 * MINUTE, 1, "none")
    assert not handoff.clocks.exists()
