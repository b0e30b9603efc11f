"""What happens is told to other systems: written with it, sent until it is taken, to addresses that may be called."""

import json
import socket
from collections import deque
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread

import pytest
from django.db import transaction
from django.utils.timezone import now
from standardwebhooks import Webhook

from leads.doors.api.resources import SCOPES
from leads.doors.telling import calling, keeping, news, sending
from leads.doors.telling.calling import NotAllowed, check_address, meant_by
from leads.enums import News
from leads.models import Lead, OutDelivery, OutMark
from leads.work import attempts, handoffs
from tests import cast
from tests.unit.leads.doors.files.files import taken
from tests.unit.leads.doors.test_api import Program

pytestmark = pytest.mark.django_db
LEAD = {"external_id": "L1", "created_at": "2026-02-02T09:00:00+01:00", "email": "ada@example.org"}


def constant(at):
    return at


DRIPPING = 0


class Other(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.got.append((dict(self.headers.items()), body))
        answers = self.server.answers
        status = answers.popleft() if answers else 200
        while status == DRIPPING and not self.server.is_over.wait(0.02):
            self.wfile.write(b"x")
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def other(settings):
    settings.WEB_HOOK_HOSTS = ["127.0.0.1"]
    server = HTTPServer(("127.0.0.1", 0), Other)
    server.got, server.answers, server.is_over = [], deque(), Event()
    server.url = f"http://127.0.0.1:{server.server_port}/in?x=1"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.is_over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def made(north, other, *kinds):
    return keeping.make_out_hook("CRM", other.url, north, kinds or list(keeping.ABOUT), by=None, at=cast.MONDAY)


def told(at=None):
    """What the worker does."""
    while news.look_for_news(at=at or now()):
        pass
    return sending.send_what_is_due(clock=lambda: at or now())


def kinds(other):
    return [json.loads(body)["type"] for _headers, body in other.got]


def test_each_thing_that_happens_is_told_once_signed_and_as_the_api_tells_it(north, other, marketer, rep):
    hook, program = made(north, other), Program(north, scopes=tuple(SCOPES))
    program.post("leads", LEAD | {"question": "How much?"})
    lead = Lead.objects.get()
    handoff = handoffs.hand_over(lead, by=marketer, at=now(), rep=rep)
    handoffs.accept(handoff, by=rep, at=now())
    attempts.record(handoff, channel="phone", result="no_answer", by=rep, at=now())
    program.post("deals", {"external_id": "L1", "outcome": "won", "closed_at": "2026-03-03", "revenue": 5})
    assert told() == told(now() + timedelta(hours=1)) + 6
    assert sorted(kinds(other)) == sorted(
        [News.LEAD, News.INQUIRY, News.HANDOFF, News.ACCEPTED, News.ATTEMPT, News.DEAL]
    )
    for headers, body in other.got:
        Webhook(keeping.signing_secret(hook)).verify(body, headers)
    message = next(json.loads(body) for _headers, body in other.got if News.LEAD in body)
    assert (message["data"]["external_id"], message["data"]["email"]) == ("L1", "ada@example.org")
    assert not OutMark.objects.exists()


def test_a_change_that_is_undone_tells_nothing_and_neither_does_a_file_or_what_is_not_wanted(north, south, other, rep):
    made(north, other, News.ATTEMPT)
    handoff = cast.handed(north, at=cast.MONDAY)
    with transaction.atomic():
        attempts.record(handoff, channel="phone", result="no_answer", by=rep, at=cast.MONDAY)
        assert OutMark.objects.exists()
        transaction.set_rollback(True)
    for kind in ("leads", "attempts"):
        assert taken(north, kind).created
    cast.handed(south, at=cast.MONDAY)
    assert told() == 0
    attempt = attempts.record(handoff, channel="phone", result="no_answer", by=rep, at=cast.MONDAY)
    news.look_for_news(at=now())
    attempts.withdraw(attempt, by=rep, at=cast.MONDAY)
    told()
    assert other.got == []


def test_what_is_not_taken_comes_again_after_growing_pauses_and_in_the_end_is_given_up(north, other):
    hook = made(north, other)
    keeping.send_test(hook, at=cast.MONDAY)
    other.answers.extend([500, 302, 503])
    at, pauses = cast.MONDAY, []
    for _n in range(4):
        sending.send_what_is_due(clock=partial(constant, at))
        delivery = OutDelivery.objects.get()
        pauses.append(delivery.next_at and delivery.next_at - at)
        at = delivery.next_at or at
    assert pauses == [*sending.PAUSES[:3], None]
    assert (delivery.tries, delivery.status, delivery.taken_at) == (4, 200, at)
    assert len({headers["webhook-id"] for headers, _body in other.got}) == 1
    assert [dict(headers)["Host"] for headers, _body in other.got] == [f"127.0.0.1:{other.server_port}"] * 4
    assert keeping.send_again(delivery, at=at)
    other.answers.extend([500] * 20)
    for _n in range(20):
        sending.send_what_is_due(clock=partial(constant, at))
        at = OutDelivery.objects.get().next_at or at
    assert (OutDelivery.objects.get().tries, OutDelivery.objects.get().next_at) == (len(sending.PAUSES) + 1, None)


def test_a_system_that_does_not_answer_holds_up_nobody_else(north, other):
    dead, alive = made(north, other), made(north, other)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead.url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    dead.save()
    for hook in (dead, dead, alive):
        keeping.send_test(hook, at=cast.MONDAY)
    assert sending.send_what_is_due(clock=lambda: cast.MONDAY) == 1
    assert list(OutDelivery.objects.order_by("pk").values_list("tries", "problem")) == [
        (1, "no_answer"),
        (0, ""),
        (1, ""),
    ]


def test_an_answer_that_never_ends_is_cut_off(north, other, monkeypatch):
    monkeypatch.setattr(calling, "LONGEST", 0.2)
    keeping.send_test(made(north, other), at=cast.MONDAY)
    other.answers.append(DRIPPING)
    assert sending.send_what_is_due(clock=lambda: cast.MONDAY) == 0
    assert OutDelivery.objects.get().problem == "no_answer"


def test_while_its_secret_is_changed_a_call_carries_both_signatures_and_a_stopped_one_is_not_called(north, other):
    hook = made(north, other)
    old = keeping.signing_secret(hook)
    keeping.change_secret(hook, at=now())
    for secret in (old, keeping.signing_secret(hook)):
        keeping.send_test(hook, at=now())
        sending.send_what_is_due(clock=now)
        headers, body = other.got[-1]
        Webhook(secret).verify(body, headers)
    keeping.send_test(hook, at=now())
    keeping.stop(hook, at=now())
    sending.send_what_is_due(clock=now)
    assert len(other.got) == 2


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.org/", "no_address"),
        ("https://", "no_address"),
        ("https://a:b@example.org/", "no_address"),
        ("https://example.org:99999/", "no_address"),
        ("https://example.org/\r\nX: y", "no_address"),
        ("http://example.org/", "no_https"),
        ("https://127.0.0.1/", "private_address"),
        ("https://10.0.0.1/", "private_address"),
        ("https://169.254.169.254/latest/", "private_address"),
        ("https://[::1]/", "private_address"),
        ("https://[::ffff:10.0.0.1]/", "private_address"),
    ],
)
def test_only_public_addresses_are_called(url, code, settings):
    settings.WEB_HOOK_HOSTS = []
    with pytest.raises(NotAllowed) as caught:
        check_address(url)
    assert caught.value.code == code


def test_a_name_that_means_a_private_address_is_not_called(settings, north, other):
    settings.WEB_HOOK_HOSTS = []
    with pytest.raises(NotAllowed) as caught:
        meant_by("localhost", 443)
    assert caught.value.code == "private_address"
    hook = made(north, other)
    keeping.send_test(hook, at=cast.MONDAY)
    sending.send_what_is_due(clock=lambda: cast.MONDAY)
    assert (OutDelivery.objects.get().problem, other.got) == ("no_https", [])
    check_address("https://example.org:8443/a?b=c")
    assert sending.LEASE.total_seconds() / 2 >= calling.SECONDS
