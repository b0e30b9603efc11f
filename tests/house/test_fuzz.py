"""Whatever is sent, by whomever: no answer of 500 or above, and no exception.

FUZZ_SEED and FUZZ_REQUESTS choose others: `FUZZ_SEED=7 FUZZ_REQUESTS=7500 pytest tests/house/test_fuzz.py`.
"""

import logging
import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from django.contrib.admin import site
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import HttpResponseBadRequest
from django.test import Client
from django.urls import get_resolver, reverse

from agreements.models import Agreement
from leads.models import Attempt, Handoff, ImportRun, Lead
from smarketing.accounts.models import Team, User
from smarketing.server.sound import has_sound_head
from tests import cast
from tests.house.addresses import Asked
from tests.house.fuzz import Form, Sent, Tamperer, forms_of, routes, told

SEED = os.environ.get("FUZZ_SEED", os.environ.get("DATABASE_URL", "").partition(":")[0])  # each database its own
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "400"))
LONGEST = 20  # seconds for one answer; a bound against runaways on a busy machine, not a promise
OFTEN = ("administrator", "administrator", "administrator", "marketing_lead", "rep", "sales_lead", "sales_lead")
READERS = ("administrator", "marketing_lead", "rep", "sales_lead", "anyone")


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class BehindTheServer(Client):
    """What the WSGI application refuses does not come in."""

    def request(self, **request: Any) -> Any:
        environ = self._base_environ(**request)
        return super().request(**request) if has_sound_head(environ) else HttpResponseBadRequest()


def clients_of(people: dict[str, Any]) -> dict[str, Client]:
    clients = {who: BehindTheServer(raise_request_exception=False) for who in people}
    for who, person in people.items():
        if person:
            clients[who].force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return clients


def forms(clients: dict[str, Client], asked: dict[str, Asked]) -> list[Form]:
    """Those of every page that a GET opens, and each sound form of the matrix; one of every kind."""
    found = [
        Form("POST", one.address, tuple((key, str(value)) for key, value in one.body.items())) for one in asked.values()
    ]
    pages = [
        *(one.address for one in asked.values()),
        *admin_pages(),
        *(f"/accounts/{page}/" for page in ACCOUNT),
    ]
    for who in READERS:
        for page in pages:
            with undone():
                answer = clients[who].get(page, follow=True)
            if answer.status_code == 200 and not answer.streaming and "text/html" in answer["Content-Type"]:
                found += forms_of(answer.request["PATH_INFO"], answer.content.decode())
    return list(
        {(form.method, form.action, tuple(name for name, _value in form.fields)): form for form in found}.values()
    )


ACCOUNT = ("login", "logout", "password/reset", "password/change", "signup", "reauthenticate")


def admin_pages() -> list[str]:
    """Of every model that the administration shows: the list, adding, and one record of people and teams."""
    names = [f"{model._meta.app_label}_{model._meta.model_name}" for model in site._registry]
    records = [
        reverse(f"admin:accounts_{model._meta.model_name}_{page}", args=[model.objects.first().pk])
        for model in (User, Team)
        for page in ("change", "delete", "history")
    ]
    return [*(reverse(f"admin:{name}_{page}") for name in names for page in ("changelist", "add")), *records]


def of_addresses(people: dict[str, Any], south: Agreement) -> dict[str, list[str]]:
    """Own and foreign values for the parts of an address, and some that belong to nothing."""
    models = (Lead, Handoff, Attempt, ImportRun)
    keys = {str(pk) for model in models for pk in model.objects.values_list("pk", flat=True)}
    numbers = [*sorted(keys, key=int), "0", str(2**63), "9" * 40, "9" * 5000]
    return {
        "pk": numbers,
        "slug": ["north", south.slug, "none"],
        "page": ["volume", "speed", "depth", "scorecard", "records"],
        "form": ["json", "csv"],
        "object_id": [*(str(one.pk) for one in people.values() if one), "0", "9" * 40, "_3A", "abc"],
        "content_type_id": ["1", "0", "9" * 40],
        "app_label": ["accounts", "leads", "none"],
        "uidb36": ["1", "z" * 40],
        "key": ["set-password", "x-y", "a" * 300],
    }


def filtered(asked: dict[str, Asked]) -> list[str]:
    """The pages that read filters and cursors."""
    names = [name for name in asked if name.startswith("reports:")]
    names += [
        "leads:list",
        "leads:queue",
        "leads:escalations",
        "leads:excuses",
        "leads:imports",
        "leads:import",
        "leads:import_reps",
    ]
    names += ["agreements:list", "agreements:detail", "agreements:edit", "agreements:calculator", "leads:new"]
    return [asked[name].address.partition("?")[0] for name in names]


def answered(client: Client, sent: Sent, cookies: str) -> int:
    """The status of the answer, read to its end; what was done is undone, also in the browser."""
    client.cookies.clear()
    client.cookies.load(cookies)
    extra = {"QUERY_STRING": sent.query, "wsgi.url_scheme": "http"}
    for name, value in sent.headers.items():
        plain = value.encode(errors="surrogatepass").decode("latin-1")
        extra[
            name.upper().replace("-", "_") if name == "Content-Length" else f"HTTP_{name.upper().replace('-', '_')}"
        ] = plain
    with undone():
        answer = client.generic(sent.method, sent.path, sent.body, sent.content_type, **extra)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return answer.status_code


@pytest.fixture
def _silence():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.django_db
@pytest.mark.usefixtures("_silence")
@pytest.mark.timeout(3600)
def test_nothing_that_is_sent_is_answered_as_a_fault_of_ours(people, asked, south, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
    cast.handed(south)
    cast.attempted(Handoff.objects.get(agreement=south), cast.MONDAY)
    clients = clients_of(people)
    cookies = {who: client.cookies.output(header="", sep=";") for who, client in clients.items()}
    random = Random(SEED)
    every = list(routes(get_resolver().url_patterns))
    tamperer = Tamperer(random, every, of_addresses(people, south), forms(clients, asked), filtered(asked))
    random.shuffle(tamperer.forms)
    asking = [*clients, *OFTEN]
    raised: list[str] = []
    note = lambda sender, **_more: raised.append(traceback.format_exc())  # noqa: E731
    got_request_exception.connect(note)
    faults = []
    try:
        for number in range(REQUESTS):
            sent, who = tamperer.request(number), random.choice(asking)
            began = time.monotonic()
            raised.clear()
            try:
                status = answered(clients[who], sent, cookies[who])
            except Exception:
                status = 599
                raised.append(traceback.format_exc())
            took = time.monotonic() - began
            if status >= 500 or took > LONGEST:
                faults.append(
                    f"{status} after {took:.1f} s\n{told(sent, who, SEED, number)}\n{''.join(raised)[-3000:]}"
                )
    finally:
        got_request_exception.disconnect(note)
    assert not faults, f"{len(faults)} faults\n\n" + "\n\n".join(faults)
