"""Two who save at the same moment what they have opened before: one is saved, the other is asked."""

import pytest
from django.urls import reverse

from leads.models import Event, Handoff, Lead
from smarketing.accounts.models import User
from tests import cast
from tests.pages.shown_forms import shown_forms
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


def opened(client, page: str, field: str) -> dict[str, str]:
    shown = shown_forms(client.get(page).content.decode())
    (form,) = [form.fields for form in shown if "opened_on" in form.fields and field in form.fields]
    return form


def sent(client, address: str, fields: dict[str, str]):
    return lambda: client.post(address, fields)


@pytest.mark.parametrize("kind", ["lead", "profile", "tier", "agreement", "admin"])
def test_of_two_who_save_at_once_one_is_asked(kind, signed_in, north, administrator):
    handoff = cast.handed(north, tier="A")
    page, address, field, kept = {
        "lead": (f"/leads/{handoff.lead_id}/edit/", "", "name", lambda: Lead.objects.get().name),
        "profile": ("/profile/", "", "name", lambda: User.objects.get().name),
        "tier": (
            f"/leads/{handoff.lead_id}/",
            f"/leads/handoffs/{handoff.pk}/tier/",
            "tier",
            lambda: Handoff.objects.get().tier,
        ),
        "agreement": ("/agreements/north/edit/", "", "name", lambda: type(north).objects.get().name),
        "admin": (
            reverse("admin:accounts_user_change", args=[administrator.pk]),
            "",
            "name",
            lambda: User.objects.get().name,
        ),
    }[kind]
    clients = [signed_in(administrator) for _n in range(2)]
    for turn in range(ROUNDS):
        forms = [{**opened(client, page, field), "reason": "So it is"} for client in clients]
        wanted = [f"{who} {turn}" for who in ("One", "Two")]
        answers = at_once(
            *[
                sent(client, address or page, {**form, field: name})
                for client, form, name in zip(clients, forms, wanted, strict=True)
            ]
        )
        saved = [answer.status_code == 302 for answer in answers]
        assert sorted(saved) == [False, True]
        winner, loser = saved.index(True), saved.index(False)
        assert kept() == wanted[winner]
        assert f"As it was saved: {wanted[winner]}" in answers[loser].content.decode()
    assert kind != "lead" or Event.objects.filter(kind="edited").count() == ROUNDS
