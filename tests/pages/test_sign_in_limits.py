"""Guesses are held, and nobody is kept out by the guesses of others."""

import re
from time import perf_counter

import pytest
from django.contrib.auth import signals
from django.core import mail
from django.core.cache import cache
from django.test import Client

from smarketing.accounts.adapter import BROWSER_COOKIE
from smarketing.accounts.models import User
from tests import cast
from tests.threads import at_once

SIGN_IN, RESET = "/accounts/login/", "/accounts/password/reset/"
GUESSES, HELD = 60, 5
TOO_MANY = "Too many failed login attempts"


@pytest.fixture(autouse=True)
def _no_old_rate_limits(db):
    cache.clear()


@pytest.fixture
def examined():
    """How many passwords were looked at, and found wrong."""
    found = []

    def note(**about):
        found.append(about["credentials"]["email"])

    signals.user_login_failed.connect(note)
    yield found
    signals.user_login_failed.disconnect(note)


def sign_in(client, email, password=cast.PASSWORD, **more):
    return client.post(SIGN_IN, {"login": email, "password": password}, **more)


def is_in(client):
    return "_auth_user_id" in client.session


def known_browser(person):
    client = Client()
    assert sign_in(client, person.email).status_code == 302
    client.post("/accounts/logout/")
    assert not is_in(client)
    return client


def address(n):
    return f"198.51.100.{n}"


def test_of_a_burst_against_one_account_five_guesses_are_examined(client, rep, examined):
    answers = [sign_in(client, rep.email, f"guess {n}") for n in range(GUESSES)]
    assert len(examined) == HELD
    assert TOO_MANY in answers[-1].text


def test_also_from_as_many_addresses(client, rep, examined):
    for n in range(GUESSES):
        sign_in(client, rep.email, f"guess {n}", REMOTE_ADDR=address(n))
    assert len(examined) == HELD


def test_also_against_as_many_accounts(client, rep, examined):
    for n in range(GUESSES):
        sign_in(client, f"person{n}@example.org", REMOTE_ADDR=address(1))
    assert len(examined) == HELD


def test_also_with_a_host_or_an_origin_made_up_each_time(client, rep, examined):
    for n in range(GUESSES):
        made_up = {"Host": f"localhost:{1000 + n}", "X-Forwarded-For": address(n)}
        sign_in(client, rep.email, f"guess {n}", headers=made_up, REMOTE_ADDR=address(n))
    assert len(examined) == HELD


@pytest.mark.parametrize("trusted", [[], ["127.0.0.1"]])
def test_behind_a_proxy_the_address_it_tells_is_counted_and_no_other(client, rep, examined, settings, trusted):
    settings.TRUSTED_PROXIES = trusted
    for n in range(GUESSES):
        sign_in(client, f"person{n}@example.org", headers={"X-Forwarded-For": f"{address(n)}, {address(200)}"})
    assert len(examined) == HELD
    other = Client()
    sign_in(other, rep.email, headers={"X-Forwarded-For": address(201)})
    assert is_in(other) is bool(trusted)  # unconfigured, all behind it are one


@pytest.mark.django_db(transaction=True)
def test_also_all_at_once(rep, examined):
    answers = at_once(*[lambda: sign_in(Client(), rep.email, "guess")] * 12)
    assert {answer.status_code for answer in answers} == {200}
    assert 0 < len(examined) <= HELD


def test_the_right_password_of_a_known_browser_passes_whatever_others_guess(rep, examined):
    known = known_browser(rep)
    for n in range(GUESSES):
        sign_in(Client(), rep.email, f"guess {n}")
        sign_in(Client(), f"nobody{n}@example.org")
    unknown = Client()
    sign_in(unknown, rep.email)
    sign_in(known, rep.email)
    assert (is_in(unknown), is_in(known)) == (False, True)


def test_a_known_browser_may_guess_no_more_than_others(rep, examined):
    known = known_browser(rep)
    for n in range(GUESSES):
        sign_in(known, rep.email, f"guess {n}")
    assert len(examined) == HELD


def test_a_browser_is_known_by_who_signed_in_there_and_by_nobody_else(rep, sales_lead, examined):
    known = known_browser(rep)
    for n in range(HELD):
        sign_in(Client(), sales_lead.email, f"guess {n}")
    sign_in(known, sales_lead.email)
    assert not is_in(known)


