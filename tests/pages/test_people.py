"""People and teams: found, invited, given roles, leaving and coming back; each for who may, and written down."""

import logging.config
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from leads.models import Handoff
from smarketing.accounts.invitations import link_of, token_of
from smarketing.accounts.models import Invitation, Membership, NobodyIsDeleted, PeopleChange, Role, User
from smarketing.accounts.tasks import mail as send_letters
from tests import cast

CONSOLE = "django.core.mail.backends.console.EmailBackend"
NO_MEMBERS = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
GOOD = "nothing to guess 77"


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(cast.MONDAY, tick=False)


@pytest.fixture
def marketing_lead(north):
    return cast.person("max@example.org", north.marketing_team, role=Role.LEAD, name="Max Marketing")


def url(name: str, person: User | Invitation | None = None) -> str:
    return reverse(f"people:{name}", args=[person.pk] if person else [])


def sent(client: Client, own, /, **more):
    asked = {"email": "nora@example.org", "name": "Nora New", "team": own.pk, "role": "member", **more}
    return client.post(url("invite"), asked, follow=True)


def shown(client: Client, **asked) -> list[str]:
    return [person.name for person in client.get(url("list"), asked).context["page"].rows]


def told(person: User) -> list[tuple[str, str, str, str]]:
    """The oldest first, with who did it."""
    rows = PeopleChange.objects.filter(person=person).order_by("pk").select_related("by")
    return [(row.kind, row.before, row.after, row.by.name) for row in rows]


# Finding people


def test_an_administrator_finds_everybody_and_a_lead_the_own_people(
    signed_in, administrator, sales_lead, marketing_lead, rep, marketer, stranger
):
    assert shown(signed_in(administrator)) == sorted(
        person.name for person in (administrator, sales_lead, marketing_lead, rep, marketer, stranger)
    )
    assert shown(signed_in(sales_lead)) == ["Lea Lead", "Rob Rep"]
    assert shown(signed_in(marketing_lead)) == ["Max Marketing", "Mia Marketing"]


def test_the_list_is_searched_by_name_and_address_by_team_and_by_who_is_here(
    signed_in, administrator, rep, marketer, north
):
    gone = cast.person("gone@example.org", north.sales_team, name="Gina Gone", is_active=False)
    client = signed_in(administrator)
    assert shown(client, q="MIA@") == ["Mia Marketing"]
    assert shown(client, q="rob r") == ["Rob Rep"]
    assert shown(client, team=north.sales_team.pk) == ["Rob Rep"]
    assert shown(client, who="left") == [gone.name]
    assert shown(client, who="all", team=north.sales_team.pk) == ["Gina Gone", "Rob Rep"]
    assert "Nobody matches your filters." in client.get(url("list"), {"q": "nobody"}).text


def test_the_list_costs_the_same_for_one_and_for_many(signed_in, administrator, rep, north, django_assert_num_queries):
    client = signed_in(administrator)
    sent(client, north.sales_team)
    client.get(url("list"))
    with django_assert_num_queries(11):
        client.get(url("list"))
    for n in range(3):
        cast.person(f"more{n}@example.org", north.sales_team, north.marketing_team)
        sent(client, north.sales_team, email=f"new{n}@example.org")
    client.get(url("list"))
    with django_assert_num_queries(11):
        client.get(url("list"))


@pytest.mark.parametrize("who", ["rep", "marketer", "leader"])
def test_who_leads_no_team_has_no_page_of_people(who, request, signed_in):
    assert signed_in(request.getfixturevalue(who)).get(url("list")).status_code == 403


def test_people_of_foreign_teams_are_not_there_for_a_lead(signed_in, sales_lead, marketer, stranger, administrator):
    client = signed_in(sales_lead)
    for person in (marketer, stranger, administrator):
        assert client.get(url("detail", person)).status_code == 404
        for name in ("role", "take_out", "leave", "come_back"):
            assert client.post(url(name, person)).status_code == 404
    assert not PeopleChange.objects.exists()


# Inviting


