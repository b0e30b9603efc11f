"""Teams: renamed, merged, and of one house each; by administrators, and told in the history."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from agreements.document.stored import document_of
from agreements.document.text import write
from agreements.document.versions import apply
from agreements.models import Agreement, Version
from agreements.signing.drafting import open_draft
from agreements.signing.proposals import propose
from agreements.signing.signatures import sign
from smarketing.accounts import people
from smarketing.accounts.invitations import invite
from smarketing.accounts.models import Invitation, Membership, PeopleChange, Role, Side, Team
from smarketing.accounts.people import PeopleRefused, TwoHouses
from smarketing.roof.people.merging import NotMergeable, merge
from tests import cast
from tests.pages.test_agreement_pdf import text_of
from tests.pages.test_versions import decide, page_of, plain, proposed

TURNED = "Sales \u202enorth"


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(cast.MONDAY, tick=False)


@pytest.fixture
def signed(north, sales_lead) -> Version:
    marketing_lead = cast.person("max@example.org", north.marketing_team, role=Role.LEAD)
    made = replace(document_of(north), pacing="calendar", effective_on=date(2026, 3, 3))
    version = propose(apply(made, by=sales_lead, at=cast.MONDAY).draft, by=sales_lead, at=cast.MONDAY)
    return sign(version, by=marketing_lead, at=cast.MONDAY, seen=version.digest)


def address(team: Team, name: str = "team") -> str:
    return reverse(f"people:{name}", args=[team.pk])


def history(team: Team) -> list[tuple[str, str, str]]:
    return list(PeopleChange.objects.filter(team=team).order_by("pk").values_list("kind", "before", "after"))


def test_a_team_is_renamed_and_what_was_signed_keeps_the_name_of_its_day(north, signed, administrator, signed_in):
    team, before = north.sales_team, (signed.text, signed.digest)
    answer = signed_in(administrator).post(address(team), {"name": "Vertrieb", "organisation": ""})
    assert answer.status_code == 302
    team.refresh_from_db()
    assert team.name == "Vertrieb"
    assert 'sales_team = "Vertrieb"' in write(document_of(Agreement.objects.get()))
    signed.refresh_from_db()
    assert (signed.text, signed.digest) == before
    assert "Sales north" in signed.text
    assert history(team) == [("renamed", "Sales north", "Vertrieb")]
    assert north.changes.order_by("pk").last().lines == [[["sales_team"], "Sales north", "Vertrieb"]]


def test_a_team_does_not_take_the_name_of_a_team_of_the_other_side(north, administrator, signed_in):
    taken = f"  {north.marketing_team.name.upper()} "
    answer = signed_in(administrator).post(address(north.sales_team), {"name": taken, "organisation": ""})
    assert (answer.status_code, "team of this name already" in answer.text) == (422, True)


def test_what_is_still_written_names_the_team_as_it_is_called_by_now(north, sales_lead, administrator, signed_in):
    open_draft(north, None, by=sales_lead, at=cast.MONDAY)
    signed_in(administrator).post(address(north.sales_team), {"name": "Vertrieb", "organisation": ""})
    draft = north.versions.shared_drafts().get()
    assert 'sales_team = "Vertrieb"' in draft.text
    assert draft.is_unchanged
    assert draft.heading["sales_team"] == "Vertrieb"


def test_merging_moves_people_invitations_and_agreements(north, south, rep, sales_lead, administrator, signed_in):
    """Who is in both keeps the role in the team that stays; the name of the former leads to it."""
    source, into, client = north.sales_team, south.sales_team, signed_in(administrator)
    Membership.objects.create(user=sales_lead, team=into, role=Role.MEMBER)
    asked = {"name": "Nora", "team": source, "role": Role.MEMBER, "language": "en", "origin": "http://testserver/"}
    invitation = invite(email="nora@example.org", by=administrator, at=cast.MONDAY, **asked)
    handoff = cast.handed(north, rep=rep)
    look = client.get(address(source, "merge_team"), {"into": into.pk})
    assert (look.context["merging"].people, look.context["merging"].in_both) == (2, 1)
    assert source.memberships.count() == 2  # looking changes nothing
    assert client.post(address(source, "merge_team"), {"into": into.pk}).status_code == 302
    roles = set(into.memberships.values_list("user__email", "role"))
    assert roles == {(rep.email, Role.MEMBER), (sales_lead.email, Role.MEMBER)}
    assert not source.memberships.exists()
    assert Invitation.objects.get() == invitation
    assert Invitation.objects.get().team == into
    assert {deal.sales_team for deal in Agreement.objects.all()} == {into}
    assert (Team.objects.named("Sales north", Side.SALES), client.get(address(source)).status_code) == (into, 404)
    assert history(source)[-1] == ("merged", "Sales north", "Sales south")
    assert north.changes.get().lines == [[["sales_team"], "Sales north", "Sales south"]]
    assert handoff.lead.name in signed_in(rep).get("/leads/queue/").text


def test_what_was_signed_keeps_the_team_of_its_day(north, south, sales_lead, administrator, signed_in, time_machine):
    time_machine.move_to(cast.MONDAY)
    client, lead = signed_in(sales_lead), cast.person("max@example.org", north.marketing_team, role=Role.LEAD)
    version = proposed(client, north)
    decide(signed_in(lead), version, "sign")
    merge(north.sales_team, south.sales_team, by=administrator, at=cast.MONDAY)
    reader = signed_in(lead)
    signatures = plain(reader.get(page_of(version))).partition("Who may sign")[2]
    assert signatures.startswith(" Marketing north")
    assert "Sales north Lea Lead" in signatures
    paper = text_of(reader.get("/agreements/north/pdf/?on=2026-04-02").content)
    assert ("Sales north" in paper, "Sales south" in paper) == (True, False)


def test_two_teams_that_must_stay_two_are_not_merged(north, south, rep, administrator, signed_in):
    outside = Team.objects.create(name="Sales of Nordwind", side=Side.SALES, organisation="Nordwind")
    both = cast.team("Service", Side.SERVICE)
    client = signed_in(administrator)
    for target in (outside, both, south.marketing_team, north.sales_team):
        with pytest.raises(NotMergeable):
            merge(north.sales_team, target, by=administrator, at=cast.MONDAY)
        assert client.post(address(north.sales_team, "merge_team"), {"into": target.pk}).status_code == 422
    with pytest.raises(PermissionDenied):
        merge(north.sales_team, south.sales_team, by=rep, at=cast.MONDAY)
    assert not Team.objects.exclude(merged_into=None).exists()


def test_nobody_is_of_two_houses_and_nobody_from_outside_is_an_administrator(north, rep, administrator, signed_in):
    outside = Team.objects.create(name="Sales of Nordwind", side=Side.SALES, organisation="Nordwind")
    guest = cast.person("otto@nordwind.example", outside, name="Otto Outsider")
    more = {"by": administrator, "at": cast.MONDAY}
    for person, team in ((rep, outside), (guest, north.sales_team), (administrator, outside)):
        with pytest.raises(TwoHouses):
            people.set_role(person, team, Role.MEMBER, **more)
        with pytest.raises(ValidationError):
            Membership(user=person, team=team).full_clean()
    with pytest.raises(PeopleRefused):
        people.set_administrator(guest, True, **more)
    second = cast.team("Sales too", Side.SALES)
    Membership.objects.create(user=rep, team=second)
    answer = signed_in(administrator).post(address(second), {"name": "Sales too", "organisation": "Nordwind"})
    assert answer.status_code == 422
    assert "two houses" in str(answer.context["form"].errors["organisation"])
    assert (guest.teams.get(), rep.teams.count()) == (outside, 2)
    second.refresh_from_db()
    assert second.organisation == ""


def test_only_administrators_invite_people_of_an_outside_organisation(north, administrator, signed_in):
    """What the portal says of an address tells who has an account."""
    Team.objects.filter(pk=north.sales_team_id).update(organisation="Nordwind")
    lead = cast.person("petra@nordwind.example", north.sales_team, role=Role.LEAD)
    asked = {"email": "nora@nordwind.example", "name": "Nora", "team": north.sales_team_id, "role": "member"}
    assert signed_in(lead).post(reverse("people:invite"), asked).status_code != 302
    made = {"name": "Nora", "role": Role.MEMBER, "language": "en", "origin": "http://testserver/", "at": cast.MONDAY}
    team = Team.objects.get(pk=north.sales_team_id)
    with pytest.raises(PermissionDenied):
        invite(email="nora@nordwind.example", team=team, by=lead, **made)
    assert not Invitation.objects.exists()
    assert signed_in(administrator).post(reverse("people:invite"), asked).status_code == 302
    invitation = Invitation.objects.get()
    for name in ("withdraw", "send_again"):
        assert signed_in(lead).post(reverse(f"people:{name}", args=[invitation.pk])).status_code == 404
    with pytest.raises(PeopleRefused):
        invite(email="x@nordwind.example", team=team, is_administrator=True, by=administrator, **made)


@pytest.mark.parametrize("field", ["name", "organisation"])
def test_signs_that_turn_the_text_around_are_in_no_name(field, north, administrator, signed_in):
    kept = {"name": "Sales north", "organisation": ""}
    client = signed_in(administrator)
    for url, sent in ((address(north.sales_team), kept), (reverse("people:new_team"), kept | {"side": "sales"})):
        answer = client.post(url, sent | {field: TURNED})
        assert answer.status_code == 422
        assert "invisible signs" in str(answer.context["form"].errors[field])
    client.post(reverse("people:invite"), {"email": "n@example.org", "name": TURNED, "role": "member"})
    assert not Invitation.objects.exists()
    assert not Team.objects.filter(name=TURNED).exists()


def test_an_agreement_becomes_customer_facing_with_its_party(north, administrator, signed_in):
    """Where its text does not say another kind."""
    client = signed_in(administrator)
    kinds = [Agreement.objects.get().kind]
    for organisation in ("Nordwind", ""):
        client.post(address(north.sales_team), {"name": "Sales north", "organisation": organisation})
        kinds.append(Agreement.objects.get().kind)
    assert kinds == ["internal", "customer", "internal"]