def test_two_people_of_one_browser_are_both_known(rep, sales_lead):
    known = known_browser(rep)
    sign_in(known, sales_lead.email)
    known.post("/accounts/logout/")
    for _n in range(HELD + 1):
        sign_in(Client(), rep.email, "guess")
        sign_in(Client(), sales_lead.email, "guess")
    for person in (rep, sales_lead):
        sign_in(known, person.email)
        assert known.session["_auth_user_id"] == str(person.pk)
        known.post("/accounts/logout/")


def test_a_made_up_mark_of_a_browser_opens_nothing(rep, examined):
    forger = Client()
    value = known_browser(rep).cookies[BROWSER_COOKIE].value
    forger.cookies[BROWSER_COOKIE] = value.replace(value[:4], "AAAA")
    for n in range(GUESSES):
        sign_in(forger, rep.email, f"guess {n}")
    sign_in(forger, rep.email)
    assert (len(examined), is_in(forger)) == (HELD, False)


def test_the_mark_of_a_browser_is_kept_from_scripts_and_from_other_pages(rep):
    mark = known_browser(rep).cookies[BROWSER_COOKIE]
    assert (mark["httponly"], mark["path"], mark["samesite"], mark["max-age"]) == (True, SIGN_IN, "Lax", 31_536_000)


def test_right_passwords_behind_one_address_use_nothing_up(north):
    people = [cast.person(f"p{n}@example.org", north.sales_team) for n in range(40)]
    for person in people:
        client = Client()
        sign_in(client, person.email)
        assert is_in(client)


def test_many_guessed_names_do_not_make_the_portal_forget_what_it_counted(client, rep, examined):
    for n in range(HELD):
        sign_in(client, rep.email, f"guess {n}", REMOTE_ADDR=address(1))
    for n in range(400):
        cache.set(f"z{n}", n)
    sign_in(client, rep.email, "guess", REMOTE_ADDR=address(2))
    assert len(examined) == HELD


def test_letters_for_a_new_password_are_held_by_address(client, rep):
    answers = [client.post(RESET, {"email": f"nobody{n}@example.org"}) for n in range(GUESSES)]
    assert [answer.status_code for answer in answers].count(302) == HELD
    assert "Please wait ten minutes" in answers[-1].text


def test_nobody_is_flooded_with_letters_from_many_addresses(client, rep):
    for n in range(GUESSES):
        client.post(RESET, {"email": rep.email}, REMOTE_ADDR=address(n))
    assert len(mail.outbox) == 3


def test_who_is_kept_out_of_a_new_browser_gets_in_by_a_letter(rep):
    client = Client()
    for _n in range(HELD + 1):
        sign_in(Client(), rep.email, "guess", REMOTE_ADDR=address(1))
    client.post(RESET, {"email": rep.email})
    [link] = [word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "quite another one", "password2": "quite another one"})
    assert is_in(client)
    client.post("/accounts/logout/")
    sign_in(client, rep.email, "quite another one")
    assert is_in(client)


def test_who_left_is_answered_as_with_a_wrong_password_and_counted_so(client, rep, examined):
    User.objects.update(is_active=False)
    right, wrong = sign_in(client, rep.email), sign_in(client, rep.email, "wrong")
    assert (right.status_code, shown(right)) == (200, shown(wrong))
    for _n in range(GUESSES):
        sign_in(client, rep.email)
    assert len(examined) == HELD


def test_and_takes_as_long(client, rep, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    rep.set_password(cast.PASSWORD)
    rep.is_active = False
    rep.save()

    def quickest(email, password):
        took = []
        for _n in range(4):
            cache.clear()
            begun = perf_counter()
            sign_in(client, email, password)
            took.append(perf_counter() - begun)
        return min(took)

    right, wrong = quickest(rep.email, cast.PASSWORD), quickest(rep.email, "wrong")
    nobody = quickest("nobody@example.org", "wrong")
    assert max(right, wrong, nobody) < 1.6 * min(right, wrong, nobody)


def shown(response):
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "token", response.text)


def test_a_proxy_that_nobody_named_is_told_of_once(client, rep, caplog):
    for n in range(3):
        sign_in(client, rep.email, "guess", headers={"X-Forwarded-For": address(n)}, REMOTE_ADDR="10.9.8.7")
    [line] = [record.getMessage() for record in caplog.records if "TRUSTED_PROXIES" in record.getMessage()]
    assert line.startswith("10.9.8.7 forwards for others")
