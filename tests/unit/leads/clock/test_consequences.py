"""What stands on a handoff follows from what happened: DESIGN 5, stop rule, speed, depth, belonging."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.models import Version
from agreements.promises.promise import SpeedPromise
from agreements.terms import timeline
from leads.clock.consequences import changing, differences
from leads.clock.happened import belonging
from leads.doors.form import edit_lead
from leads.models import Attempt, Deal, Handoff
from leads.work import states
from leads.work.handoffs import hand_over, send_back
from tests import cast

pytestmark = pytest.mark.django_db
MINUTE = 60_000_000


def after(minutes: float) -> datetime:
    return cast.MONDAY + timedelta(minutes=minutes)


def read(handoff: Handoff) -> Handoff:
    return Handoff.objects.get(pk=handoff.pk)


def test_the_earliest_attempt_stops_the_clock_also_when_it_is_recorded_later(north):
    handoff = cast.handed(north)
    cast.attempted(handoff, after(50))
    cast.attempted(handoff, after(20))
    assert read(handoff).response_us == 20 * MINUTE
    assert read(handoff).stopped_at == after(20)


def test_the_clock_runs_in_working_time_and_the_wall_clock_is_kept_beside_it(north):
    handoff = cast.handed(north, at=cast.local(north, "2026-03-06 16:30"))  # Friday
    cast.attempted(handoff, cast.local(north, "2026-03-09 09:30"))
    stands = read(handoff)
    assert stands.response_us == 60 * MINUTE
    assert stands.response_wall_us == (2 * 24 + 17) * 60 * MINUTE


def test_due_and_warning_come_from_the_promise(north):
    handoff = cast.handed(north, at=cast.local(north, "2026-03-06 16:30"))
    assert handoff.due_at == cast.local(north, "2026-03-09 09:30")
    assert handoff.warn_at == cast.local(north, "2026-03-09 09:15")


def test_a_tier_with_its_own_promise_is_measured_by_it(north):
    version = north.versions.get()
    cast.promise(version, SpeedPromise(within_minutes=15, tier="A"))
    assert cast.handed(north, tier="A").due_at == after(15)
    assert cast.handed(north, tier="B").due_at == after(60)


def test_without_a_promise_nothing_is_due(db):
    handoff = cast.handed(cast.agreement("bare", promises=False))
    assert (handoff.due_at, handoff.warn_at, handoff.depth_due_at, handoff.promised_attempts) == (None,) * 4


def test_an_attempt_before_the_handoff_counts_as_no_time_at_all_and_is_flagged(north):
    handoff = cast.handed(north)
    cast.attempted(handoff, after(-15))
    stands = read(handoff)
    assert (stands.response_us, stands.response_wall_us, stands.is_early) == (0, 0, True)


def test_an_automated_message_counts_only_where_the_agreement_says_so(north, south):
    north.versions.update(automated_counts=True)
    says_so, does_not = cast.handed(north), cast.handed(south)
    for handoff in (says_so, does_not):
        cast.attempted(handoff, after(5), channel="automated")
    assert (read(says_so).attempts_count, read(says_so).stopped_at) == (1, after(5))
    assert (read(does_not).attempts_count, read(does_not).stopped_at) == (0, None)


def test_a_return_before_any_attempt_stops_the_clock_but_has_no_response_time(north, rep):
    handoff = cast.handed(north)
    send_back(handoff, reason="wrong_data", by=rep, at=after(30))
    stands = read(handoff)
    assert (stands.stopped_at, stands.response_us, stands.state) == (after(30), None, states.RETURNED)


def test_an_attempt_that_comes_to_light_after_the_return_stops_the_clock_in_its_place(north, rep):
    handoff = cast.handed(north)
    send_back(handoff, reason="wrong_data", by=rep, at=after(30))
    cast.attempted(handoff, after(10))
    assert (read(handoff).stopped_at, read(handoff).response_us) == (after(10), 10 * MINUTE)


def test_attempts_belong_to_the_latest_handoff_at_or_before_them_else_to_the_first(north, rep):
    first = cast.handed(north)
    send_back(first, reason="bad_timing", by=rep, at=after(5))
    second = hand_over(first.lead, by=None, at=after(60))
    for minutes in (-10, 59, 60, 90):
        cast.attempted(first, after(minutes))
    assert [a.handoff_id for a in Attempt.objects.order_by("attempted_at")] == [
        first.pk,
        first.pk,
        second.pk,
        second.pk,
    ]


def test_an_attempt_made_before_the_lead_was_handed_over_is_linked_when_it_is(north):
    lead = cast.lead(north)
    Attempt.objects.create(lead=lead, attempted_at=after(-20), result="no_answer", recorded_at=after(-20))
    handoff = hand_over(lead, by=None, at=after(0))
    assert Attempt.objects.get().handoff_id == handoff.pk
    assert handoff.is_early


def test_connected_is_the_first_attempt_in_which_the_two_spoke_and_counts_which_one_it_was(north):
    handoff = cast.handed(north)
    cast.attempted(handoff, after(10))
    cast.attempted(handoff, after(40), result="connected")
    cast.attempted(handoff, after(30), result="connected")
    stands = read(handoff)
    assert (stands.connected_at, stands.connected_nth, stands.connected_us) == (after(30), 2, 30 * MINUTE)
    assert (stands.attempts_count, stands.state) == (3, states.CONNECTED)


def test_the_depth_promise_is_met_by_the_promised_number_of_attempts(north):
    handoff = cast.handed(north)
    for n in range(1, 8):
        cast.attempted(handoff, after(n))
    assert read(handoff).depth_met_at == after(6)


def test_the_depth_promise_is_met_by_a_connection_or_a_return(north, rep):
    connected, returned = cast.handed(north), cast.handed(north)
    cast.attempted(connected, after(3), result="connected")
    send_back(returned, reason="duplicate", by=rep, at=after(4))
    assert (read(connected).depth_met_at, read(returned).depth_met_at) == (after(3), after(4))


def test_the_depth_window_ends_with_the_last_promised_working_day(north):
    assert cast.handed(north).depth_due_at == cast.local(north, "2026-03-23 17:00")  # 15 working days after Monday


def test_marketings_own_clock_runs_from_the_leads_creation_to_the_handoff(north):
    assert cast.handed(north, at=after(60)).waited_us == 30 * MINUTE


def test_marketings_clock_does_not_run_again_for_a_lead_handed_over_again(north, rep):
    first = cast.handed(north)
    send_back(first, reason="bad_timing", by=rep, at=after(5))
    second = hand_over(first.lead, by=None, at=after(60))
    assert (second.waited_us, second.waited_wall_us) == (None, None)


def test_what_is_changed_on_the_lead_later_leaves_its_handoffs_as_they_were(north, marketer):
    cast.promise(north.versions.get(), SpeedPromise(within_minutes=15, tier="A"))
    handoff = cast.handed(north, source="fair", tier="B")
    edit_lead(handoff.lead, {"source": "webinar", "tier": "A"}, by=marketer, at=after(10))
    cast.attempted(handoff, after(40))
    stands = read(handoff)
    assert (stands.source, stands.tier, stands.due_at, stands.clock(after(60))) == ("fair", "B", after(60), "kept")


def test_a_later_handoff_takes_what_the_lead_is_by_then(north, rep, marketer):
    first = cast.handed(north, source="fair", tier="B")
    send_back(first, reason="bad_timing", by=rep, at=after(5))
    edit_lead(first.lead, {"tier": "A"}, by=marketer, at=after(10))
    assert hand_over(first.lead, by=None, at=after(60)).tier == "A"


def test_an_outcome_closes_the_handoffs_made_until_then(north, rep):
    first = cast.handed(north)
    send_back(first, reason="bad_timing", by=rep, at=after(5))
    second = hand_over(first.lead, by=None, at=after(60))
    with changing(first.lead_id) as lead:
        Deal.objects.create(lead=lead, outcome="won", closed_at=after(90), recorded_at=after(90))
    assert [read(first).state, read(second).state] == [states.RETURNED, states.WON]


def test_the_local_day_of_the_handoff_is_the_agreements(db):
    late = cast.handed(cast.agreement("tokyo", zone="Asia/Tokyo"), at=datetime(2026, 3, 31, 16, 0, tzinfo=UTC))
    assert str(late.handed_on) == "2026-04-01"


def test_each_handoff_belongs_to_the_version_in_force_on_its_day(north):
    Version.objects.create(agreement=north, effective_on="2026-03-10", calendar={"week": cast.OFFICE_HOURS})
    before, since = cast.handed(north), cast.handed(north, at=cast.local(north, "2026-03-10 09:00"))
    assert str(before.version.effective_on) == "2020-01-01"
    assert str(since.version.effective_on) == "2026-03-10"


def test_a_correction_of_the_terms_leaves_what_was_measured_until_it_is_recomputed(north):
    handoff = cast.handed(north)
    north.versions.update(superseded_at=after(0))
    stricter = Version.objects.create(agreement=north, effective_on="2020-01-01", calendar={"week": cast.OFFICE_HOURS})
    cast.promise(stricter, SpeedPromise(within_minutes=10))
    cast.attempted(handoff, after(30))
    assert read(handoff).due_at == after(60)
    (wrong,) = differences([handoff.lead_id], timeline(north), by_terms_in_force=True)
    assert wrong.fields["due_at"] == (after(60), after(10))


HAPPENINGS = st.lists(
    st.tuples(
        st.integers(-5000, 20000), st.sampled_from(["no_answer", "connected"]), st.sampled_from(["phone", "automated"])
    ),
    max_size=5,
    unique_by=lambda row: row[0],
)


@given(happenings=HAPPENINGS, order=st.randoms())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_in_which_facts_arrive_does_not_matter(north, happenings, order):
    shuffled = list(happenings)
    order.shuffle(shuffled)
    stands = []
    for rows in (happenings, shuffled):
        handoff = cast.handed(north)
        for minutes, result, channel in rows:
            cast.attempted(handoff, after(minutes), result=result, channel=channel)
        row = Handoff.objects.filter(pk=handoff.pk).values().get()
        stands.append({name: value for name, value in row.items() if name not in ("id", "lead_id")})
    assert stands[0] == stands[1]


def test_belonging_is_inclusive_of_the_instant_of_the_handoff(north):
    handoffs = [Handoff(handed_at=after(0)), Handoff(handed_at=after(60))]
    assert belonging(after(60), handoffs) is handoffs[1]