def test_who_is_invited_gets_a_letter_chooses_a_password_and_is_in_the_team(
    signed_in, sales_lead, north, django_capture_on_commit_callbacks
):
    page = sent(signed_in(sales_lead), north.sales_team, role="leadership")
    assert "Nora New gets a letter at nora@example.org." in page.text
    assert link_of(Invitation.objects.get()) not in page.text
    send_letters()
    (letter,) = mail.outbox
    assert letter.to == ["nora@example.org"]
    assert letter.subject == "Invitation to Smarketing by Lea Lead"
    link = re.search(r"http://testserver(/people/join/\S+/)", letter.body)[1]
    client = Client()
    assert "Lea Lead has invited you." in client.get(link).text
    answer = client.post(link, {"name": "Nora Neu", "password1": GOOD, "password2": GOOD})
    assert answer.headers["Location"] == reverse("account_login")
    nora = User.objects.get(email="nora@example.org")
    assert (nora.name, nora.is_superuser, nora.check_password(GOOD)) == ("Nora Neu", False, True)
    assert [(each.team, each.role) for each in nora.memberships.all()] == [(north.sales_team, "leadership")]
    assert told(nora) == [("joined", "", "leadership", "Nora Neu")]


def test_a_letter_is_sent_once_and_tried_again_later_where_the_server_is_away(
    signed_in, sales_lead, north, settings, time_machine
):
    sent(signed_in(sales_lead), north.sales_team)
    settings.EMAIL_BACKEND = "tests.pages.test_people.ServerAway"
    send_letters()
    send_letters()
    assert Invitation.objects.get().tries == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_letters()
    assert mail.outbox == []  # its time has not come
    time_machine.shift(timedelta(minutes=3))
    send_letters()
    send_letters()
    assert len(mail.outbox) == 1


class ServerAway:
    def __init__(self, **kwargs: object) -> None: ...

    def send_messages(self, messages: object) -> int:
        raise ConnectionRefusedError


def test_a_link_works_once(signed_in, sales_lead, north):
    sent(signed_in(sales_lead), north.sales_team)
    link = url_of(Invitation.objects.get())
    chosen = {"name": "Nora", "password1": GOOD, "password2": GOOD}
    assert Client().post(link, chosen).status_code == 302
    again = Client().post(link, chosen | {"password1": "another 4711 x", "password2": "another 4711 x"})
    assert again.status_code == 410
    assert "it has been used, withdrawn or has expired" in again.text
    assert User.objects.get(email="nora@example.org").check_password(GOOD)


def url_of(invitation: Invitation) -> str:
    return reverse("people:join", args=[token_of(invitation)])


def test_a_link_expires_after_seven_days(signed_in, sales_lead, north, time_machine):
    sent(signed_in(sales_lead), north.sales_team)
    link = url_of(Invitation.objects.get())
    time_machine.move_to(cast.MONDAY + timedelta(days=7) - timedelta(seconds=1), tick=False)
    assert Client().get(link).status_code == 200
    time_machine.move_to(cast.MONDAY + timedelta(days=7), tick=False)
    assert Client().get(link).status_code == 410


def test_a_link_that_was_withdrawn_replaced_or_made_up_does_not_work(signed_in, sales_lead, north):
    client = signed_in(sales_lead)
    sent(client, north.sales_team)
    invitation = Invitation.objects.get()
    first = url_of(invitation)
    client.post(url("send_again", invitation))
    second = url_of(Invitation.objects.get())
    assert first != second
    assert [Client().get(link).status_code for link in (first, second, "/people/join/made-up/")] == [410, 200, 410]
    client.post(url("withdraw", invitation))
    assert Client().get(second).status_code == 410
    assert client.post(url("withdraw", invitation)).status_code == 404


def test_what_who_invited_may_not_give_any_more_the_link_does_not_give(signed_in, sales_lead, north):
    sent(signed_in(sales_lead), north.sales_team)
    link = url_of(Invitation.objects.get())
    Membership.objects.filter(user=sales_lead).update(role=Role.MEMBER)
    assert "may not do so any more" in Client().get(link).text
    assert Client().post(link, {"name": "N", "password1": GOOD, "password2": GOOD}).status_code == 410
    assert not User.objects.filter(email="nora@example.org").exists()


