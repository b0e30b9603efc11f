"""A session ends after its hours, or earlier when nobody is there; one signs in and goes on."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils.timezone import now

pytestmark = pytest.mark.django_db
PAGE = "/leads/queue/"


@pytest.fixture
def day(signed_in, rep, north):
    """Asks for the page at so many hours after signing in."""
    client, began = signed_in(rep), now()

    def ask(hours, **headers):
        with time_machine.travel(began + timedelta(hours=hours), tick=False):
            return client.get(PAGE, headers=headers)

    ask(0)
    return ask


def test_whoever_works_stays_signed_in_for_twelve_hours_and_no_longer(day):
    assert [day(hours).status_code for hours in (2, 4, 6, 8, 10, 11.9)] == [200] * 6
    answer = day(12.1)
    assert (answer.status_code, answer.url) == (302, f"{reverse('account_login')}?next={PAGE}")


def test_after_three_idle_hours_one_signs_in_again(day):
    assert day(2.9).status_code == 200
    assert day(5.95).status_code == 302
    assert day(5.96).status_code == 302


def test_a_part_of_a_page_leads_to_signing_in_and_back(day):
    answer = day(3.1, **{"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}?whose=team"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == f"{reverse('account_login')}?next={PAGE}%3Fwhose%3Dteam"


def test_a_form_that_is_sent_too_late_is_told_that_nothing_was_saved(signed_in, marketer, north):
    began = now()
    with time_machine.travel(began, tick=False):
        client = signed_in(marketer)
        client.get(PAGE)
    with time_machine.travel(began + timedelta(hours=13), tick=False):
        page = client.post(reverse("leads:new"), {"name": "Ada"}, follow=True)
    assert page.redirect_chain[0][0].startswith(reverse("account_login"))
    assert "You have been signed out, and nothing was saved." in page.text


def test_the_hours_are_settings(day, settings):
    settings.SESSION_HOURS, settings.SESSION_IDLE_HOURS = 2, 1
    assert [day(hours).status_code for hours in (0.9, 1.8, 2.1)] == [200, 200, 302]


def test_that_somebody_is_there_is_not_written_with_every_request(signed_in, rep, north, django_assert_max_num_queries):
    client, at = signed_in(rep), now()
    with time_machine.travel(at, tick=False):
        client.get(PAGE)
    before = client.session["began_and_seen"]
    with time_machine.travel(at + timedelta(seconds=30), tick=False):
        client.get(PAGE)
    assert client.session["began_and_seen"] == before
    with time_machine.travel(at + timedelta(seconds=90), tick=False):
        client.get(PAGE)
    assert client.session["began_and_seen"] != before


def test_signing_in_anew_begins_anew(client, rep, north):
    began, form = now(), {"login": rep.email, "password": "a long demonstration password"}
    with time_machine.travel(began, tick=False):
        client.post(reverse("account_login"), form)
        assert client.get(PAGE).status_code == 200
    with time_machine.travel(began + timedelta(hours=13), tick=False):
        assert client.get(PAGE).status_code == 302
        assert client.post(reverse("account_login"), {**form, "next": PAGE}).url == PAGE
        assert client.get(PAGE).status_code == 200


def test_the_cookie_of_a_session_ends_with_the_browser(client, rep):
    client.post(reverse("account_login"), {"login": rep.email, "password": "a long demonstration password"})
    assert client.cookies["smarketing_session"]["max-age"] == ""
