"""The API: the rules of files by another door, tokens that open what they were made for, refusals in one form."""

import json
from datetime import timedelta
from io import StringIO
from threading import Event as Signal

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils.timezone import now

from leads.doors.api import admittance, once
from leads.doors.api.problems import Problem
from leads.doors.api.resources import RESOURCES, SCOPES
from leads.doors.api.tokens import make_token, revoke
from leads.models import ApiCall, ApiToken, Attempt, Event, Lead, WaitingRow
from tests import cast
from tests.threads import at_once

pytestmark = pytest.mark.django_db
LEAD = {"external_id": "L1", "created_at": "2026-03-02T09:00:00+01:00", "email": "Ada@Example.org"}
CALL = {"external_id": "L1", "attempted_at": "2026-03-02T10:00:00+01:00", "result": "no_answer", "attempt_id": "c1"}


class Program:
    def __init__(self, *agreements, scopes=tuple(SCOPES), **more):
        self.row, self.text = make_token("CRM", scopes, agreements, by=None, at=now(), **more)
        self.client = Client(raise_request_exception=False)

    def headers(self, key=""):
        return {"Authorization": f"Bearer {self.text}"} | ({"Idempotency-Key": key} if key else {})

    def post(self, name, body, key="", **more):
        data = body if isinstance(body, str) else json.dumps(body)
        kind = more.pop("content_type", "application/json")
        return self.client.post(f"/api/{name}/", data, content_type=kind, headers=self.headers(key) | more)

    def get(self, path):
        return self.client.get(f"/api/{path}", headers=self.headers())


@pytest.fixture
def program(north):
    return Program(north)


def test_what_is_sent_is_kept_as_from_a_file_and_read_under_its_id(program, north):
    answer = program.post("leads", LEAD | {"value": "12.50", "source": " Fair "})
    assert (answer.status_code, answer.json()["status"]) == (201, "created")
    lead = Lead.objects.get()
    assert (lead.email, lead.source, lead.door, lead.token) == ("ada@example.org", "Fair", "api", program.row)
    assert [event.kind for event in Event.objects.filter(lead=lead)] == ["logged"]
    found = program.client.get(answer.headers["Location"], headers=program.headers()).json()
    assert (found["external_id"], found["value"], found["agreement"]) == ("L1", "12.50", "north")


def test_numbers_days_and_yes_or_no_are_sent_and_answered_as_such(program, north):
    said = {"score": 70, "company_size": 0, "active_on": "2026-02-27", "consent": False}
    assert program.post("leads", LEAD | said).status_code == 201
    found = program.get("leads/?external_id=L1").json()["results"][0]
    assert {name: found[name] for name in said} == said
    wrong = {"score": "70", "company_size": -1, "active_on": "2999-01-01", "consent": "yes"}
    for name, value in wrong.items():
        answer = program.post("leads", LEAD | {"external_id": "L2", name: value})
        assert answer.status_code in (409, 422)
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]


def test_a_fact_before_its_lead_waits_and_is_linked_by_whatever_door_the_lead_comes(program, north):
    assert program.post("attempts", CALL).status_code == 202
    assert WaitingRow.objects.count() == 1
    assert program.post("leads", LEAD).status_code == 201
    attempt = Attempt.objects.get()
    assert (attempt.external_id, attempt.door, attempt.token) == ("c1", "api", program.row)


def test_each_kind_can_be_sent_and_sent_again_without_a_key_is_known(program, north):
    facts = {
        "leads": LEAD,
        "handoffs": {"external_id": "L1", "handed_at": "2026-03-02T09:30:00+01:00"},
        "attempts": {name: value for name, value in CALL.items() if name != "attempt_id"},
        "deals": {"external_id": "L1", "outcome": "won", "closed_at": "2026-03-03", "revenue": 100, "deal_id": "d1"},
        "inquiries": {"external_id": "L1", "asked_at": "2026-03-03T10:00", "question": "And the price?"},
    }
    assert facts.keys() == RESOURCES.keys()
    for name, body in facts.items():
        assert [program.post(name, body).status_code for _ in range(2)] == [201, 200], name
        assert RESOURCES[name].model._default_manager.count() == 1
        assert len(program.get(f"{name}/").json()["results"]) == 1


