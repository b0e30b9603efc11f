"""Other systems call us: signed, once, inside their time; what they say is taken as by the API."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from standardwebhooks import Webhook

from leads.doors.api import once
from leads.doors.api.tokens import revoke
from leads.doors.hooks.keeping import forget, make_hook, renew_secret, secret_of
from leads.models import ApiCall, Attempt, HookCall, Lead, WaitingRow
from tests import cast

pytestmark = pytest.mark.django_db
LEAD = {"external_id": "L1", "created_at": "2026-02-02T09:00:00+01:00", "email": "ada@example.org"}
CALL = {"number": "030 / 1234567", "started_at": "2026-02-03T10:00:00+01:00", "direction": "outbound", "call_id": "c1"}
GOOGLE = {
    "lead_id": "g1",
    "campaign_id": 77,
    "is_test": False,
    "user_column_data": [
        {"column_id": "FIRST_NAME", "string_value": "Ada"},
        {"column_id": "LAST_NAME", "string_value": "Kern"},
        {"column_id": "EMAIL", "string_value": "ada@example.org"},
        {"column_id": "COUNTRY", "string_value": "Atlantis"},
        {"column_id": "WHICH_ONE", "column_name": "Which one?", "string_value": "The blue"},
    ],
}


class Sender:
    def __init__(self, agreement, kind="leads", **more):
        self.stands_for(make_hook("Shop", kind, agreement, by=None, at=now(), **more))

    @classmethod
    def of(cls, hook):
        return cls.__new__(cls).stands_for(hook)

    def stands_for(self, hook):
        self.hook, self.secret = hook, secret_of(hook)
        self.client = Client(raise_request_exception=False)
        return self

    def signature(self, body, name, at, secret):
        return Webhook(secret or self.secret).sign(name, at, body)

    def call(self, said, name="msg_1", *, at=None, secret="", signature="", sent="", **headers):
        body, at = json.dumps(said), at or now()
        own = {
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature or self.signature(body, name, at, secret),
        }
        return self.post(sent or body, own | headers)

    def post(self, body, headers=None):
        text = body if isinstance(body, str) else json.dumps(body)
        url = f"/api/hooks/{self.hook.address}/"
        return self.client.post(url, text, content_type="application/json", headers=headers or {})


def noted():
    return list(HookCall.objects.order_by("pk").values_list("message", "status", "code", "is_again"))


def test_a_signed_call_is_taken_once_and_its_door_is_kept(north):
    shop = Sender(north, source="Shop")
    answers = [shop.call(LEAD), shop.call(LEAD), shop.call(LEAD, "msg_2")]
    assert [(one.status_code, one.json()["status"]) for one in answers] == [
        (201, "created"),
        (201, "created"),
        (200, "known"),
    ]
    other = shop.call(LEAD | {"external_id": "L2", "email": "eve@example.org"})
    assert (other.status_code, other.json()["code"]) == (422, "key_used")
    lead = Lead.objects.get()
    assert (lead.door, lead.source, lead.token) == ("hook", "Shop", shop.hook.token)
    assert noted() == [
        ("msg_1", 201, "created", False),
        ("msg_1", 201, "created", True),
        ("msg_2", 200, "known", False),
        ("msg_1", 422, "key_used", False),
    ]
    shop.hook.token.refresh_from_db()
    assert shop.hook.token.last_used_at is not None


def test_what_is_not_signed_by_its_sender_now_is_shut_out(north):
    shop, other = Sender(north), Sender(north)
    for wrong in (
        {"secret": other.secret},
        {"signature": "v1"},
        {"signature": "v1,äöü"},
        {"signature": "v2," + "A" * 43 + "="},
        {"sent": json.dumps(LEAD | {"email": "eve@example.org"})},
        {"webhook-id": "another"},
        {"webhook-timestamp": "nan"},
    ):
        answer = shop.call(LEAD, **wrong)
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json"), wrong
    for minutes in (-6, 6):
        assert shop.call(LEAD, at=now() + timedelta(minutes=minutes)).json()["code"] == "not_now"
    assert shop.post(LEAD).status_code == 401
    assert shop.post(LEAD, {"Authorization": f"Bearer {shop.secret}"}).status_code == 401
    assert not Lead.objects.exists()
    assert {code for _message, _status, code, _again in noted()} == {"bad_signature", "not_now"}
    assert len(noted()) == 2, "refused calls fill no table"


def test_while_the_secret_is_changed_both_hold_and_a_shut_door_is_not_there(north):
    shop, old = Sender(north), None
    old = shop.secret
    renew_secret(shop.hook, at=now())
    new = secret_of(shop.hook)
    assert old != new
    body, at = json.dumps(LEAD), now()
    both = " ".join(shop.signature(body, "m", at, one) for one in (old, new))
    assert shop.call(LEAD, "m", at=at, signature=both).status_code == 201
    assert [shop.call(LEAD, f"m{n}", secret=one).status_code for n, one in enumerate((old, new))] == [200, 200]
    shop.hook.old_until = now()
    shop.hook.save()
    assert [shop.call(LEAD, f"n{n}", secret=one).status_code for n, one in enumerate((old, new))] == [401, 200]
    revoke(shop.hook.token, by=None, at=now())
    assert shop.call(LEAD, "o", secret=new).status_code == 404


def test_a_call_is_known_again_after_days_and_in_the_end_forgotten(north):
    shop = Sender(north)
    shop.call(LEAD)
    for days, kept in ((29, 1), (31, 0)):
        once.forget(at=now() + timedelta(days=days))
        forget(at=now() + timedelta(days=days))
        assert (ApiCall.objects.count(), HookCall.objects.count()) == (kept, kept)


@pytest.mark.parametrize(
    ("more", "result"),
    [
        ({}, "no_answer"),
        ({"duration_seconds": 95}, "connected"),
        ({"duration_seconds": 9, "result": "voicemail"}, "voicemail"),
    ],
)
def test_a_telephone_call_is_an_attempt_on_the_lead_with_that_number(north, more, result):
    lead = cast.lead(north, cast.MONDAY - timedelta(days=60), phone="+49 30 1234567")
    exchange = Sender(north, "calls")
    answer = exchange.call(CALL | more)
    assert (answer.status_code, answer.json()) == (201, {"status": "created", "agreement": "north", "attempt_id": "c1"})
    attempt = Attempt.objects.get()
    assert (attempt.lead, attempt.result, attempt.channel, attempt.door) == (lead, result, "phone", "hook")
    assert attempt.note == ("1:35" if result == "connected" else "0:09" if more else "")


def test_a_call_of_nobody_waits_for_its_lead_and_an_exchange_that_cannot_sign_shows_the_secret(north):
    exchange = Sender(north, "calls")
    own = {"Authorization": f"Bearer {exchange.secret}"}
    assert [exchange.post(CALL, own).status_code for _n in range(2)] == [202, 202]
    assert WaitingRow.objects.get().external_id == "tel:+49301234567"
    assert exchange.post(CALL, {"Authorization": "Bearer nothing"}).status_code == 401
    wrong = {"number": "", "started_at": "2026-02-03T10:00", "length": 3, "duration_seconds": -1}
    told = {fault["pointer"] for fault in exchange.post(wrong, own).json()["errors"]}
    assert told == {"/number", "/length", "/duration_seconds"}
    assert exchange.post(CALL | {"started_at": "noon"}, own).json()["errors"][0]["pointer"] == "/started_at"
    Sender(north).call(LEAD | {"phone": "+49301234567"})
    assert (Attempt.objects.get().lead, Attempt.objects.get().door) == (Lead.objects.get(), "hook")


def test_googles_lead_forms_bring_leads_and_lose_nothing_that_cannot_be_read(north):
    google = Sender(north, "google", source="Google Ads")
    for sent in (GOOGLE, GOOGLE | {"google_key": "guess"}, GOOGLE | {"google_key": None}, [1]):
        assert google.post(sent).status_code == 401
    key = {"google_key": google.secret}
    rehearsal = google.post(GOOGLE | key | {"is_test": True})
    assert (rehearsal.status_code, rehearsal.json(), Lead.objects.count()) == (200, {"status": "test"}, 0)
    assert [google.post(GOOGLE | key).status_code for _n in range(2)] == [201, 201]
    ApiCall.objects.all().delete()
    assert google.post(GOOGLE | key).json()["status"] == "known"
    lead = Lead.objects.get()
    assert (lead.external_id, lead.name, lead.email, lead.source) == ("g1", "Ada Kern", "ada@example.org", "Google Ads")
    assert (lead.campaign, lead.country, lead.door) == ("77", "", "hook")
    assert lead.question == "Which one?: The blue\ncountry: Atlantis"
    assert google.post(key | {"lead_id": "g2", "user_column_data": [1]}).status_code == 422
    for wrong in ({"is_test": "yes"}, {"lead_id": 5}):
        assert google.post(GOOGLE | key | {"lead_id": "g3"} | wrong).status_code == 422
    assert Lead.objects.count() == 1


def test_what_is_noted_of_a_call_tells_nothing_of_anybody(north):
    shop = Sender(north)
    shop.call(LEAD, "ada@example.org")
    shop.call(LEAD | {"external_id": "L2", "email": "no address of eve"}, "msg_2")
    assert noted() == [("", 201, "created", False), ("msg_2", 422, "no_email /email", False)]
