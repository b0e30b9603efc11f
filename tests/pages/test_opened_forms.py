"""Every form that edits what is kept knows what it was opened on; of two who saved, the second is shown both values."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.core import signing
from django.urls import reverse

from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.models import Agreement
from leads.models import Event, Handoff, Lead
from smarketing.accounts.models import Membership, Role, Team, User
from tests import cast
from tests.pages.shown_forms import ShownForm, shown_forms

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Edit:
    """Where a form is shown and sent to, two of its fields, and what of them is kept."""

    shown_at: str
    sent_to: str
    one: str
    other: str
    kept: Any
    more: tuple[tuple[str, str], ...] = ()


@pytest.fixture
def edits(north, administrator) -> dict[str, Edit]:
    handoff = cast.handed(north, tier="A", phone="")
    lead, team = f"/leads/{handoff.lead_id}/", north.sales_team
    admin_team = reverse("admin:accounts_team_change", args=[team.pk])
    admin_person = reverse("admin:accounts_user_change", args=[administrator.pk])
    again = lambda found: type(found).objects.get(pk=found.pk)  # noqa: E731
    return {
        "lead": Edit(f"{lead}edit/", "", "name", "company", lambda: again(handoff.lead)),
        "agreement": Edit("/agreements/north/edit/", "", "name", "currency", lambda: again(north)),
        "profile": Edit("/profile/", "", "name", "language", lambda: again(administrator)),
        "tier": Edit(
            lead, f"/leads/handoffs/{handoff.pk}/tier/", "tier", "", lambda: again(handoff), (("reason", "So it is"),)
        ),
        "team": Edit(admin_team, "", "name", "side", lambda: again(team)),
        "person": Edit(admin_person, "", "name", "language", lambda: again(administrator)),
    }


def opened(client, edit: Edit) -> dict[str, str]:
    return {**form_in(client.get(edit.shown_at).content.decode(), edit).fields, **dict(edit.more)}


def form_in(html: str, edit: Edit) -> ShownForm:
    (form,) = [form for form in shown_forms(html) if "opened_on" in form.fields and edit.one in form.fields]
    return form


def send(client, edit: Edit, fields: dict[str, str]):
    return client.post(edit.sent_to or edit.shown_at, fields)


KINDS = ("lead", "agreement", "profile", "tier", "team", "person")


@pytest.fixture
def client(signed_in, administrator):
    return signed_in(administrator)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_the_second_is_shown_both_values_and_chooses(kind, choice, client, edits):
    edit = edits[kind]
    mine, theirs = opened(client, edit), opened(client, edit)
    before = getattr(edit.kept(), edit.one)
    assert send(client, edit, {**theirs, edit.one: "Theirs"}).status_code == 302
    refused = send(client, edit, {**mine, edit.one: "Mine"})
    page = refused.content.decode()
    assert getattr(edit.kept(), edit.one) == "Theirs" != before
    assert "Yours, as entered below: Mine" in page
    assert "As it was saved: Theirs" in page
    again = {**form_in(page, edit).fields, **dict(edit.more)}
    assert again[edit.one] == "Mine"
    unchosen = send(client, edit, again)
    assert "As it was saved: Theirs" in unchosen.content.decode()
    again = {**form_in(unchosen.content.decode(), edit).fields, **dict(edit.more)}
    assert send(client, edit, {**again, f"stands-{edit.one}": choice}).status_code == 302
    assert getattr(edit.kept(), edit.one) == choice.title()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "tier"])
def test_what_was_not_touched_never_travels_back(kind, client, edits):
    edit = edits[kind]
    mine, theirs = opened(client, edit), opened(client, edit)
    assert send(client, edit, {**theirs, edit.one: "Theirs"}).status_code == 302
    other = {"company": "Mine", "currency": "DKK", "language": "da", "side": "marketing"}[edit.other]
    assert send(client, edit, {**mine, edit.other: other}).status_code == 302
    assert (getattr(edit.kept(), edit.one), getattr(edit.kept(), edit.other)) == ("Theirs", other)


@pytest.mark.parametrize("kind", KINDS)
def test_two_who_save_the_same_are_not_asked(kind, client, edits):
    edit = edits[kind]
    mine, theirs = opened(client, edit), opened(client, edit)
    for fields in (theirs, mine):
        assert send(client, edit, {**fields, edit.one: "Both"}).status_code == 302


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("token", ["forged", "of another place"])
def test_what_it_was_opened_on_cannot_be_made_up(kind, token, client, edits):
    edit = edits[kind]
    wrong = signing.dumps(({}, []), salt="opened_on /elsewhere/") if token == "of another place" else token
    answer = send(client, edit, {**opened(client, edit), edit.one: "Mine", "opened_on": wrong})
    assert "Yours, as entered below: Mine" in answer.content.decode()
    assert getattr(edit.kept(), edit.one) != "Mine"


def test_a_third_who_saves_in_between_is_asked_about_too(client, edits):
    edit = edits["lead"]
    mine = opened(client, edit)
    send(client, edit, {**opened(client, edit), "name": "Second"})
    asked = form_in(send(client, edit, {**mine, "name": "Mine"}).content.decode(), edit).fields
    send(client, edit, {**opened(client, edit), "name": "Third"})
    answer = send(client, edit, {**asked, "stands-name": "mine"})
    assert "As it was saved: Third" in answer.content.decode()


def test_an_untouched_field_is_not_in_the_history(client, edits):
    edit = edits["lead"]
    Lead.objects.update(email="Ada@Example.org", phone=" 030 123456 ")  # as an old file has left it
    send(client, edit, {**opened(client, edit), "company": "Analytical Engines"})
    assert Event.objects.filter(kind="edited").get().details == {"fields": ["company"]}
    assert Lead.objects.get().email == "Ada@Example.org"


def test_rows_of_an_agreement_are_chosen_as_a_whole(client, edits, north):
    edit = edits["agreement"]
    mine, theirs = opened(client, edit), opened(client, edit)
    send(client, edit, {**theirs, "speed-1-within_minutes": "30", "speed-1-share": "80", "speed-1-tier": "A"})
    page = send(client, edit, {**mine, "speed-0-within_minutes": "45", "depth-0-attempts": "7"}).content.decode()
    assert "Yours, as entered below: 45 · 90" in page
    assert "As it was saved: 60 · 90; 30 · 80 · A" in page
    assert page.count('value="theirs"') == 1
    again = form_in(page, edit).fields
    assert send(client, edit, {**again, "stands-speed": "theirs"}).status_code == 302
    promises = document_of(Agreement.objects.get(pk=north.pk)).promises
    speeds = {clause.tier: clause.within_minutes for clause in promises if clause.measure == "speed"}
    assert ({tier: int(minutes) for tier, minutes in speeds.items()}) == {"": 60, "A": 30}
    assert [clause.attempts for clause in promises if clause.measure == "depth"] == [7]


def test_a_month_of_an_agreement_is_chosen_by_itself(client, edits, north, time_machine):
    time_machine.move_to(cast.MONDAY)
    edit = edits["agreement"]
    mine, theirs = opened(client, edit), opened(client, edit)
    send(client, edit, {**theirs, "months-5-leads": "60", "months-6-leads": "70"})
    page = send(client, edit, {**mine, "months-5-leads": "65", "months-7-leads": "80"}).content.decode()
    assert "June 2026 · Leads set directly" in page
    assert page.count('value="theirs"') == 1
    send(client, edit, {**form_in(page, edit).fields, "stands-months-5-leads": "mine"})
    leads = {target.month.month: target.leads for target in north.targets.agreed()}
    assert leads == {6: 65, 7: 70, 8: 80}


def test_a_file_that_amends_meanwhile_is_seen_too(client, edits, north):
    edit = edits["agreement"]
    mine = opened(client, edit)
    apply(replace(document_of(north), name="Theirs"), by=None, at=cast.MONDAY)
    assert "As it was saved: Theirs" in send(client, edit, {**mine, "name": "Mine"}).content.decode()


def test_two_administrators_do_not_undo_each_others_memberships(client, edits, north, rep):
    edit = edits["team"]
    mine, theirs = opened(client, edit), opened(client, edit)
    assert mine["memberships-0-user"] == str(rep.pk)
    send(client, edit, {**theirs, "memberships-0-role": Role.LEAD})
    assert send(client, edit, {**mine, "name": "Renamed"}).status_code == 302
    assert (Membership.objects.get(user=rep).role, Team.objects.get(pk=north.sales_team_id).name) == (
        Role.LEAD,
        "Renamed",
    )
    page = send(client, edit, {**mine, "memberships-0-role": Role.LEADERSHIP}).content.decode()
    assert 'name="stands-memberships"' in page
    assert Membership.objects.get(user=rep).role == Role.LEAD


def test_a_person_made_administrator_meanwhile_stays_one(client, edits, rep):
    edit = replace(edits["person"], shown_at=reverse("admin:accounts_user_change", args=[rep.pk]))
    mine = opened(client, edit)
    User.objects.filter(pk=rep.pk).update(is_superuser=True)
    assert send(client, edit, {**mine, "name": "Renamed"}).status_code == 302
    rep.refresh_from_db()
    assert (rep.name, rep.is_superuser) == ("Renamed", True)


def test_a_wrong_entry_keeps_what_was_touched(client, edits):
    edit = edits["lead"]
    mine = opened(client, edit)
    refused = send(client, edit, {**mine, "name": "Mine", "email": "nobody"})
    assert refused.status_code == 422
    again = form_in(refused.content.decode(), edit).fields
    send(client, edit, {**again, "email": "somebody@example.org"})
    assert (Lead.objects.get().name, Lead.objects.get().email) == ("Mine", "somebody@example.org")


def test_the_tier_that_another_put_right_is_said(client, edits):
    edit = edits["tier"]
    mine = opened(client, edit)
    send(client, edit, {**opened(client, edit), "tier": "B"})
    page = send(client, edit, {**mine, "tier": "C"}).content.decode()
    assert '<details id="tier" open' in page
    assert Handoff.objects.get().tier == "B"
