"""The id of a record is one record, and a lead is won before it is handed over: the same by the API and in files."""

import json

import pytest

from leads.doors.files.wording import told
from leads.models import Handoff, Inquiry, Lead, WaitingRow
from tests.unit.leads.doors.files.files import counts, taken
from tests.unit.leads.doors.test_api import Program

pytestmark = pytest.mark.django_db
LEAD = {"external_id": "L1", "created_at": "2026-02-02T09:00:00+01:00", "email": "ada@example.org"}
OTHER = LEAD | {"external_id": "L2", "email": "eve@example.org"}
CALL = {"external_id": "L1", "attempted_at": "2026-02-02T10:00:00+01:00", "result": "no_answer", "attempt_id": "c1"}
FACTS = {
    "handoffs": {"external_id": "L1", "handed_at": "2026-02-02T09:30:00+01:00", "handoff_id": "c1"},
    "attempts": CALL,
    "deals": {"external_id": "L1", "outcome": "won", "closed_at": "2026-02-03T09:00:00+01:00", "deal_id": "c1"},
}
ROWS = {"handoffs": "handoffs", "attempts": "attempts", "deals": "outcomes"}
ASKS = {"asked_at": "2026-02-03T10:00:00+01:00", "inquiry_id": "c1", "email": "ada@example.org"}


@pytest.fixture
def program(north):
    return Program(north)


def refusal(answer):
    (error,) = answer.json()["errors"]
    return answer.status_code, error["pointer"], error["code"]


def rejected(run):
    return [(row.line, row.column, told(row)) for row in run.rejects.all()]


@pytest.mark.parametrize("name", FACTS)
def test_an_id_under_another_lead_is_refused_by_the_api_and_in_a_file(program, north, name):
    for lead in (LEAD, OTHER):
        program.post("leads", lead)
    own_id = f"{name[:-1]}_id"
    assert program.post(name, FACTS[name]).status_code == 201
    for whose in ("L2", "nobody here"):
        answer = program.post(name, FACTS[name] | {"external_id": whose})
        assert refusal(answer) == (409, f"/{own_id}", "id_elsewhere")
    assert program.get(f"{name}/c1/").json()["external_id"] == "L1"
    rows = [FACTS[name] | {"external_id": whose} for whose in ("L2", "L1", "L9")]
    text = ",".join(rows[0]) + "\n" + "".join(",".join(row.values()) + "\n" for row in rows)
    run = taken(north, ROWS[name], text)
    assert counts(run) == (3, 0, 1, 0, 2)
    assert rejected(run) == [(line, own_id, "A record of another lead has this id already.") for line in (2, 4)]
    assert run.rejects.first().values == list(rows[0].values())
    assert not WaitingRow.objects.exists()


def test_it_is_one_record_also_while_it_waits_for_its_lead_and_within_one_file(program, north):
    assert program.post("attempts", CALL).status_code == 202
    assert refusal(program.post("attempts", CALL | {"external_id": "L2"})) == (409, "/attempt_id", "id_elsewhere")
    assert program.post("attempts", CALL).status_code == 202
    head = "lead_id,closed_at,outcome,deal_id\n"
    assert counts(taken(north, "outcomes", head + "L1,2026-02-01,won,d1\nL2,2026-02-01,won,d1\n")) == (2, 0, 0, 1, 1)
    assert sorted(WaitingRow.objects.values_list("kind", "own_id")) == [("attempts", "c1"), ("outcomes", "d1")]


def test_an_inquiry_known_by_its_id_is_not_somebody_elses(program, north):
    for lead in (LEAD, OTHER):
        program.post("leads", lead)
    assert program.post("inquiries", ASKS).status_code == 201
    for other in ({"email": "eve@example.org"}, {"email": "new@example.org"}, {"external_id": "L2", "email": None}):
        assert refusal(program.post("inquiries", ASKS | other)) == (409, "/inquiry_id", "id_elsewhere")
    assert [program.post("inquiries", ASKS | more).status_code for more in ({}, {"name": "Ada"})] == [200, 200]
    text = "inquiry_id,submitted_at,email\ni7,2026-02-01,kim@example.org\ni7,2026-02-01,bo@example.org\n"
    run = taken(north, "inquiries", text)
    assert (run.status, counts(run)) == ("done", (2, 1, 0, 0, 1))
    assert Inquiry.objects.count() == 2
    assert not Lead.objects.filter(email__in=("new@example.org", "bo@example.org")).exists()


def test_a_handoff_before_its_lead_was_won_is_refused_and_one_of_the_same_day_or_minute_is_not(program, north):
    program.post("leads", LEAD | {"created_at": "2026-02-02T09:00:30+01:00"})
    handoff = {"external_id": "L1"}
    early = program.post("handoffs", handoff | {"handed_at": "2026-02-02T09:00:29+01:00"})
    assert refusal(early) == (409, "/handed_at", "handed_before_created")
    run = taken(north, "handoffs", "lead_id,handed_at\nL1,2026-02-02 08:59\nL1,2026-02-01\n")
    assert [row[:2] for row in rejected(run)] == [(2, "handed_at"), (3, "handed_at")]
    assert not Handoff.objects.exists()
    for at in ("2026-02-02", "2026-02-02T09:00"):
        assert program.post("handoffs", handoff | {"handed_at": at}).status_code in (200, 201)


def test_a_name_twice_in_an_object_is_no_guess(program):
    for body in ('{"email": "eve@example.org", %s', '{"extra": [{"a": 1, "a": 1}], %s'):
        answer = program.post("leads", body % json.dumps(LEAD)[1:])
        assert (answer.status_code, answer.json()["code"]) == (400, "name_twice")
    assert not Lead.objects.exists()