def test_what_contradicts_is_refused_whole_and_does_not_tell_what_is_kept(program, north):
    program.post("leads", LEAD)
    answer = program.post("leads", LEAD | {"email": "eve@example.org", "name": "Ada"})
    assert answer.status_code == 409
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/email"]
    assert "ada@" not in answer.text
    assert Lead.objects.get().name == ""


@pytest.mark.parametrize(
    ("sent", "status", "pointer"),
    [
        ({"created_at": "yesterday"}, 422, "/created_at"),
        ({"created_at": "2099-01-01"}, 409, "/created_at"),
        ({"currency": "USD"}, 409, "/currency"),
        ({"external_id": " "}, 422, "/external_id"),
        ({"email": "no address"}, 422, "/email"),
        ({"name": "a\u0000b"}, 422, "/name"),
        ({"name": "x" * 201}, 422, "/name"),
        ({"value": True}, 422, "/value"),
        ({"value": -1}, 422, "/value"),
        ({"mail": "x"}, 422, "/mail"),
    ],
)
def test_a_fault_stands_at_its_place_in_the_readers_language(program, sent, status, pointer):
    told = {}
    for language in ("en", "de", "da"):
        answer = program.post("leads", LEAD | sent, **{"Accept-Language": language})
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
        (error,) = answer.json()["errors"]
        assert error["pointer"] == pointer
        told[language] = error["detail"]
    assert len(set(told.values())) == 3
    assert not Lead.objects.exists()


def test_every_refusal_is_a_problem_whoever_refuses(program, north, monkeypatch):
    client, own = program.client, program.headers()
    answers = {
        400: program.post("leads", "{"),
        401: client.get("/api/leads/"),
        403: Program(north, scopes=["leads:read"]).post("leads", LEAD),
        404: client.get("/api/nothing/at/all", headers=own),
        405: client.put("/api/leads/", headers=own),
        413: program.post("leads", '"' + "x" * 1_000_001 + '"'),
        415: program.post("leads", "a=b", content_type="application/x-www-form-urlencoded"),
        422: program.get("leads/?limit=0"),
    }
    monkeypatch.setattr(admittance.allowance, "spend", lambda *args: 7)
    answers[429] = program.get("leads/")
    monkeypatch.undo()
    monkeypatch.setattr("leads.doors.api.views.told", lambda *args: 1 / 0)
    Lead.objects.create(agreement=north, external_id="1", created_at=cast.MONDAY, recorded_at=cast.MONDAY)
    answers[500] = program.get("leads/")
    assert {status for status, answer in answers.items() if answer.headers.get("Connection") == "close"} == {413}
    for status, answer in answers.items():
        assert (status, answer.status_code) == (status, answer.json()["status"])
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert answers[401].headers["WWW-Authenticate"] == "Bearer"
    assert answers[405].headers["Allow"] == "GET, HEAD, POST"
    assert answers[429].headers["Retry-After"] == "7"
    deep = program.post("leads", "[" * 100_000)
    assert (deep.status_code, deep.headers["Content-Type"]) == (400, "application/problem+json")


def test_a_token_opens_its_agreements_only_and_the_others_are_not_there(north, south):
    ours, both = Program(north), Program()
    assert both.post("leads", LEAD | {"agreement": "south"}).status_code == 201
    assert both.post("leads", LEAD).status_code == 409  # which of the two
    assert ours.get("leads/L1/").status_code == 404
    assert ours.get("leads/").json()["results"] == []
    assert ours.post("leads", LEAD | {"agreement": "south"}).status_code == 404
    assert [lead["external_id"] for lead in both.get("leads/").json()["results"]] == ["L1"]


def test_a_token_ends_when_it_is_revoked_or_expires_and_is_kept_as_a_digest(north):
    short = Program(north, expires_at=now() + timedelta(seconds=60))
    lasting = Program(north)
    assert lasting.get("leads/").status_code == 200
    lasting.row.refresh_from_db()
    assert lasting.row.last_used_at is not None
    secret = lasting.text.rpartition("_")[2]
    assert not any(secret in str(value) for row in ApiToken.objects.values() for value in row.values())
    revoke(lasting.row, by=None, at=now())
    ApiToken.objects.filter(pk=short.row.pk).update(expires_at=now())
    assert [one.get("leads/").status_code for one in (short, lasting)] == [401, 401]
    assert Program(north).client.get("/api/leads/", headers={"Authorization": "Bearer x"}).status_code == 401


