import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from smarketing.accounts.models import Membership, Role
from tests import cast


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("rep", "leads:queue"),
        ("sales_lead", "leads:queue"),
        ("marketer", "reports:home"),
        ("leader", "reports:scorecards"),
        ("administrator", "agreements:list"),
    ],
)
def test_each_role_lands_on_its_own_work(request, signed_in, who, where):
    response = signed_in(request.getfixturevalue(who)).get("/")
    assert response.headers["Location"] == reverse(where)


def test_the_reports_ask_the_same_queries_for_two_agreements_and_for_three(
    signed_in, north, south, leader, django_assert_num_queries
):
    client = signed_in(leader)
    Membership.objects.create(user=leader, team=south.sales_team, role=Role.LEADERSHIP)
    client.get(reverse("reports:home"))
    with django_assert_num_queries(5):
        assert client.get(reverse("reports:home")).text.count("<tr>") == 3
    third = cast.agreement("third")
    Membership.objects.create(user=leader, team=third.sales_team, role=Role.LEADERSHIP)
    with django_assert_num_queries(5):
        assert client.get(reverse("reports:home")).text.count("<tr>") == 4


def test_somebody_without_a_team_is_told_what_to_do(signed_in, db):
    response = signed_in(cast.person("new@example.org", name="Nora New")).get("/")
    assert response.status_code == 200
    assert "Welcome, Nora" in response.text
    assert "<strong>new@example.org</strong>" in response.text


def test_a_stranger_is_sent_to_the_sign_in_page(client, db):
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


def test_the_page_for_nobody_offers_no_places(signed_in, db):
    assert 'class="place"' not in signed_in(cast.person("new@example.org")).get("/").text


def test_a_missing_page_is_answered_in_the_look_and_in_the_language_without_a_query(
    client, db, django_assert_num_queries
):
    with django_assert_num_queries(0):
        response = client.get("/no/such/page", headers={"Accept-Language": "de"})
    assert response.status_code == 404
    assert '<html lang="de">' in response.text
    assert 'class="bar"' in response.text


def test_a_page_of_another_role_is_refused_helpfully(signed_in, rep):
    response = signed_in(rep).get("/admin/")
    assert response.status_code == 403
    assert "belongs to another role" in response.text


@contextmanager
def the_database_away() -> Iterator[None]:
    def refuse(execute, sql, params, many, context):
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(refuse):
        yield


def test_a_fault_is_answered_without_the_database(settings, monkeypatch, django_assert_num_queries, db):
    client = Client(raise_request_exception=False)
    monkeypatch.setattr("smarketing.roof.views.next_url", None)
    settings.DEBUG = False
    with django_assert_num_queries(0):
        response = client.post("/language/", {"language": "de"})
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text


def test_a_refusal_is_a_line_in_the_console_and_no_traceback(signed_in, rep, caplog):
    caplog.handler.setFormatter(logging.Formatter(settings.LOGGING["formatters"]["line"]["format"]))
    assert signed_in(rep).get("/leads/new/").status_code == 403
    (line,) = caplog.text.splitlines()
    assert line.endswith("WARNING django.request Forbidden (Permission denied): /leads/new/")


def test_a_form_from_elsewhere_is_refused_in_the_look(db):
    response = Client(enforce_csrf_checks=True).post("/language/", {"language": "de"})
    assert response.status_code == 403
    assert "Please send it again" in response.text


def test_health_takes_no_connection_that_others_may_hold(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert [client.get(address).text for address in ("/health", "/healthz")] == ["ok", "ok"]


def test_while_the_database_is_away_it_is_said_so_in_the_readers_language(settings, db):
    client = Client(raise_request_exception=False, headers={"Accept-Language": "de"})
    settings.DEBUG = False
    client.cookies[settings.SESSION_COOKIE_NAME] = "somebody"  # asks for the person behind it
    with the_database_away():
        response = client.get("/agreements/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "Das Portal kann gerade nicht antworten" in response.text


def test_no_page_has_inline_scripts_or_styles(signed_in, rep, client):
    for page in (signed_in(rep).get("/styleguide/").text, client.get("/accounts/login/").text):
        assert re.findall(r"<(?!rect|path|circle|li class=.sketch)[^>]* style=", page) == []
        assert "<style" not in page
        assert page.count("<script") == page.count("<script src=") + page.count('type="application/json"')
        assert " onclick=" not in page
