import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache

from leads.demonstration import sign_ins
from smarketing.accounts.models import Membership, User
from tests import cast

SIGN_IN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_old_rate_limits(db):
    cache.clear()


def sign_in(client, email, password=cast.PASSWORD, **more):
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def test_a_person_signs_in_by_e_mail_however_it_is_typed(client, rep):
    response = sign_in(client, " Rob@Example.org ")
    assert response.headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(rep.pk)


def test_after_signing_in_one_is_where_one_wanted_to_be_but_never_elsewhere(client, rep):
    assert sign_in(client, rep.email, next="/profile/").headers["Location"] == "/profile/"
    client.logout()
    assert sign_in(client, rep.email, next="https://evil.example/").headers["Location"] == "/"


@pytest.mark.parametrize(("email", "password"), [("rob@example.org", "wrong"), ("nobody@example.org", cast.PASSWORD)])
def test_a_wrong_sign_in_does_not_say_what_was_wrong(client, rep, email, password):
    response = sign_in(client, email, password)
    assert response.status_code == 200
    assert "The email address and/or password you specified are not correct." in response.text
    assert "_auth_user_id" not in client.session


def test_who_left_cannot_sign_in(client, rep):
    User.objects.update(is_active=False)
    assert sign_in(client, rep.email).status_code == 200
    assert "_auth_user_id" not in client.session


def test_signing_out_needs_a_click_and_ends_the_session(signed_in, rep):
    client = signed_in(rep)
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/").headers["Location"] == SIGN_IN
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client, db):
    fields = {"email": "a@example.org", "password1": "x" * 20, "password2": "x" * 20}
    response = client.post("/accounts/signup/", fields)
    assert "an administrator of this portal adds you" in response.text
    assert not User.objects.exists()


def test_a_forgotten_password_is_reset_by_mail(client, rep):
    client.post("/accounts/password/reset/", {"email": rep.email})
    [letter] = mail.outbox
    [link] = [word for word in letter.body.split() if "/password/reset/key/" in word]
    page = client.get(link, follow=True)
    where = page.redirect_chain[-1][0]
    client.post(where, {"password1": "quite another one", "password2": "quite another one"})
    rep.refresh_from_db()
    assert rep.check_password("quite another one")


def test_a_reset_says_the_same_to_an_unknown_address(client, rep):
    known = client.post("/accounts/password/reset/", {"email": rep.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert known.headers["Location"] == unknown.headers["Location"]


def test_a_changed_password_leads_back_to_the_profile(signed_in, rep):
    fields = {"oldpassword": cast.PASSWORD, "password1": "quite another one", "password2": "quite another one"}
    assert signed_in(rep).post("/accounts/password/change/", fields).headers["Location"] == "/profile/"


def test_nobody_changes_the_own_address(signed_in, rep):
    response = signed_in(rep).post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    assert response.headers["Location"] == "/profile/"
    assert not EmailAddress.objects.filter(email="new@example.org").exists()


def test_an_administrator_adds_a_person_with_a_team(signed_in, administrator, sales_team):
    fields = {
        "name": "Nora New",
        "email": "Nora@Example.org",
        "usable_password": "true",
        "password1": "quite another one",
        "password2": "quite another one",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-team": sales_team.pk,
        "memberships-0-role": "lead",
    }
    signed_in(administrator).post("/admin/accounts/user/add/", fields)
    nora = User.objects.get(email="nora@example.org")
    assert nora.check_password("quite another one")
    assert list(Membership.objects.filter(user=nora).values_list("team", "role")) == [(sales_team.pk, "lead")]


def test_the_old_address_opens_nothing_after_an_administrator_changed_it(signed_in, administrator, rep, client):
    EmailAddress.objects.create(user=rep, email=rep.email, primary=True, verified=True)
    fields = {
        "name": rep.name,
        "email": "robert@example.org",
        "is_active": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    signed_in(administrator).post(f"/admin/accounts/user/{rep.pk}/change/", fields)
    assert sign_in(client, "rob@example.org").status_code == 200
    assert "_auth_user_id" not in client.session
    assert sign_in(client, "robert@example.org").headers["Location"] == "/"


@pytest.mark.parametrize("where", ["", "accounts/user/", "accounts/user/add/", "accounts/team/", "accounts/team/add/"])
def test_administrators_see_people_and_teams_and_others_do_not(signed_in, administrator, sales_lead, where):
    assert signed_in(administrator).get(f"/admin/{where}").status_code == 200
    assert signed_in(sales_lead).get(f"/admin/{where}").status_code == 403


def test_the_demonstration_offers_its_people_one_click_away(client, db):
    shown = "Look around in the demonstration"
    assert shown not in client.get(SIGN_IN).text
    User.objects.create_user("clara@nordwind.example", sign_ins.PASSWORD, name="Clara Winter")
    page = client.get(SIGN_IN).text
    assert shown in page
    assert page.count('value="clara@nordwind.example"') == 1
    assert sign_in(client, "clara@nordwind.example", sign_ins.PASSWORD).headers["Location"] == "/"


def test_outside_the_demonstration_nobody_is_offered(client, db, settings):
    User.objects.create_user("clara@nordwind.example", sign_ins.PASSWORD, name="Clara Winter")
    settings.DEMO = False
    assert sign_ins.PASSWORD not in client.get(SIGN_IN).text


def test_in_german_nobody_is_called_by_the_first_name(client, rep, mailoutbox):
    client.cookies["django_language"] = "de"
    pages = [
        client.get("/accounts/password/reset/"),
        client.post("/accounts/password/reset/", {"email": rep.email}, follow=True),
        client.get("/accounts/password/reset/key/1-wrong/", follow=True),
        *(sign_in(client, rep.email, "wrong") for _try in range(6)),
    ]
    said = [page.text for page in pages] + [mail.body for mail in mailoutbox]
    assert len(said) == len(pages) + 1
    assert "Bitte versuchen Sie es" in said[-2]
    for text in said:
        assert not re.search(r"\b(du|dich|dir|dein\w*|versuche|wähle|gib)\b", text.split("<main")[-1], re.IGNORECASE), (
            text
        )
