"""What files say otherwise: listed with both values, changed by nobody but who takes it over and says why."""

from datetime import timedelta
from decimal import Decimal

import pytest

from agreements.terms import timeline
from leads.clock.consequences import differences
from leads.doors.files.reading.rows import unpacked
from leads.doors.files.writing.corrections import Gone, NoReason, take_over
from leads.doors.won_first import HandedOverBefore
from leads.models import Attempt, Deal, DifferingRow, Event, Handoff, Lead, WaitingRow
from tests.cast import MONDAY
from tests.threads import at_once
from tests.unit.leads.doors.files.files import FILES, taken

LATER = MONDAY + timedelta(hours=1)
HEADS = {kind: text.partition("\n")[0] + "\n" for kind, text in FILES.items()}


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def brought(north):
    for kind in FILES:
        taken(north, kind)
    return north


def says(run):
    return [(row.line, row.external_id, unpacked(row.known), unpacked(row.said)) for row in run.differing_rows.all()]


def nothing_to_mend(agreement):
    return not differences(list(Lead.objects.values_list("pk", flat=True)), timeline(agreement))


@pytest.mark.django_db
def test_both_values_are_listed_and_an_empty_cell_says_nothing(brought):
    rows = "1,2026-01-05 08:00,web,\n2,2026-01-05 08:30,,b\n3,2026-01-06 10:00,web,\n"
    run = taken(brought, "leads", "id,created,origin,tier\n" + rows)
    assert says(run) == [(2, "1", {"source": "fair"}, {"source": "web"})]
    assert (run.unchanged, run.differing) == (3, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "row", "read", "value"),
    [
        ("leads", "1,2026-01-05 08:00,web,B\n", lambda: Lead.objects.get(external_id="1").source, "web"),
        ("handoffs", "2,2026-01-05 17:30,Rob Rep\n", lambda: Handoff.objects.get(lead__external_id="2").rep_id, "rep"),
        (
            "attempts",
            "1,2026-01-05 09:30,phone,connected,Rob Rep\n",
            lambda: Handoff.objects.order_by("handed_at").first().connected_nth,
            1,
        ),
        ("outcomes", "3,won,2026-02-02,70\n", lambda: Deal.objects.get(lead__external_id="3").revenue, Decimal(70)),
    ],
)
def test_taking_over_changes_the_fact_what_follows_and_the_history(brought, rep, marketer, kind, row, read, value):
    run = taken(brought, kind, HEADS[kind] + row)
    assert take_over(run, by=marketer, at=LATER, reason=" the file is right ").taken == 1
    assert read() == (rep.pk if value == "rep" else value)
    event, done = Event.objects.get(kind="corrected"), run.differing_rows.get()
    assert (event.by, event.at, event.details["reason"]) == (marketer, LATER, "the file is right")
    assert (done.taken_by, done.taken_at, done.reason) == (marketer, LATER, "the file is right")
    assert nothing_to_mend(brought)
    assert taken(brought, kind, HEADS[kind] + row).differing == 0


@pytest.mark.django_db
def test_one_by_one_leaves_the_others_as_they_are(brought, marketer):
    run = taken(brought, "leads", "id,created,origin\n1,2026-01-05 08:00,x\n3,2026-01-06 10:00,y\n")
    second = run.differing_rows.get(line=3)
    assert take_over(run, by=marketer, at=LATER, reason="so", row_ids=[second.pk]).taken == 1
    sources = Lead.objects.order_by("external_id").values_list("source", flat=True)
    assert list(sources) == ["fair", "", "y"]
    assert take_over(run, by=marketer, at=LATER, reason="so", row_ids=[second.pk]).taken == 0


@pytest.mark.django_db
def test_without_a_reason_nothing_is_taken_over(brought, marketer):
    run = taken(brought, "leads", "id,created,origin\n1,2026-01-05 08:00,x\n")
    with pytest.raises(NoReason):
        take_over(run, by=marketer, at=LATER, reason="  ")
    assert Lead.objects.get(external_id="1").source == "fair"


@pytest.mark.django_db
def test_what_is_gone_or_cannot_be_is_told_and_the_rest_is_taken(brought, marketer):
    run = taken(brought, "leads", "id,created,origin\n1,2026-01-05 09:01,x\n3,2026-01-06 10:00,y\n")
    answer = take_over(run, by=marketer, at=LATER, reason="so")
    assert (answer.taken, [(row.line, type(why)) for row, why in answer.refused]) == (1, [(2, HandedOverBefore)])
    calls = taken(brought, "attempts", HEADS["attempts"] + "3,2026-01-06 12:00,phone,connected,\n")
    Attempt.objects.filter(lead__external_id="3").delete()
    assert [type(why) for _row, why in take_over(calls, by=marketer, at=LATER, reason="so").refused] == [Gone]


@pytest.mark.django_db
def test_a_row_that_waits_is_corrected_where_it_waits(north, marketer):
    taken(north, "outcomes")
    run = taken(north, "outcomes", HEADS["outcomes"] + "1,won,2026-02-01,1700\n")
    assert says(run) == [(2, "1", {"revenue": Decimal(1500)}, {"revenue": Decimal(1700)})]
    assert take_over(run, by=marketer, at=LATER, reason="so").taken == 1
    taken(north, "leads")
    assert (Deal.objects.get(outcome="won").revenue, WaitingRow.objects.count()) == (1700, 0)


@pytest.mark.django_db
def test_rows_of_one_id_in_one_file_differ_from_each_other(brought, marketer):
    text = "id,created\n9,2026-01-07\n9,2026-01-08\n"
    run = taken(brought, "leads", text)
    assert (run.created, run.unchanged, run.differing) == (1, 1, 1)
    assert take_over(run, by=marketer, at=LATER, reason="so").taken == 1
    assert str(Lead.objects.get(external_id="9").created_at) == "2026-01-07 23:00:00+00:00"


@pytest.mark.django_db(transaction=True)
def test_two_people_taking_over_at_once_change_each_fact_once(brought, marketer, sales_lead):
    run = taken(brought, "leads", "id,created,origin\n1,2026-01-05 08:00,x\n3,2026-01-06 10:00,y\n")
    answers = at_once(*[lambda by=by: take_over(run, by=by, at=LATER, reason="so") for by in (marketer, sales_lead)])
    assert sorted(answer.taken for answer in answers) == [0, 2]
    assert (Event.objects.filter(kind="corrected").count(), DifferingRow.objects.filter(taken_at=None).count()) == (
        2,
        0,
    )
