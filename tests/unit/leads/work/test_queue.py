from datetime import timedelta

import pytest

from leads.models import Handoff
from leads.work import attempts, queue
from leads.work.handoffs import send_back
from smarketing.accounts.access import access_of
from tests import cast

NOON = cast.MONDAY + timedelta(hours=3)


def titles(user, at=NOON, **asked):
    handoffs = queue.workload(access_of(user), user, whose="team", **asked)
    return [row.title for row in queue.rows(handoffs.by_urgency(), user, at=at)]


def tried(handoff, rep, result="no_answer", after=5, times=1):
    for number in range(times):
        at = handoff.handed_at + timedelta(minutes=after + number)
        attempts.record(handoff, channel="phone", result=result, by=rep, at=at)


@pytest.mark.django_db
def test_urgency_uncalled_by_due_time_then_outstanding_then_done_then_connected(north, rep):
    tried(cast.handed(north, name="connected"), rep, "connected")
    tried(cast.handed(north, name="all six made"), rep, times=6)
    tried(cast.handed(north, at=cast.MONDAY + timedelta(days=1), name="one of six, later"), rep)
    tried(cast.handed(north, name="one of six"), rep)
    cast.handed(north, at=NOON, name="fresh")
    cast.handed(north, name="overdue")
    order = ["overdue", "fresh", "one of six", "one of six, later", "all six made", "connected"]
    assert titles(rep, at=NOON + timedelta(days=2)) == order


@pytest.mark.django_db
def test_what_has_no_due_time_comes_after_what_has_one(south, rep, north):
    free = cast.agreement("free", promises=False)
    both = cast.person("both@example.org", north.sales_team, free.sales_team)
    cast.handed(free, name="no promise")
    cast.handed(north, name="promised", at=cast.MONDAY + timedelta(hours=1))
    assert titles(both) == ["promised", "no promise"]


@pytest.mark.django_db
def test_closed_handoffs_are_not_in_the_queue(north, rep):
    send_back(cast.handed(north), reason="duplicate", by=rep, at=NOON)
    assert titles(rep) == []


@pytest.mark.django_db
def test_one_agreement_can_be_asked_for(north, south):
    both = cast.person("both@example.org", north.sales_team, south.sales_team)
    cast.handed(north, name="north")
    cast.handed(south, name="south")
    assert titles(both, agreement=south) == ["south"]


@pytest.mark.django_db
def test_the_counts_are_those_of_the_clock_of_each_row(north, rep):
    cast.handed(north)
    cast.handed(north, at=NOON - timedelta(minutes=50))
    cast.handed(north, at=NOON)
    tried(cast.handed(north), rep)
    counts = queue.counts(Handoff.objects.open(), at=NOON)
    assert counts == queue.Counts(overdue=1, due_soon=1, running=1, followed_up=1)
    for clock in ("overdue", "due_soon", "running", "followed_up"):
        found = queue.clocked(Handoff.objects.open(), clock, at=NOON)
        assert len(queue.rows(found, rep, at=NOON)) == getattr(counts, clock)


@pytest.mark.django_db
def test_a_name_from_a_file_is_somebody(north, rep):
    handoff = cast.handed(north)
    Handoff.objects.filter(pk=handoff.pk).update(rep_name="Bob of old")
    unassigned = queue.workload(access_of(rep), rep, whose="unassigned")
    assert list(unassigned) == []
    (row,) = queue.rows(queue.workload(access_of(rep), rep, whose="team"), rep, at=NOON)
    assert (row.rep, row.is_mine) == ("Bob of old", False)


@pytest.mark.django_db
def test_the_time_left_is_working_time(north, rep):
    friday = cast.local(north, "2026-03-06 16:30")
    handoff = cast.handed(north, at=friday)
    face = queue.row_of(handoff, rep, at=friday).face
    assert (face.left, face.is_straight) == (timedelta(hours=1), False)
    monday = queue.row_of(handoff, rep, at=cast.local(north, "2026-03-09 09:10")).face
    assert (monday.left, monday.is_straight) == (timedelta(minutes=20), True)
    late = queue.row_of(handoff, rep, at=cast.local(north, "2026-03-10 10:00")).face
    assert (late.clock, late.over) == ("overdue", timedelta(hours=8, minutes=30))


@pytest.mark.django_db
def test_only_who_is_active_and_in_the_team_can_be_given_a_lead(north, south, rep, sales_lead, marketer):
    cast.person("gone@example.org", north.sales_team, is_active=False)
    assert queue.team_reps([north.sales_team_id]) == {north.sales_team_id: [sales_lead, rep]}
