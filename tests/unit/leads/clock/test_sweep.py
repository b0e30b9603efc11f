"""What is due is told in one run, and what was told before costs nothing."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.clock.sweep import BATCH, note_clocks
from leads.enums import ClockKind, EscalationStep
from leads.models import Clock, Escalation, Handoff
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.odd_handoffs]
HOUR = timedelta(hours=1)
LATER = cast.MONDAY + timedelta(days=1)
TOLD = {"warned_at": LATER, "escalated_at": LATER}


@pytest.fixture
def handoff(north) -> Handoff:
    made = cast.handed(north)
    Clock.objects.all().delete()
    return made


def clocks(handoff: Handoff, first: int, count: int, **fields: object) -> list[Clock]:
    """Of one handoff, told apart by their number; due an hour after it, without a warning before."""
    rows = [
        Clock(
            lead=handoff.lead,
            handoff=handoff,
            version=handoff.version,
            kind=ClockKind.RESPONSE,
            nth=nth,
            started_at=cast.MONDAY,
            due_at=cast.MONDAY + HOUR,
            recorded_at=cast.MONDAY,
            **fields,
        )
        for nth in range(first, first + count)
    ]
    return Clock.objects.bulk_create(rows)


def test_all_that_is_due_is_told_in_one_run_however_much_it_is(handoff):
    made = clocks(handoff, 1, 3 * BATCH + 7)
    assert note_clocks(at=LATER) == {EscalationStep.OVERDUE: 3 * BATCH + 7, EscalationStep.DUE_SOON: 0}
    assert set(Escalation.objects.values_list("clock", flat=True)) == {clock.pk for clock in made}
    assert note_clocks(at=LATER) == {EscalationStep.OVERDUE: 0, EscalationStep.DUE_SOON: 0}


@pytest.fixture
def work():
    """What the database does for a sweep: its statements, and the rows it goes through or the steps it takes."""

    def of_a_sweep() -> tuple[int, int]:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            rows = sum(rows_read(unnoted(LATER)) for unnoted in (Clock.objects.to_escalate, Clock.objects.to_warn))
            with CaptureQueriesContext(connection) as queries:
                note_clocks(at=LATER)
            return len(queries), rows
        steps = 0

        def step() -> None:
            nonlocal steps
            steps += 1

        connection.connection.set_progress_handler(step, 10)
        with CaptureQueriesContext(connection) as queries:
            note_clocks(at=LATER)
        connection.connection.set_progress_handler(None, 10)
        return len(queries), steps

    return of_a_sweep


def rows_read(clocks) -> int:
    plan = json.loads(clocks.explain(format="json", analyze=True))[0]["Plan"]
    return scanned(plan)


def scanned(node: dict) -> int:
    own = node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0) if "Relation Name" in node else 0
    return int(own) + sum(scanned(part) for part in node.get("Plans", ()))


def test_a_sweep_costs_the_same_whatever_was_told_before(handoff, work):
    clocks(handoff, 1, 20)
    first = work()
    told = clocks(handoff, 1000, 10_000, **TOLD)
    rows = [Escalation(clock=clock, step=EscalationStep.OVERDUE, raised_at=LATER) for clock in told]
    Escalation.objects.bulk_create(rows)
    clocks(handoff, 500, 20)
    queries, read = work()
    assert queries == first[0]
    assert read <= 1.2 * first[1] + 10