def test_one_key_is_one_answer_and_another_body_is_refused(program):
    first, again = (program.post("leads", LEAD, key="k") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert (first.status_code, again.headers.get("Idempotency-Replayed")) == (201, "true")
    other = program.post("leads", LEAD | {"external_id": "L2"}, key="k")
    assert (other.status_code, other.json()["code"]) == (422, "key_used")
    assert Lead.objects.count() == 1
    assert Program(program.row.agreements.get()).post("leads", LEAD, key="k").status_code == 200  # per token


@pytest.mark.parametrize("key", ["", "k" * 256, "ü", "two words"])
def test_a_key_that_is_none_is_said_so_and_an_empty_one_is_not_taken_for_none(program, key):
    answer = program.post("leads", LEAD, **{"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_key")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Lead.objects.exists()


def test_what_was_refused_keeps_no_key(program):
    assert program.post("leads", LEAD | {"email": "?"}, key="k").status_code == 422
    assert not ApiCall.objects.exists()
    assert program.post("leads", LEAD, key="k").status_code == 201


def test_each_row_of_a_list_is_answered_for_itself(program):
    rows = [
        LEAD,
        LEAD | {"external_id": "L2", "email": "?"},
        3,
        LEAD | {"external_id": "L3", "email": "eve@example.org"},
    ]
    answer = program.post("leads", rows)
    assert answer.status_code == 207
    assert [row["status"] for row in answer.json()["rows"]] == [201, 422, 422, 201]
    assert sorted(Lead.objects.values_list("external_id", flat=True)) == ["L1", "L3"]
    assert [program.post("leads", rows).status_code for rows in ([], [LEAD] * 101)] == [422, 422]


def test_the_pages_of_a_list_meet_each_record_once(program):
    program.post("leads", [LEAD | {"external_id": f"L{n}", "email": f"{n}@example.org"} for n in range(5)])
    found, path = [], "leads/?limit=2"
    while path:
        page = program.get(path).json()
        found += [lead["external_id"] for lead in page["results"]]
        path = (page["next"] or "").partition("/api/")[2]
    assert found == ["L4", "L3", "L2", "L1", "L0"]
    assert program.get("leads/?sourec=fair").status_code == 422


def test_the_command_prints_a_token_once(north):
    out = StringIO()
    call_command("make_token", "CRM", "--scope", "leads:write", "--agreement", "north", stdout=out)
    answer = Client().get("/api/leads/", headers={"Authorization": f"Bearer {out.getvalue().strip()}"})
    assert answer.status_code == 403
    assert ApiToken.objects.get().scopes == ["leads:write"]


def test_nobody_gives_a_token_more_than_the_own_rights(north, sales_lead, signed_in):
    client = signed_in(sales_lead)
    sent = {"name": "CRM", "agreements": north.pk, "scopes": "leads:read"}
    assert client.post("/leads/tokens/", sent).status_code == 422
    assert client.post("/leads/tokens/", sent | {"scopes": "attempts:write"}).status_code == 302
    assert "smk_" in client.get("/leads/tokens/").text
    assert "smk_" not in client.get("/leads/tokens/").text


@pytest.mark.django_db(transaction=True)
def test_equal_calls_at_once_are_one_row_and_one_answer(north):
    program = Program(north)
    attempt = {name: value for name, value in CALL.items() if name != "attempt_id"}
    program.post("leads", LEAD)
    answers = at_once(*[lambda: program.post("attempts", attempt, key="k")] * 8)
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert Attempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_first_call_runs_its_key_is_told_to_run_and_clears_by_itself(north, monkeypatch):
    token, begun, goes_on = Program(north).row, Signal(), Signal()
    monkeypatch.setattr(once, "PATIENCE", 0.2)

    def slowly():
        ApiToken.objects.filter(pk=token.pk).update(name="busy")  # it has written, so that nobody else may
        begun.set()
        assert goes_on.wait(10)
        return once.Said(201, "done")

    def asked(act):
        return once.once(token, "k", b"body", act, at=now())

    def second():
        assert begun.wait(10)
        with pytest.raises(Problem) as refused:
            asked(lambda: pytest.fail("done twice"))
        goes_on.set()
        return refused.value

    said, problem = at_once(lambda: asked(slowly), second)
    assert (said.status, problem.status, problem.code, problem.headers) == (
        201,
        409,
        "still_running",
        {"Retry-After": "1"},
    )
    assert asked(lambda: pytest.fail("done twice")) == once.Said(201, "done", is_again=True)
