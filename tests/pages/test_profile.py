import pytest
from django.conf import settings

LANGUAGE_COOKIE = settings.LANGUAGE_COOKIE_NAME


def test_a_person_changes_name_and_language(signed_in, rep):
    client = signed_in(rep)
    response = client.post("/profile/", {"name": "Robert Rep", "language": "da"}, follow=True)
    rep.refresh_from_db()
    assert (rep.name, rep.language) == ("Robert Rep", "da")
    assert '<html lang="da">' in response.text


@pytest.mark.parametrize("sent", [{"name": ""}, {"name": "Rob", "language": "xx"}])
def test_a_wrong_profile_is_refused_and_keeps_what_was_typed(signed_in, rep, sent):
    response = signed_in(rep).post("/profile/", sent)
    rep.refresh_from_db()
    assert response.status_code == 422
    assert "is-invalid" in response.text
    assert (rep.name, rep.language) == ("Rob Rep", "")


def test_nobody_makes_himself_an_administrator(signed_in, rep):
    fields = {"name": "Rob", "is_superuser": "on", "email": "x@example.org"}
    signed_in(rep).post("/profile/", fields)
    rep.refresh_from_db()
    assert (rep.is_superuser, rep.email) == (False, "rob@example.org")


def test_the_profile_needs_a_sign_in(client, db):
    assert client.get("/profile/").headers["Location"] == "/accounts/login/?next=/profile/"


def test_the_language_is_kept_for_this_browser(client, db):
    response = client.post("/language/", {"language": "de", "next": "/accounts/login/?next=/leads/"})
    assert response.headers["Location"] == "/accounts/login/?next=/leads/"
    assert client.cookies[LANGUAGE_COOKIE].value == "de"
    assert '<html lang="de">' in client.get("/accounts/login/").text


def test_the_language_is_kept_for_the_person(signed_in, rep):
    signed_in(rep).post("/language/", {"language": "da"})
    rep.refresh_from_db()
    assert rep.language == "da"


def test_an_unknown_language_changes_nothing(client, db):
    client.post("/language/", {"language": "../../etc"})
    assert LANGUAGE_COOKIE not in client.cookies


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_the_language_switch_leads_nowhere_else(client, db, elsewhere):
    response = client.post("/language/", {"language": "de", "next": elsewhere})
    assert response.headers["Location"] == "/"


def test_the_language_is_not_switched_by_a_link(client, db):
    assert client.get("/language/?language=de").status_code == 405
