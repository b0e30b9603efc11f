"""Which kept fact a row is: by id, else by time to the coarser precision, the k-th row the k-th fact."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.terms import timeline
from leads.clock.consequences import differences
from leads.doors.files.reading.rows import CheckedRow
from leads.doors.files.writing.chunk import take
from leads.doors.files.writing.claims import Hand
from leads.doors.files.writing.reps import rep_book
from leads.models import Attempt, Deal, Handoff, ImportRun, Lead, WaitingRow
from tests import cast
from tests.unit.leads.doors.files.files import counts, taken

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 12, 8, 40, 52, tzinfo=UTC)
MINUTE, DAY = 60, 86_400


@pytest.fixture(autouse=True)
def _uploads(request, tmp_path):
    request.getfixturevalue("settings").MEDIA_ROOT = tmp_path


def attempt(at=NOON, **values):
    return {"external_id": "L-1", "attempted_at": at, "result": "no_answer", "rep": "Ada Kern", **values}


def coarse(values, precision):
    """The row as another program saved it: without seconds, or with the date only."""
    name = next(name for name in ("attempted_at", "closed_at", "handed_at") if name in values)
    at = values[name].replace(second=0, microsecond=0)
    if precision == DAY:
        at = at.replace(hour=22, minute=59, second=59, microsecond=999_999)  # the day ends in Berlin
    return {**values, name: at, "precision": precision}


def brought(agreement, rows, kind="attempts", size=2000):
    """Brings rows in as one run, in chunks of this size."""
    run = ImportRun.objects.create(agreement=agreement, kind=kind, status="running")
    found = []
    for at in range(0, len(rows), size):
        chunk = [CheckedRow(line, dict(values)) for line, values in enumerate(rows[at : at + size], at + 2)]
        hand = Hand(agreement.pk, "EUR", timeline(agreement), rep_book(agreement), None, cast.MONDAY)
        with transaction.atomic():
            found.append(take(kind, chunk, hand, hand_over=False, run=run))
    return [sum(getattr(one, name) for one in found) for name in ("created", "unchanged", "waiting", "differing")]


@pytest.fixture
def lead(north):
    return cast.lead(north, NOON - timedelta(hours=2), external_id="L-1")


def test_equal_rows_of_one_file_are_several_attempts_and_the_same_ones_the_next_time(north, lead):
    rows = [attempt(), attempt(result="connected"), attempt(NOON + timedelta(minutes=14)), attempt()]
    assert brought(north, rows) == [4, 0, 0, 0]
    assert brought(north, rows[::-1], size=1) == [0, 4, 0, 0]
    assert brought(north, [*rows, attempt()]) == [1, 4, 0, 0]
    assert Attempt.objects.filter(result="connected").count() == 1


def test_two_calls_of_a_minute_in_a_file_are_both_there(north, lead):
    text = "lead_id,attempted_at,result,rep\n" + "".join(
        f"L-1,2026-03-01 10:{minute},{result},Anna\n"
        for minute, result in [(31, "no_answer"), (31, "connected"), (45, "no_answer"), (45, "no_answer")]
    )
    assert counts(taken(north, "attempts", text)) == (4, 4, 0, 0, 0)
    assert counts(taken(north, "attempts", text)) == (4, 0, 4, 0, 0)
    assert sorted(Attempt.objects.values_list("result", flat=True)) == ["connected", *["no_answer"] * 3]


@pytest.mark.parametrize("precision", [MINUTE, DAY])
def test_a_file_saved_again_by_a_spreadsheet_says_unchanged(north, lead, precision):
    rows = [attempt(), attempt(NOON + timedelta(seconds=3)), attempt(NOON + timedelta(days=1))]
    brought(north, rows)
    assert brought(north, [coarse(row, precision) for row in rows]) == [0, 3, 0, 0]
    assert brought(north, rows) == [0, 3, 0, 0]


def test_what_came_in_without_seconds_is_met_by_the_exact_file_later(north, lead):
    brought(north, [coarse(attempt(), MINUTE)])
    assert brought(north, [attempt()]) == [0, 1, 0, 0]
    assert brought(north, [attempt(NOON + timedelta(minutes=1))]) == [1, 0, 0, 0]


def test_the_row_known_best_finds_its_fact_first(north, lead):
    rows = [attempt(), attempt(NOON + timedelta(hours=1))]
    brought(north, rows)
    assert brought(north, [coarse(rows[0], DAY), rows[0]]) == [0, 2, 0, 0]


@pytest.mark.parametrize("other", [{"channel": "email"}, {"rep": "Bo Holm"}, {"rep": ""}])
def test_another_channel_or_rep_is_another_attempt(north, lead, other):
    brought(north, [attempt(channel="phone")])
    assert brought(north, [attempt(**other)]) == [1, 0, 0, 0]


def test_a_rep_known_by_name_and_by_address_is_one(north, lead, rep):
    brought(north, [attempt(rep="Rob Rep")])
    assert brought(north, [attempt(rep="rob@example.org")]) == [0, 1, 0, 0]


def test_attempts_with_ids_of_their_own_are_apart_at_one_time_and_one_wherever_they_move(north, lead):
    rows = [attempt(attempt_id="T-1"), attempt(attempt_id="T-2"), attempt(attempt_id="t-2")]
    assert brought(north, rows) == [3, 0, 0, 0]
    moved = [attempt(NOON + timedelta(days=3), attempt_id="T-1"), attempt(attempt_id="T-2", rep="Ada Kern-Holm")]
    assert brought(north, moved) == [0, 2, 0, 2]
    assert Attempt.objects.count() == 3


def test_an_id_that_comes_later_is_taken_on(north, lead):
    brought(north, [attempt(), attempt()])
    assert brought(north, [attempt(attempt_id="C-1"), attempt(attempt_id="C-2")]) == [0, 2, 0, 0]
    assert sorted(Attempt.objects.values_list("external_id", flat=True)) == ["C-1", "C-2"]
    assert brought(north, [attempt(NOON + timedelta(days=9), attempt_id="C-2")]) == [0, 1, 0, 1]
    assert brought(north, [attempt(), attempt()]) == [0, 2, 0, 0]


def test_an_id_twice_in_one_file_is_one_attempt(north, lead):
    assert brought(north, [attempt(attempt_id="C-1"), attempt(attempt_id=" C-1 ", result="sent")]) == [1, 1, 0, 1]


def test_waiting_rows_are_as_many_as_the_rows_of_the_file_and_meet_their_facts_later(north):
    rows = [attempt(), attempt(), attempt(result="connected")]
    assert brought(north, rows) == [0, 0, 3, 0]
    assert brought(north, [coarse(row, MINUTE) for row in rows], size=1) == [0, 0, 3, 0]
    assert WaitingRow.objects.count() == 3
    assert brought(north, [{"external_id": "L-1", "created_at": NOON}], "leads")[0] == 1
    assert (Attempt.objects.count(), WaitingRow.objects.count()) == (3, 0)
    assert brought(north, rows[::-1]) == [0, 3, 0, 0]


def test_a_run_that_goes_on_after_its_lead_came_does_not_meet_its_own_rows(north):
    run = ImportRun.objects.create(agreement=north, kind="attempts", status="running")
    hand = Hand(north.pk, "EUR", timeline(north), rep_book(north), None, cast.MONDAY)
    for kind, values in (("attempts", attempt()), ("leads", {"external_id": "L-1", "created_at": NOON})):
        own = run if kind == "attempts" else ImportRun.objects.create(agreement=north, kind=kind)
        take(kind, [CheckedRow(2, dict(values))], hand, hand_over=False, run=own)
    found = take("attempts", [CheckedRow(3, attempt())], hand, hand_over=False, run=run)
    assert (found.created, Attempt.objects.count()) == (1, 2)


def test_handoffs_saved_again_are_the_same(north, lead):
    rows = [{"external_id": "L-1", "handed_at": NOON}, {"external_id": "L-1", "handed_at": NOON + timedelta(days=9)}]
    brought(north, rows, "handoffs")
    assert brought(north, [coarse(row, MINUTE) for row in rows], "handoffs") == [0, 2, 0, 0]
    assert Handoff.objects.count() == 2


def test_what_files_say_of_acceptance_and_return_comes_in(north, lead):
    returned = {"returned_at": NOON + timedelta(hours=2), "return_reason": "duplicate", "return_note": "see L-9"}
    row = {"external_id": "L-1", "handoff_id": "H-1", "handed_at": NOON, "accepted_at": NOON + timedelta(hours=1)}
    brought(north, [{**row, **returned}], "handoffs")
    handoff = Handoff.objects.get()
    assert (handoff.external_id, handoff.accepted_at, handoff.state) == ("H-1", row["accepted_at"], "returned")
    assert (handoff.returned_at, handoff.return_reason, handoff.return_note) == tuple(returned.values())


DEALS = [
    ("L-1", "D-1", "lost", datetime(2026, 1, 20, tzinfo=UTC), 0),
    ("L-1", "D-2", "won", datetime(2026, 3, 5, tzinfo=UTC), 12000),
    ("L-2", "D-3", "won", datetime(2026, 2, 1, tzinfo=UTC), 8000),
    ("L-2", "D-4", "won", datetime(2026, 6, 1, tzinfo=UTC), 20000),
]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]])
@pytest.mark.parametrize("has_ids", [True, False])
def test_the_second_deal_of_a_lead_is_no_repetition(north, lead, order, has_ids):
    cast.lead(north, external_id="L-2")
    names = ("external_id", "deal_id", "outcome", "closed_at", "revenue")
    rows = [dict(zip(names, DEALS[at], strict=True)) for at in order]
    for row in rows if not has_ids else ():
        del row["deal_id"]
    assert [brought(north, rows, "outcomes"), brought(north, rows, "outcomes")] == [[4, 0, 0, 0], [0, 4, 0, 0]]
    found = Deal.objects.values_list("outcome", "revenue", "currency")
    assert sorted(found) == sorted((outcome, revenue, "EUR") for _lead, _id, outcome, _at, revenue in DEALS)
    assert list(Deal.objects.filter(lead=lead).order_by("closed_at").values_list("outcome", flat=True)) == [
        "lost",
        "won",
    ]


ROWS = st.lists(
    st.builds(
        lambda minute, second, precision, result, rep, own_id: (
            coarse(attempt(NOON.replace(minute=minute, second=second), result=result, rep=rep), precision)
            | ({"attempt_id": f"{own_id}-{minute}-{second}-{result}-{rep}-{precision}"} if own_id else {})
            if precision
            else attempt(NOON.replace(minute=minute, second=second), result=result, rep=rep)
        ),
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from([0, MINUTE, DAY]),
        st.sampled_from(["no_answer", "connected"]),
        st.sampled_from(["", "Ada Kern"]),
        st.booleans(),
    ),
    max_size=9,
)


def facts():
    return sorted(Attempt.objects.values_list("attempted_at", "precision", "result", "rep_name", "external_id"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, size=st.integers(1, 9), seed=st.integers(0, 99), waits=st.booleans())
def test_any_file_twice_shuffled_or_in_chunks_of_any_size_gives_the_same_facts(north, rows, size, seed, waits):
    with transaction.atomic():
        Lead.objects.filter(external_id="L-1").delete()
        if not waits:
            cast.lead(north, NOON, external_id="L-1")
        brought(north, rows, size=size)
        shuffled = random.Random(seed).sample(rows, len(rows))
        assert brought(north, shuffled, size=10 - size)[0] == 0
        if waits:
            brought(north, [{"external_id": "L-1", "created_at": NOON}], "leads")
        before = facts()
        assert len(before) == len({row["attempt_id"] for row in rows if "attempt_id" in row}) + sum(
            "attempt_id" not in row for row in rows
        )
        assert brought(north, shuffled, size=size)[0] == 0
        assert facts() == before
        assert not differences(list(Lead.objects.values_list("pk", flat=True)), timeline(north))
        transaction.set_rollback(True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, size=st.integers(1, 9), precision=st.sampled_from([MINUTE, DAY]))
def test_a_coarser_copy_of_a_file_adds_nothing(north, rows, size, precision):
    with transaction.atomic():
        cast.lead(north, NOON, external_id="L-1")
        plain = [{name: value for name, value in row.items() if name != "attempt_id"} for row in rows]
        brought(north, plain, size=size)
        copy = [coarse(row, max(precision, row.get("precision", 0))) for row in plain]
        assert brought(north, copy, size=size)[:2] == [0, len(rows)]
        transaction.set_rollback(True)


EXACT = {
    "leads": "Lead ID,Created Date\nL-1,2026-01-12 08:00:11\n",
    "handoffs": "Lead ID,Handed over,Rep\nL-1,2026-01-12 09:10:37,Ada Kern\n",
    "attempts": (
        "Lead ID,Call time,Result,Rep\n"
        "L-1,2026-01-12 09:40:52,No answer,Ada Kern\nL-1,2026-01-13 11:02:09,No answer,Ada Kern\n"
    ),
}
GERMAN = {
    "leads": "Lead ID;Created Date\nL-1;12.01.2026 08:00\n",
    "handoffs": "Lead ID;Handed over;Rep\nL-1;12.01.2026 09:10;Ada Kern\n",
    "attempts": (
        "Lead ID;Call time;Result;Rep\n"
        "L-1;12.01.2026 09:40;No answer;Ada Kern\nL-1;13.01.2026 11:02;No answer;Ada Kern\n"
    ),
}


@pytest.mark.parametrize("order", [["leads", "handoffs", "attempts"], ["attempts", "handoffs", "leads"]])
def test_three_files_saved_once_more_by_a_german_spreadsheet_change_nothing(north, order):
    for kind in order:
        taken(north, kind, EXACT[kind])
    again = {kind: taken(north, kind, GERMAN[kind], date_order="dmy") for kind in order}
    assert {kind: (counts(run), run.differing) for kind, run in again.items()} == {
        "leads": ((1, 0, 1, 0, 0), 0),
        "handoffs": ((1, 0, 1, 0, 0), 0),
        "attempts": ((2, 0, 2, 0, 0), 0),
    }
    handoff = Handoff.objects.get()
    assert (handoff.attempts_count, str(handoff.handed_at)) == (2, "2026-01-12 08:10:37+00:00")


def test_two_calls_of_one_day_without_times_are_two_and_a_name_after_marriage_is_told(north):
    taken(north, "leads", EXACT["leads"])
    days = "Activity ID,Lead ID,Activity Date,Result,Rep\n"
    text = days + "T-1,L-1,2026-01-13,No answer,Ada Kern\nT-2,L-1,2026-01-13,No answer,Ada Kern\n"
    options = {"wanted": {"attempt_id": ["Activity ID"]}}
    assert counts(taken(north, "attempts", text, **options)) == (2, 2, 0, 0, 0)
    married = taken(north, "attempts", text.replace("Kern", "Kern-Holm"), **options)
    assert (counts(married), married.differing) == ((2, 0, 2, 0, 0), 2)
    assert {*Attempt.objects.values_list("external_id", "precision")} == {("T-1", DAY), ("T-2", DAY)}