@pytest.mark.parametrize(
    ("said", "field", "text"),
    [
        ({"email": "rob@example.org"}, "email", "There is an account with this address"),
        ({"email": "ROB@Example.org "}, "email", "There is an account with this address"),
        ({"email": "gone@example.org"}, "email", "Somebody with this address has left"),
        ({"email": "known@example.org"}, "email", "This address has been invited already"),
        ({"email": "KNOWN@example.org"}, "email", "This address has been invited already"),
        ({"email": "no address"}, "email", "Enter a valid email address."),
        ({"email": ""}, "email", "This field is required."),
        ({"name": ""}, "name", "This field is required."),
        ({"team": "0"}, "team", "This is not one of your teams."),
        ({"team": "no number"}, "team", "This is not one of your teams."),
        ({"team": ""}, "team", "This field is required."),
        ({"role": "king"}, "role", "king is not one of the available choices."),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_kept(said, field, text, signed_in, sales_lead, rep, north):
    cast.person("gone@example.org", north.sales_team, is_active=False)
    client = signed_in(sales_lead)
    sent(client, north.sales_team, email="known@example.org")
    page = sent(client, north.sales_team, **said)
    assert page.status_code == 422
    assert text in page.context["form"].errors[field][0]
    assert text in page.text
    assert Invitation.objects.count() == 1


def test_a_lead_invites_into_the_own_teams_only_and_makes_no_administrator(
    signed_in, sales_lead, marketing_lead, north, south
):
    client = signed_in(sales_lead)
    for team in (north.marketing_team, south.sales_team):
        assert sent(client, team).status_code == 422
    sent(client, north.sales_team, is_administrator="on")
    assert not Invitation.objects.get().is_administrator
    other = signed_in(marketing_lead)
    assert "Nora New" not in other.get(url("list")).text
    for name in ("send_again", "withdraw"):
        assert other.post(url(name, Invitation.objects.get())).status_code == 404


def test_an_expired_invitation_gives_way_to_a_new_one(signed_in, sales_lead, north, time_machine):
    sent(signed_in(sales_lead), north.sales_team)
    time_machine.move_to(cast.MONDAY + timedelta(days=8), tick=False)
    client = signed_in(sales_lead)
    assert "expired" in client.get(url("list")).text
    sent(client, north.sales_team)
    assert Invitation.objects.count() == 2
    assert Invitation.objects.standing().count() == 1


def test_without_a_mail_server_the_link_is_shown_to_administrators_only(
    signed_in, administrator, sales_lead, north, settings, capsys
):
    settings.EMAIL_BACKEND = CONSOLE
    page = sent(signed_in(sales_lead), north.sales_team)
    link = link_of(Invitation.objects.get())
    assert "ask an administrator to hand over the link" in page.text
    assert link not in page.text
    there = signed_in(administrator).get(url("list"), headers={"host": "localhost:8123"}).text
    assert link.replace("http://testserver/", "http://localhost:8123/") in there
    assert link not in there
    assert link in signed_in(administrator).get(url("list")).text
    send_letters()
    assert token_of(Invitation.objects.get()) not in capsys.readouterr().out
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert link not in signed_in(administrator).get(url("list")).text


def test_a_password_that_is_easy_to_guess_is_told_beside_its_field(signed_in, sales_lead, north):
    sent(signed_in(sales_lead), north.sales_team)
    link = url_of(Invitation.objects.get())
    page = Client().post(link, {"name": "Nora", "password1": "nora@example.org", "password2": "nora@example.org"})
    assert page.status_code == 422
    assert "too similar" in page.context["form"].errors["password2"][0]
    page = Client().post(link, {"name": "Nora", "password1": GOOD, "password2": "other"})
    assert page.context["form"].errors["password2"]
    assert not User.objects.filter(email="nora@example.org").exists()


def test_an_administrator_invites_another_one_without_a_team(signed_in, administrator):
    asked = {"email": "ada@example.org", "name": "Ada", "team": "", "role": "member", "is_administrator": "on"}
    signed_in(administrator).post(url("invite"), asked)
    Client().post(url_of(Invitation.objects.get()), {"name": "Ada", "password1": GOOD, "password2": GOOD})
    ada = User.objects.get(email="ada@example.org")
    assert (ada.is_administrator, ada.memberships.count()) == (True, 0)


# Roles


def test_an_administrator_puts_somebody_into_a_team_changes_the_role_and_takes_them_out(
    signed_in, administrator, rep, north
):
    client, team = signed_in(administrator), north.marketing_team
    client.post(url("role", rep), {"team": team.pk, "role": "member"})
    client.post(url("role", rep), {"team": team.pk, "role": "lead", "seen": "member"})
    assert rep.memberships.get(team=team).role == "lead"
    client.post(url("take_out", rep), {"team": team.pk})
    assert not rep.memberships.filter(team=team).exists()
    assert told(rep) == [
        ("role", "", "member", "Ann Admin"),
        ("role", "member", "lead", "Ann Admin"),
        ("role", "lead", "", "Ann Admin"),
    ]
    page = client.get(url("detail", rep)).text
    assert "Marketing north" in page
    assert "Ann Admin" in page


def test_a_lead_decides_for_the_own_team_only(signed_in, sales_lead, rep, north, south):
    client = signed_in(sales_lead)
    client.post(url("role", rep), {"team": north.sales_team.pk, "role": "lead"})
    assert rep.memberships.get().role == "lead"
    for team in (north.marketing_team, south.sales_team):
        page = client.post(url("role", rep), {"team": team.pk, "role": "lead"})
        assert page.status_code == 422
        assert "This is not one of your teams." in page.text
        assert client.post(url("take_out", rep), {"team": team.pk}).status_code == 404
    assert rep.memberships.count() == 1


def test_nobody_says_what_the_own_rights_are(signed_in, sales_lead, north):
    client = signed_in(sales_lead)
    for name in ("role", "take_out", "leave"):
        page = client.post(url(name, sales_lead), {"team": north.sales_team.pk, "role": "leadership"}, follow=True)
        assert "Your own roles" in page.text or "Nobody closes the own account" in page.text
    assert sales_lead.memberships.get().role == "lead"
    assert not PeopleChange.objects.exists()
    assert client.post(url("administrator", sales_lead), {"is_administrator": "on"}).status_code == 403


def test_a_role_that_somebody_else_has_changed_meanwhile_is_not_overwritten(signed_in, administrator, rep, north):
    asked = {"team": north.sales_team.pk, "role": "leadership", "seen": "lead"}
    page = signed_in(administrator).post(url("role", rep), asked, follow=True)
    assert "Somebody else has changed this role in the meantime." in page.text
    assert rep.memberships.get().role == "member"


# Leaving and coming back


def test_the_sessions_of_somebody_who_left_end_at_once_and_stay_ended(signed_in, sales_lead, rep):
    theirs = signed_in(rep)
    assert theirs.get("/leads/queue/").status_code == 200
    lead = signed_in(sales_lead)
    lead.post(url("leave", rep))
    assert theirs.get("/leads/queue/").headers["Location"].startswith(reverse("account_login"))
    rep.refresh_from_db()
    assert (rep.is_active, rep.left_at) == (False, cast.MONDAY)
    assert "left on March 2, 2026" in lead.get(url("detail", rep)).text
    lead.post(url("come_back", rep))
    rep.refresh_from_db()
    assert (rep.is_active, rep.memberships.get().role) == (True, "member")
    assert theirs.get("/leads/queue/").status_code == 302  # the old session does not come back
    assert signed_in(rep).get("/leads/queue/").status_code == 200
    assert told(rep) == [("left", "", "", "Lea Lead"), ("came_back", "", "", "Lea Lead")]


def test_a_session_does_not_come_back_with_somebody_closed_in_the_administration(signed_in, administrator, rep):
    theirs, client = signed_in(rep), signed_in(administrator)
    address = reverse("admin:accounts_user_change", args=[rep.pk])
    asked = {"name": rep.name, "email": rep.email, "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert client.post(address, asked).status_code == 302
    client.post(url("come_back", rep))
    assert theirs.get("/leads/queue/").status_code == 302
    assert tuple(kind for kind, *_rest in told(rep)) == ("administration", "came_back")


def test_a_lead_does_not_close_the_account_of_somebody_who_is_also_elsewhere(signed_in, sales_lead, rep, north):
    client = signed_in(sales_lead)
    Membership.objects.create(user=rep, team=north.marketing_team)
    page = client.post(url("leave", rep), follow=True)
    assert "This person has a part outside your teams" in page.text
    assert User.objects.get(pk=rep.pk).is_active
    rep.memberships.filter(team=north.marketing_team).delete()
    User.objects.filter(pk=rep.pk).update(is_superuser=True)
    client.post(url("leave", rep))
    assert User.objects.get(pk=rep.pk).is_active


def test_the_open_leads_of_somebody_are_given_away_from_the_page(signed_in, sales_lead, rep, north):
    gone = cast.person("gone@example.org", north.sales_team, name="Gina Gone")
    handoffs = [cast.handed(north, rep=gone), cast.handed(north, rep=gone)]
    cast.handed(north, rep=rep)
    client = signed_in(sales_lead)
    client.post(url("leave", gone))
    page = client.get(url("detail", gone))
    (given,) = page.context["given"]
    assert (given.total, [each.name for each in given.reps]) == (2, ["Lea Lead", "Rob Rep"])
    answer = client.post(
        "/leads/give-away/", {"handoff": given.handoffs, "rep": rep.pk, "next": url("detail", gone)}, follow=True
    )
    assert "2 leads are with Rob Rep now." in answer.text
    assert answer.request["PATH_INFO"] == url("detail", gone)
    assert answer.context["given"] == []
    assert {h.rep_id for h in Handoff.objects.filter(pk__in=[h.pk for h in handoffs])} == {rep.pk}


def test_a_marketing_lead_gives_no_leads_of_sales_away(signed_in, marketing_lead, rep, north):
    cast.handed(north, rep=rep)
    Membership.objects.create(user=rep, team=north.marketing_team)
    page = signed_in(marketing_lead).get(url("detail", rep))
    assert page.context["given"] == []
    assert "Open leads" not in page.text


# Administrators


def test_the_last_administrator_neither_leaves_nor_loses_the_right(signed_in, administrator):
    client = signed_in(administrator)
    page = client.post(url("administrator", administrator), follow=True)
    assert "This is the last administrator" in page.text
    assert "Nobody closes the own account" in client.post(url("leave", administrator), follow=True).text
    assert User.objects.get(pk=administrator.pk).is_administrator
    second = cast.person("bea@example.org", name="Bea", is_superuser=True)
    client.post(url("leave", second))
    assert not User.objects.get(pk=second.pk).is_active
    client.post(url("administrator", administrator))
    assert User.objects.get(pk=administrator.pk).is_administrator  # one who has left is none who stays


@pytest.mark.parametrize("field", ["is_superuser", "is_active"])
def test_the_last_administrator_stays_in_the_administration_too(field, signed_in, administrator):
    asked = {
        "name": "Ann Admin",
        "email": administrator.email,
        "is_superuser": "on",
        "is_active": "on",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }
    del asked[field]
    page = signed_in(administrator).post(reverse("admin:accounts_user_change", args=[administrator.pk]), asked)
    assert "This is the last administrator" in page.text
    assert User.objects.get(pk=administrator.pk).is_administrator


def test_nobody_is_deleted(signed_in, administrator, rep):
    client = signed_in(administrator)
    assert client.post(reverse("admin:accounts_user_delete", args=[rep.pk]), {"post": "yes"}).status_code == 403
    asked = {"action": "delete_selected", "_selected_action": [rep.pk], "post": "yes"}
    client.post(reverse("admin:accounts_user_changelist"), asked)
    assert User.objects.filter(pk=rep.pk).exists()
    with pytest.raises(NobodyIsDeleted):
        rep.delete()
    with pytest.raises(NobodyIsDeleted):
        User.objects.filter(pk=rep.pk).delete()


def test_an_administrator_makes_a_team_and_one_name_is_one_team(signed_in, administrator, north):
    client = signed_in(administrator)
    client.post(url("new_team"), {"name": "Sales West", "side": "sales"})
    assert "Sales West" in client.get(url("list")).text
    for name in ("Sales West", "sales  west", "SALES WEST"):
        page = client.post(url("new_team"), {"name": name, "side": "sales"})
        assert "There is a team of this name on this side already." in page.context["form"].errors["name"][0]
        page = client.post(reverse("admin:accounts_team_add"), {"name": name, "side": "sales"} | NO_MEMBERS)
        assert "There is a team of this name on this side already." in page.text


def test_name_and_address_are_put_right_and_the_history_tells_it(signed_in, administrator, rep):
    client = signed_in(administrator)
    client.post(url("edit", rep), {"name": "Rob Roy", "email": "ROB.ROY@example.org", "language": ""})
    rep.refresh_from_db()
    assert (rep.name, rep.email) == ("Rob Roy", "rob.roy@example.org")
    assert [(kind, before, after) for kind, before, after, _by in told(rep)] == [
        ("details", "Rob Rep", "Rob Roy"),
        ("details", "rob@example.org", "rob.roy@example.org"),
    ]


def test_of_the_history_a_lead_sees_what_concerns_the_own_teams(signed_in, administrator, sales_lead, rep, north):
    client = signed_in(administrator)
    client.post(url("role", rep), {"team": north.marketing_team.pk, "role": "member"})
    client.post(url("role", rep), {"team": north.sales_team.pk, "role": "lead"})
    entries = signed_in(sales_lead).get(url("detail", rep)).context["entries"]
    assert [entry.about for entry in entries] == ["Sales north"]


def test_invitations_name_the_address_of_the_portal_they_were_sent_from(signed_in, sales_lead, north):
    sent(signed_in(sales_lead), north.sales_team)
    assert link_of(Invitation.objects.get()).startswith("http://testserver/people/join/")


def test_the_key_of_an_invitation_stands_in_no_log(client, capfd, settings):
    """The console's handler is asked, for caplog's own sees what no filter has touched."""
    logging.config.dictConfig(settings.LOGGING)
    for address in ("/people/join/a-secret/", "/accounts/password/reset/key/1-secret-1/x"):
        client.get(address)
    told = capfd.readouterr().err
    assert "/people/join/…" in told
    assert "secret" not in told
