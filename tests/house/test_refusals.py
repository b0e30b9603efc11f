"""Whoever sends what makes no sense is refused with 422, on every page alike: programs and browsers tell it so."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.forms import BaseForm
from django.forms.formsets import BaseFormSet
from django.test import Client
from django.urls import resolve

from smarketing.roof.refusals import NUMBERED
from tests.house.addresses import Asked
from tests.pages.shown_forms import shown_forms

pytestmark = pytest.mark.django_db
NONSENSE = "no such thing, 1e9 ☃"
KEPT = ("csrfmiddlewaretoken", "form_key", "opened_on", "do", "decision", "TOTAL_FORMS", "INITIAL_FORMS")


def test_every_refusal_of_a_form_is_422(asked: dict[str, Asked], people, signed_in):
    client, refused, otherwise, seen = signed_in(people["administrator"]), 0, [], set()
    for one in asked.values():
        page = client.get(one.address, follow=True)
        if page.status_code != 200 or "text/html" not in page.headers["Content-Type"]:
            continue
        for form in (form for form in shown_forms(page.text) if form.method == "post"):
            address = form.action or page.request["PATH_INFO"]
            if (address, *form.fields) in seen:  # as the one for the language, which every page has
                continue
            seen.add((address, *form.fields))
            sent = {key: value if key.endswith(KEPT) else NONSENSE for key, value in form.fields.items()}
            answer = posted(client, address, sent)
            if any(told(answer)):
                refused += 1
                otherwise += [] if answer.status_code == 422 else [(address, answer.status_code)]
    assert otherwise == []
    assert refused >= 30


def posted(client: Client, address: str, sent: dict[str, str]) -> Any:
    """What is done by it is undone."""
    cookies = client.cookies.output(header="", sep=";")
    with transaction.atomic():
        answer = client.post(address, sent)
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies)
    return answer


def told(answer: Any) -> Iterator[Any]:
    """The errors of all forms that the answer was made with."""
    for context in answer.context or ():
        for value in (value for layer in context for value in (layer.values() if isinstance(layer, dict) else ())):
            if isinstance(value, BaseForm | BaseFormSet) and value.is_bound and any(value.errors):
                yield value.errors


def test_every_address_of_a_numbered_record_says_what_its_number_is_of(asked: dict[str, Asked]):
    """Else "leads/comments/5/" would be taken for the fifth lead."""
    routes = {resolve(one.address.partition("?")[0]).route for one in asked.values()}
    starts = {route.partition("<int:pk>")[0] for route in routes if "<int:pk>" in route and "<slug" not in route}
    assert {start for start in starts if start.startswith(tuple(NUMBERED))} <= set(NUMBERED)
    assert starts & set(NUMBERED) >= {"leads/", "leads/comments/"}
