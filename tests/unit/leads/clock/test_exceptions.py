"""A time agreed beyond the terms pauses clocks the same in single answers, in bulk, explained and measured again."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from agreements.document.clauses import PauseClause, moment_of
from agreements.exceptions.agreeing import accept_exception, propose_end, propose_exception
from agreements.models import AgreedException, Agreement
from agreements.promises.promise import AcceptancePromise, HandoverPromise
from agreements.terms import timeline
from leads.clock.consequences import as_of, refresh
from leads.clock.explanation import explanation, lines
from leads.clock.face import face_of, hours_of
from leads.clock.recompute import preview, recompute
from leads.models import Handoff
from leads.work.handoffs import hand_over
from smarketing.accounts.models import Role, Side, User
from tests import cast

NOON = cast.MONDAY + timedelta(hours=3)  # 12:00 in Berlin
BOTH = frozenset({Side.MARKETING, Side.SALES})


@pytest.fixture
def marketing_lead(north: Agreement) -> User:
    return cast.person("max@example.org", north.marketing_team, role=Role.LEAD, name="Max Lead")


@pytest.fixture
def agree(north: Agreement, marketing_lead: User, sales_lead: User):
    def _agree(begins: str, ends: str, at: datetime, pauses: frozenset[Side] = BOTH, **targets: int):
        clause = PauseClause(moment_of(begins), moment_of(ends), "Outage")
        told = {"targets": targets, "covers_measured": True}
        made = propose_exception(north, clause, pauses=pauses, **told, by=sales_lead, at=at)
        return accept_exception(made, by=marketing_lead, at=at)

    return _agree


def minutes(handoff: Handoff, kind: str = "response") -> int:
    """From the beginning of a clock until it is due, on the wall."""
    clock = handoff.clocks.get(kind=kind, nth=1)
    return (clock.due_at - clock.started_at) // timedelta(minutes=1)


def test_announced_it_pauses_the_clocks_of_that_side_only_everywhere_the_same(north, agree):
    version = north.versions.get()
    cast.promise(version, AcceptancePromise(within_minutes=Decimal(30), share=Decimal("0.5")))
    cast.promise(version, HandoverPromise(within_minutes=Decimal(90), share=Decimal("0.5")))
    agree("2026-03-02T09:00:00", "2026-03-02T09:40:00", cast.MONDAY - timedelta(days=3), frozenset({Side.SALES}))
    agree("2026-03-02T11:00:00", "2026-03-02T11:15:00", cast.MONDAY - timedelta(days=3), frozenset({Side.MARKETING}))
    handoff = cast.handed(north)  # created at 08:30, so that marketing's 90 minutes begin at 09:00
    assert (minutes(handoff), minutes(handoff, "acceptance")) == (100, 70)
    assert minutes(handoff, "handover") == 30 + 90  # due at 10:30, before its own pause
    cast.attempted(handoff, cast.MONDAY + timedelta(minutes=70))
    handoff.refresh_from_db()
    at = cast.MONDAY + timedelta(minutes=20)
    told = explanation(handoff, timeline(north).by_id(version.pk), at=at)
    assert told.runs_from == cast.MONDAY + timedelta(minutes=40)
    assert sum((each.worked for each in told.stretches), timedelta()) == timedelta(minutes=60)
    accepted = next(line for line in lines(handoff.lead, at=at) if line.clock.kind == "acceptance")
    assert sum((each.worked for each in accepted.stretches), timedelta()) == timedelta(minutes=30)
    assert handoff.response_us == 30 * 60 * 1_000_000
    waiting = cast.handed(north, email="eve@example.org")
    assert face_of(waiting, hours_of([waiting])[version.pk], at=at).left == timedelta(minutes=60)
    assert as_of([handoff.pk], timeline(north), NOON)[handoff.pk]["response_us"] == handoff.response_us


def test_marketings_clock_pauses_by_its_own_exception_with_and_without_a_handoff(north, agree):
    cast.promise(north.versions.get(), HandoverPromise(within_minutes=Decimal(90), share=Decimal("0.5")))
    agree("2026-03-02T09:30:00", "2026-03-02T10:00:00", cast.MONDAY - timedelta(days=3), frozenset({Side.MARKETING}))
    lead = cast.lead(north, cast.MONDAY)
    refresh([lead.pk])
    assert lead.clocks.get().due_at == cast.MONDAY + timedelta(minutes=120)
    handoff = hand_over(lead, by=None, at=NOON)
    assert (minutes(handoff, "handover"), minutes(handoff)) == (120, 60)
    assert handoff.waited_us == 150 * 60 * 1_000_000


def test_after_the_fact_it_changes_only_what_is_recorded_later_until_it_is_measured_again(north, agree, sales_lead):
    missed = cast.handed(north)
    cast.attempted(missed, cast.MONDAY + timedelta(minutes=80))
    agree("2026-03-02T09:00:00", "2026-03-02T09:30:00", NOON)
    refresh([missed.lead_id])  # whatever is done with it
    assert minutes(missed) == 60
    assert not preview(north)
    later = hand_over(cast.lead(north, email="eve@example.org"), by=None, at=cast.MONDAY)
    Handoff.objects.filter(pk=later.pk).update(recorded_at=NOON + timedelta(hours=1))  # a file brought it
    refresh([later.lead_id])
    assert minutes(later) == 90
    told = preview(north, with_exceptions=True, at=NOON)
    assert (told["handoffs"], told["missed>kept"], told["leads"]) == (1, 1, 0)
    assert minutes(missed) == 60  # looking changes nothing
    done = recompute(north, with_exceptions=True, by=sales_lead, at=NOON + timedelta(minutes=1))
    assert (done["handoffs"], minutes(missed)) == (1, 90)
    assert AgreedException.objects.get().applied_by == sales_lead
    assert north.changes.first().lines == [[["recomputed", "with_exceptions"], None, "1"]]
    assert not preview(north, with_exceptions=True, at=NOON)


def test_an_earlier_end_counts_like_an_exception_of_its_own(north, agree, sales_lead, marketing_lead):
    first = agree("2026-03-02T09:00:00", "2026-03-02T11:00:00", cast.MONDAY - timedelta(days=1))
    handoff = cast.handed(north)
    assert minutes(handoff) == 180
    told = {"by": marketing_lead, "at": NOON, "reason": "They came back"}
    end = propose_end(first, datetime(2026, 3, 2, 10), covers_measured=True, **told)
    assert minutes(handoff) == 180
    foreseen = preview(north, with_exceptions=True, supposed=end, at=NOON)
    accept_exception(end, by=sales_lead, at=NOON)
    refresh([handoff.lead_id])
    assert minutes(handoff) == 180
    assert preview(north, with_exceptions=True, at=NOON) == foreseen
    assert (foreseen["handoffs"], foreseen["overdue>running"]) == (1, 0)
    recompute(north, with_exceptions=True, by=sales_lead, at=NOON)
    assert minutes(handoff) == 120
