"""One definition of kept, missed, due soon and overdue: in Python for a row, in SQL for many."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.clock import rule
from leads.clock.sweep import note_clocks
from leads.enums import EscalationStep
from leads.models import Clock, Escalation, Handoff
from leads.work import states
from tests import cast

NOW = cast.MONDAY
MOMENTS = st.none() | st.integers(-3, 3).map(lambda minutes: NOW + timedelta(minutes=minutes))


def stand(**fields):
    return rule.clock(**{"warn_at": None, "due_at": None, "stopped_at": None, "is_closed": False, "at": NOW} | fields)


def test_the_sweep_notes_by_words_of_the_rule():
    assert set(EscalationStep.values) == {rule.DUE_SOON, rule.OVERDUE}


def test_a_first_attempt_on_the_very_instant_keeps_the_promise():
    assert stand(due_at=NOW, stopped_at=NOW) == rule.KEPT
    assert stand(due_at=NOW, stopped_at=NOW + timedelta(microseconds=1)) == rule.MISSED


def test_a_clock_is_overdue_only_after_its_due_time():
    assert stand(due_at=NOW, warn_at=NOW) == rule.DUE_SOON
    assert stand(due_at=NOW - timedelta(microseconds=1)) == rule.OVERDUE


def test_a_closed_handoff_nobody_followed_up_is_missed():
    assert stand(due_at=NOW - timedelta(minutes=1), is_closed=True) == rule.MISSED


def test_a_breach_is_excused_from_the_approval_on_and_what_was_kept_stays_kept():
    late, hour = {"due_at": NOW - timedelta(hours=2), "stopped_at": NOW - timedelta(hours=1)}, timedelta(hours=1)
    assert stand(**late, excused_at=NOW) == stand(due_at=NOW - hour, excused_at=NOW) == rule.EXCUSED
    assert stand(**late, excused_at=NOW + hour) == rule.MISSED
    assert stand(due_at=NOW, stopped_at=NOW - hour, excused_at=NOW) == rule.KEPT
    assert stand(due_at=NOW + hour, excused_at=NOW) == rule.RUNNING


def test_without_a_promise_there_is_no_clock():
    assert {stand(), stand(stopped_at=NOW), stand(is_closed=True), stand(warn_at=NOW)} == {rule.NONE}


@pytest.mark.django_db
@given(
    rows=st.lists(
        st.tuples(MOMENTS, MOMENTS, MOMENTS, MOMENTS, st.sampled_from([*states.OPEN, *states.CLOSED])), min_size=1
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.odd_handoffs
def test_sql_and_python_agree_on_every_clock(north, rows):
    Handoff.objects.all().delete()
    lead = cast.lead(north)
    Handoff.objects.bulk_create(
        Handoff(
            lead=lead,
            agreement=north,
            handed_at=NOW + timedelta(days=n),
            handed_on=NOW.date(),
            recorded_at=NOW,
            warn_at=warn_at,
            due_at=due_at,
            stopped_at=stopped_at,
            excused_at=excused_at,
            state=state,
        )
        for n, (warn_at, due_at, stopped_at, excused_at, state) in enumerate(rows)
    )
    found = list(Handoff.objects.with_clock(NOW))
    assert [row.clock_state for row in found] == [row.clock(NOW) for row in found]
    for name, narrowed in {
        rule.OVERDUE: Handoff.objects.overdue(NOW),
        rule.DUE_SOON: Handoff.objects.due_soon(NOW),
    }.items():
        assert set(narrowed) == set(Handoff.objects.clocked(name, NOW))


def state_of(row: Clock) -> str:
    times = {name: getattr(row, name) for name in ("warn_at", "due_at", "stopped_at", "excused_at")}
    return rule.clock(**times, is_closed=row.ended_at is not None, at=NOW)


@pytest.mark.django_db
@given(
    rows=st.lists(
        st.tuples(MOMENTS, MOMENTS.filter(bool), MOMENTS, MOMENTS, MOMENTS, st.booleans(), st.booleans()), min_size=1
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.odd_handoffs
def test_the_sweep_chooses_what_the_rule_calls_overdue_or_due_soon(north, rows):
    Handoff.objects.all().delete()
    handoff = cast.handed(north)
    Clock.objects.all().delete()
    Clock.objects.bulk_create(
        Clock(
            lead=handoff.lead,
            handoff=handoff,
            kind="response",
            nth=n,
            version=handoff.version,
            started_at=NOW,
            warn_at=warn_at,
            due_at=due_at,
            stopped_at=stopped_at,
            ended_at=ended_at,
            excused_at=excused_at,
            warned_at=NOW if is_warned or is_escalated else None,
            escalated_at=NOW if is_escalated else None,
            recorded_at=NOW,
        )
        for n, (warn_at, due_at, stopped_at, ended_at, excused_at, is_warned, is_escalated) in enumerate(rows)
    )
    found = [(row, state_of(row)) for row in Clock.objects.with_state(NOW)]
    assert [(row.clock_state, row.state(NOW)) for row, _state in found] == [(state, state) for _row, state in found]
    late = {row for row, state in found if state == rule.OVERDUE and not row.escalated_at}
    soon = {row for row, state in found if state == rule.DUE_SOON and not row.warned_at}
    assert (set(Clock.objects.to_escalate(NOW)), set(Clock.objects.to_warn(NOW))) == (late, soon)


@pytest.mark.django_db
def test_the_sweep_notes_each_clock_once_and_as_often_as_the_queue_counts(north):
    late, later, soon, _fresh = [cast.handed(north, at=cast.MONDAY + timedelta(minutes=m)) for m in (0, 30, 50, 58)]
    at = cast.MONDAY + timedelta(minutes=100)
    assert note_clocks(at=at) == {EscalationStep.OVERDUE: 2, EscalationStep.DUE_SOON: 1}
    told = set(Escalation.objects.values_list("clock__handoff", "step"))
    assert told == {(late.pk, "overdue"), (later.pk, "overdue"), (soon.pk, "due_soon")}
    assert set(Handoff.objects.overdue(at)) == {late, later}
    assert set(Handoff.objects.due_soon(at)) == {soon}
    assert note_clocks(at=at) == {EscalationStep.OVERDUE: 0, EscalationStep.DUE_SOON: 0}


@pytest.mark.django_db
def test_the_sweep_goes_on_until_nothing_is_left_and_what_was_noted_costs_nothing(
    north, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("leads.clock.sweep.BATCH", 2)
    for minutes in range(5):
        cast.handed(north, at=cast.MONDAY + timedelta(minutes=minutes))
    at = cast.MONDAY + timedelta(hours=3)
    assert note_clocks(at=at)[EscalationStep.OVERDUE] == 5
    with django_assert_num_queries(6):  # two reads, each in a transaction of its own
        note_clocks(at=at)


@pytest.mark.django_db
def test_a_promised_attempt_that_is_overdue_is_noted_and_told_to_nobody(north):
    handoff = cast.handed(north)
    cast.attempted(handoff, cast.MONDAY + timedelta(minutes=5))
    at = cast.local(north, "2026-04-30 12:00")
    assert note_clocks(at=at) == {EscalationStep.OVERDUE: 0, EscalationStep.DUE_SOON: 0}
    assert list(Clock.objects.to_escalate(at)) == []


@pytest.mark.django_db
def test_what_came_from_a_file_after_its_due_time_is_measured_but_nobody_is_told(north):
    handoff = cast.handed(north)
    Clock.objects.filter(handoff=handoff).update(recorded_at=cast.MONDAY + timedelta(days=9))
    at = cast.MONDAY + timedelta(days=10)
    assert set(Handoff.objects.overdue(at)) == {handoff}
    assert note_clocks(at=at)[EscalationStep.OVERDUE] == 0
