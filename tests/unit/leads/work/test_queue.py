from datetime import timedelta

import pytest

from leads.models import Handoff
from leads.work import attempts, queue
from leads.work.attempts import record
from leads.work.excusing import approve, ask
from leads.work.handoffs import send_back
from smarketing.accounts.access import access_of
from smarketing.accounts.models import User
from tests import cast

NOON = cast.MONDAY + timedelta(hours=3)


def titles(user, at=NOON, **asked):
    handoffs = queue.workload(access_of(user), user, whose="team", **asked)
    return [row.title for row in queue.rows(handoffs.by_urgency(at), user, at=at)]


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
def test_the_counts_are_those_of_the_clock_of_each_row(north, rep, sales_lead):
    cast.handed(north)
    cast.handed(north, at=NOON - timedelta(minutes=50))
    cast.handed(north, at=NOON)
    tried(cast.handed(north), rep)
    late, excused = cast.handed(north), cast.handed(north)
    for handoff in (late, excused):
        tried(handoff, rep, after=90)
    clock = excused.clocks.get(kind="response")
    ask(clock, reason="The telephones were dead.", side="sales", by=rep, at=NOON)
    approve(clock, by=sales_lead, at=NOON)
    counts = queue.counts(Handoff.objects.open(), at=NOON)
    assert counts == queue.QueueCounts(overdue=1, due_soon=1, running=1, followed_up=3)
    assert queue.counts(Handoff.objects.none(), at=NOON) == queue.QueueCounts(0, 0, 0, 0, 0)
    followed_up = queue.clocked(Handoff.objects.open(), "followed_up", at=NOON)
    assert {h.clock(NOON) for h in followed_up} == {"kept", "missed", "excused"}  # not only the kept
    for clock in ("overdue", "due_soon", "running", "followed_up"):
        found = queue.clocked(Handoff.objects.open(), clock, at=NOON)
        assert len(queue.rows(found, rep, at=NOON)) == getattr(counts, clock)


@pytest.mark.django_db
def test_a_name_from_a_file_that_nobody_is_matched_to_is_nobody(north, rep):
    handoff = cast.handed(north)
    Handoff.objects.filter(pk=handoff.pk).update(rep_name="Bob of old")
    assert list(queue.workload(access_of(rep), rep, whose="unassigned")) == [handoff]
    (row,) = queue.rows(queue.workload(access_of(rep), rep), rep, at=NOON)
    assert (row.rep, row.former, row.is_mine) == ("", "Bob of old", False)


LEAVING = {
    "deactivated": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "out of the team": lambda user: user.memberships.all().delete(),
}


@pytest.mark.django_db
@pytest.mark.parametrize("leaves", LEAVING)
def test_the_leads_of_somebody_who_left_are_nobodys_at_once(north, rep, sales_lead, leaves):
    gone = cast.person("gone@example.org", north.sales_team, name="Gina Gone")
    left, kept = cast.handed(north, rep=gone), cast.handed(north, rep=sales_lead)
    assert list(queue.workload(access_of(rep), rep)) == []
    LEAVING[leaves](gone)
    for whose in ("", "unassigned"):
        assert list(queue.workload(access_of(rep), rep, whose=whose)) == [left]
    (row,) = [row for row in queue.rows(Handoff.objects.open(), rep, at=NOON) if row.handoff == left]
    assert (row.rep, row.former) == ("", "Gina Gone")
    record(left, channel="phone", result="no_answer", by=rep, at=NOON)
    assert set(Handoff.objects.values_list("pk", "rep")) == {(left.pk, rep.pk), (kept.pk, sales_lead.pk)}


@pytest.mark.django_db
def test_a_member_of_another_sales_team_does_not_hold_it(north, south, rep):
    other = cast.person("other@example.org", south.sales_team)
    handoff = cast.handed(north)
    Handoff.objects.filter(pk=handoff.pk).update(rep=other, rep_name=other.name)
    assert list(Handoff.objects.of_nobody()) == [handoff]


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
