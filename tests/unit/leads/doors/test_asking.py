"""Somebody known asks again by the API or in a file: an inquiry on the lead that is here, and never a second lead."""

from datetime import timedelta

import pytest

from leads.doors.api.resources import SCOPES
from leads.doors.files import undoing
from leads.models import ApiCall, Attempt, Inquiry, Lead, OtherId
from leads.pages.imports.undo_page import undone
from leads.persons.known import leads_by_id
from tests import cast
from tests.unit.leads.doors.files.files import MONDAY, taken
from tests.unit.leads.doors.test_api import CALL, LEAD, Program

pytestmark = pytest.mark.django_db
ASKS = {"asked_at": "2026-03-03T10:00:00+01:00", "question": "And the price?", "inquiry_id": "i1"}
HEAD = "lead_id,created_at,email,name,phone,question"


@pytest.fixture
def program(north):
    return Program(north)


def test_an_inquiry_finds_its_lead_by_id_by_person_and_else_brings_one(program, north):
    program.post("leads", LEAD)
    ways = {"L1": {"external_id": "L1"}, "i2": {"email": "ADA@example.org", "phone": "030 1"}, "i3": {"name": "Eve"}}
    answers = [program.post("inquiries", ASKS | {"inquiry_id": name} | who) for name, who in ways.items()]
    told = [(a.status_code, a.json()["status"], a.json().get("inquiry_of"), a.json()["is_first"]) for a in answers]
    assert told == [(201, "created", "L1", False)] * 2 + [(201, "created", None, True)]
    assert list(Inquiry.objects.order_by("pk").values_list("lead__email", "said", "door")) == [
        ("ada@example.org", {}, "api"),
        ("ada@example.org", {"phone": "030 1"}, "api"),
        ("", {}, "api"),
    ]
    again = program.post("inquiries", ASKS | {"inquiry_id": "i3", "name": "Eve"})
    assert (again.status_code, Lead.objects.count(), Inquiry.objects.count()) == (200, 2, 3)
    found = program.client.get(answers[1].headers["Location"], headers=program.headers()).json()
    assert (found["external_id"], found["question"], found["is_first"]) == ("L1", "And the price?", False)
    assert found["asked_at"] == "2026-03-03T09:00:00+00:00"


def test_an_inquiry_of_nobody_is_refused_and_one_of_a_lead_that_is_not_there_waits(program, north):
    answer = program.post("inquiries", {name: ASKS[name] for name in ("asked_at", "question")})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "nobody_asks")
    assert program.post("inquiries", ASKS | {"external_id": "L1"}).status_code == 202
    program.post("leads", LEAD)
    assert Inquiry.objects.get().lead == Lead.objects.get()


def test_a_lead_that_is_certainly_known_is_told_as_an_inquiry_and_its_id_is_one_more(program, north):
    program.post("leads", LEAD)
    answer = program.post("leads", LEAD | {"external_id": "L2", "created_at": "2026-03-03T09:00+01:00", "name": "Ada"})
    told = answer.json()
    assert (answer.status_code, told["status"]) == (200, "asked_again")
    assert (told["inquiry_of"], told["is_first"]) == ("L1", False)
    assert (Lead.objects.count(), Inquiry.objects.get().said) == (1, {"name": "Ada"})
    assert program.client.get(answer.headers["Location"], headers=program.headers()).json()["external_id"] == "L1"
    assert program.post("leads", LEAD | {"external_id": "L2"}).json()["status"] == "known"
    program.post("attempts", CALL | {"external_id": "L2"})
    assert Attempt.objects.get().lead == Lead.objects.get()
    assert program.get("attempts/?external_id=L2").json()["results"][0]["external_id"] == "L1"
    assert Inquiry.objects.count() == 1


def test_a_stranger_learns_nothing_of_a_lead_of_another_agreement(north, south):
    cast.lead(south, email="ada@example.org", external_id="S1")
    assert Program(north).post("inquiries", ASKS | {"email": "ada@example.org"}).json()["is_first"]
    reader = Program(south, scopes=[scope for scope in SCOPES if scope != "inquiries:read"])
    assert reader.get("inquiries/").status_code == 403


def test_one_key_makes_one_inquiry(program, north):
    program.post("leads", LEAD)
    body = {"email": LEAD["email"], "asked_at": "2026-03-03T10:00"}
    answers = [program.post("inquiries", body, key="k").json() for _n in range(2)]
    assert answers[0] == answers[1]
    assert (Inquiry.objects.count(), ApiCall.objects.count()) == (1, 1)


def test_a_row_of_a_known_person_under_another_id_is_counted_as_asked_again_and_later_unchanged(north):
    cast.lead(north, MONDAY - timedelta(days=90), external_id="7", email="", phone="030 1234567", name="Ada King")
    rows = "\n".join(
        [
            HEAD,
            "8,2026-01-05 10:00,ada@example.org,Ada King,+49 30 1234567,And the price?",
            "9,2026-01-05 10:00,eve@example.org,Eve,,",
            "10,2026-01-05 11:00,EVE@example.org,Eva,,",
            "11,2026-01-05 11:00,,Max,030/1234567,",
        ]
    )
    run = taken(north, "leads", rows)
    assert (run.read, run.created, run.asked, run.unchanged, run.rejected) == (4, 2, 2, 0, 0)
    assert set(Inquiry.objects.values_list("lead__external_id", "question")) == {("7", "And the price?"), ("9", "")}
    again = taken(north, "leads", rows)
    assert (again.created, again.asked, again.unchanged, again.differing) == (0, 0, 4, 0)
    calls = taken(north, "attempts", "lead_id,called_at,result\n8,2026-01-06 10:00,busy\n10,2026-01-06 11:00,busy")
    assert (calls.created, calls.waiting) == (2, 0)
    assert leads_by_id(north.pk, ["8", "10"]).keys() == {"8", "10"}


def test_an_import_that_is_undone_takes_its_inquiries_and_ids_along(north, marketer):
    cast.lead(north, MONDAY - timedelta(days=90), external_id="7", email="ada@example.org")
    run = taken(north, "leads", f"{HEAD}\n8,2026-01-05 10:00,ada@example.org,Ada,,Hm?\n9,2026-01-05 10:00,,Eve,,Hm?")
    assert undoing.begin_undoing(run, by=marketer, at=MONDAY)
    undoing.undo(run.pk, clock=lambda: MONDAY)
    assert list(Lead.objects.values_list("external_id", flat=True)) == ["7"]
    assert not Inquiry.objects.exists()
    assert not OtherId.objects.exists()
    run.refresh_from_db()
    assert [number for name, number in undone(run).gone if name == "Inquiries"] == [2]


def test_a_file_of_inquiries_comes_in_twice_as_once(north):
    cast.lead(north, external_id="7", email="ada@example.org")
    rows = "\n".join(
        [
            "inquiry_id,asked_at,lead_id,email,name,question",
            "a,2026-01-05 10:00,7,,,One",
            "b,2026-01-05 11:00,,ada@example.org,,Two",
            "c,2026-01-05 12:00,,,Eve,Three",
            "d,2026-01-05 13:00,99,,,Four",
        ]
    )
    runs = [taken(north, "inquiries", rows) for _n in range(2)]
    assert [(run.read, run.created, run.unchanged, run.waiting) for run in runs] == [(4, 3, 0, 1), (4, 0, 3, 1)]
    assert set(Inquiry.objects.values_list("question", "is_first")) == {("One", False), ("Two", False), ("Three", True)}
