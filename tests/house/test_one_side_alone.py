"""Once the parties have signed, nobody alone changes what binds them: by no page, no administration, no command."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import transaction

from agreements.document.stored import document_of
from agreements.document.text import write
from agreements.document.versions import apply
from agreements.models import Agreement
from agreements.promises.promise import SpeedPromise
from agreements.signing.proposals import propose
from agreements.signing.signatures import sign, withdraw
from agreements.terms import timeline
from tests import cast
from tests.house.test_matrix import posted
from tests.pages.test_agreement_edit import filled

PEOPLE = ("marketer", "marketing_lead", "rep", "second_rep", "sales_lead", "leader", "service_member", "administrator")
URL = "/agreements/north/"
OF_TEAMS = ("people:team", "people:merge_team")  # administrators: tests/pages/test_teams.py
pytestmark = pytest.mark.timeout(580)  # one test is all ways of one person


@pytest.fixture
def signed(north, asked, people, time_machine) -> Agreement:
    """In force by the signatures of all three parties; the proposal that the matrix begins with is withdrawn."""
    time_machine.move_to(cast.MONDAY)
    withdraw(north.versions.proposed().get(), by=people["sales_lead"], at=cast.MONDAY)
    cast.target(north, "2026-06", 40)
    north.quotas.create(month="2026-06-01", amount=5000)
    made = replace(document_of(north), pacing="calendar", effective_on=date(2026, 3, 3))
    version = apply(made, by=people["sales_lead"], at=cast.MONDAY).draft
    propose(version, by=people["sales_lead"], at=cast.MONDAY)
    for who in ("marketing_lead", "service_member"):
        sign(version, by=people[who], at=cast.MONDAY, seen=version.digest)
    return Agreement.objects.get(pk=north.pk)


def binding(north: Agreement) -> Any:
    """All that one side could hold the other to."""
    deal = Agreement.objects.get(pk=north.pk)
    targets = list(deal.targets.agreed().order_by("month").values_list("month", "leads"))
    return write(document_of(deal)), timeline(deal), vars(deal) | {"_state": None}, targets


def edited(client: Any, north: Agreement, **more: str) -> None:
    client.post(f"{URL}edit/", filled(client, f"{URL}edit/") | more)


def decide(client: Any, north: Agreement) -> None:
    """Everything that can be said to what is open."""
    for version in list(north.versions.filter(state__in=("draft", "proposed"))):
        for decision in ("propose", "sign", "remind", "decline", "withdraw", "sign", "discard"):
            sent = {"decision": decision, "seen": version.digest, "reason": "Because"}
            client.post(f"{URL}versions/{version.pk}/settle/", sent)


def by_the_form(client: Any, north: Agreement) -> None:
    if client.get(f"{URL}edit/").status_code == 200:
        changes = {"speed-0-within_minutes": "240", "name": "Mine", "currency": "CHF", "service_team": ""}
        edited(client, north, **changes)
        decide(client, north)


def by_the_same_day(client: Any, north: Agreement) -> None:
    if client.get(f"{URL}edit/").status_code == 200:
        for day in ("2020-01-01", "2026-03-03", "2026-03-02"):
            edited(client, north, **{"speed-0-within_minutes": "240", "effective_on": day})
            decide(client, north)


def by_naming_oneself(client: Any, north: Agreement) -> None:
    if client.get(f"{URL}edit/").status_code == 200:
        me = client.get("/profile/").wsgi_request.user.email
        edited(client, north, **{"signers-0-side": "marketing", "signers-0-email": me})
        decide(client, north)


def by_the_months(client: Any, north: Agreement) -> None:
    if client.get(f"{URL}edit/").status_code == 200:
        edited(client, north, **{"months-5-leads": "900", "months-6-leads": "7"})
    asked = {"month": "2026-06", "quota": "5000", "marketing_share": "100", "average_deal": "10"}
    for how in ("target", "quota"):
        client.post(f"{URL}targets/agree/", asked | {"as": how, "lead_to_customer": "50", "reason": "Mine"})
    for target in north.targets.waiting():
        client.post(f"{URL}targets/{target.pk}/accept/")


def by_the_end(client: Any, north: Agreement) -> None:
    client.post(f"{URL}end/", {"last_on": "2026-03-20"})
    decide(client, north)


def by_a_file(client: Any, north: Agreement) -> None:
    promises = (SpeedPromise(within_minutes=1), *document_of(north).promises[1:])
    for on in (date(2026, 3, 3), date(2026, 5, 1)):
        document = replace(document_of(north), promises=promises, effective_on=on, targets={date(2026, 6, 1): 900})
        client.post("/agreements/load/", {"text": write(document)})
        decide(client, north)


WAYS = {
    way.__name__: way for way in (by_the_form, by_the_same_day, by_naming_oneself, by_the_months, by_the_end, by_a_file)
}


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_alone_changes_what_binds_the_others(who, signed, people, signed_in):
    before, client, changed = binding(signed), signed_in(people[who]), []
    for name, way in WAYS.items():
        with transaction.atomic():
            way(client, signed)
            changed += [name] if binding(signed) != before else []
            transaction.set_rollback(True)
    assert not changed


@pytest.mark.parametrize("who", PEOPLE)
def test_no_address_of_the_portal_changes_it(who, signed, asked, people, signed_in):
    before, client = binding(signed), signed_in(people[who])
    client.raise_request_exception = False
    for name in asked:
        if name.startswith(("agreements:", "people:")) and name not in OF_TEAMS:
            posted(client, name, asked[name])
    assert binding(signed) == before


def test_the_administration_knows_people_and_teams_only():
    """Beside them when the worker does its tasks, none of which binds anybody."""
    known = {model._meta.label for model in admin.site._registry if model._meta.app_label != "django_celery_beat"}
    assert known == {
        "accounts.User",
        "accounts.Team",
    }


def test_the_command_makes_a_draft_that_nobody_alone_puts_in_force(signed, people, signed_in, tmp_path):
    before, file = binding(signed), tmp_path / "north.toml"
    changed = replace(document_of(signed), pacing="working", effective_on=date(2031, 5, 1))
    file.write_text(write(replace(changed, targets={date(2026, 6, 1): 900})))
    call_command("load_agreement", str(file))
    for who in ("administrator", "sales_lead", "rep"):
        decide(signed_in(people[who]), signed)
    assert binding(signed) == before


def test_two_sides_together_do(signed, people, signed_in):
    """What the table above tries would be seen."""
    before = binding(signed)
    edited(signed_in(people["sales_lead"]), signed, **{"speed-0-within_minutes": "240"})
    version = signed.versions.drafts().get(is_shared=False)
    propose(version, by=people["sales_lead"], at=cast.MONDAY)
    for who in ("marketing_lead", "service_member"):
        assert binding(signed) == before
        sign(version, by=people[who], at=cast.MONDAY, seen=version.digest)
    assert binding(signed) != before
