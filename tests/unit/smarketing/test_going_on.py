"""Where an answer leads whose session, token or address is not what it should be."""

from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast

pytestmark = pytest.mark.django_db
QUEUE = "http://testserver/leads/queue/?whose=team&clock=overdue"


def next_of(address: str) -> str:
    path, _question, query = address.partition("?next=")
    assert path == reverse("account_login")
    return unquote(query)


def test_a_part_of_a_page_without_a_session_leads_to_signing_in_and_back_to_the_page(client):
    answer = client.get("/leads/queue/", headers={"HX-Request": "true", "HX-Current-URL": QUEUE})
    assert answer.status_code == 401
    assert next_of(answer.headers["HX-Redirect"]) == "/leads/queue/?whose=team&clock=overdue"


def test_a_button_pressed_without_a_session_leads_back_to_its_page_not_to_its_address(client, north):
    handoff = cast.handed(north)
    answer = client.post(reverse("leads:accept", args=[handoff.pk]), headers={"Referer": QUEUE})
    assert (answer.status_code, next_of(answer.url)) == (302, "/leads/queue/?whose=team&clock=overdue")


@pytest.mark.parametrize("elsewhere", ["", "https://evil.example/leads/", "//evil.example/x", "javascript:alert(1)"])
def test_nobody_is_led_to_a_foreign_page(client, elsewhere):
    answer = client.post("/leads/hand-over/", headers={"Referer": elsewhere})
    part = client.get("/leads/queue/", headers={"HX-Request": "true", "HX-Current-URL": elsewhere})
    assert next_of(answer.url) == next_of(part.headers["HX-Redirect"]) == "/"


def test_a_page_asked_for_without_a_session_is_where_one_goes_on_whatever_the_referer(client):
    answer = client.get("/leads/?q=ada", headers={"Referer": QUEUE})
    assert next_of(answer.url) == "/leads/?q=ada"


def test_a_token_that_is_too_old_reloads_the_page_that_asked_for_a_part(rep, north):
    client = Client(enforce_csrf_checks=True)
    client.force_login(rep, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("leads:accept", args=[cast.handed(north).pk])
    answer = client.post(address, headers={"HX-Request": "true", "HX-Current-URL": QUEUE})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (403, "true")
    assert "has been reloaded. Please try again." in client.get("/leads/queue/").text


@pytest.mark.parametrize("view", ["leads:close", "leads:send_back", "leads:attempt"])
def test_the_address_of_a_form_that_was_refused_can_be_loaded_again(view, signed_in, rep, north):
    handoff = cast.handed(north)
    answer = signed_in(rep).get(reverse(view, args=[handoff.pk]))
    assert (answer.status_code, answer.url.partition("#")[0]) == (302, handoff.lead.get_absolute_url())


def test_so_can_that_of_the_calculator(signed_in, sales_lead, north):
    answer = signed_in(sales_lead).get(reverse("agreements:agree", args=["north"]))
    assert (answer.status_code, answer.url) == (302, reverse("agreements:calculator", args=["north"]))


def test_such_an_address_shows_a_stranger_nothing(signed_in, stranger, north):
    handoff = cast.handed(north)
    assert signed_in(stranger).get(reverse("leads:close", args=[handoff.pk])).status_code == 404


@pytest.mark.parametrize(("path", "status"), [("/admin/", 403), ("/leads/999999/", 404), ("/no/such/page", 404)])
def test_a_refused_person_keeps_the_navigation(path, status, signed_in, rep):
    answer = signed_in(rep).get(path)
    assert answer.status_code == status
    assert 'class="place"' in answer.text


def test_pages_are_compressed_and_padded_at_random(signed_in, rep, north):
    client = signed_in(rep)
    answers = [client.get("/leads/queue/", headers={"Accept-Encoding": "gzip"}) for _n in range(8)]
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert len({len(answer.content) for answer in answers}) > 1
    assert "Accept-Encoding" in answers[0].headers["Vary"]


NO_PAGE_OF_OURS = (
    *(
        "abc",
        "home",
        "leads:queue",
        "next",
        "9999-12-31T23:59",
        "",
        ".",
        "?page=1",
        "#x",
        "/no/such/page/",
        "/\\evil.example",
    ),
    *("//evil.example", "https://evil.example/leads/", "http://[", "javascript:x", "/leads/?q=" + "a" * 2000),
)


@pytest.mark.parametrize("wanted", NO_PAGE_OF_OURS)
def test_whoever_asks_for_no_page_of_ours_is_led_to_the_usual_one(wanted, north, sales_lead, client, signed_in):
    handoff = cast.handed(north)
    accepted = signed_in(sales_lead).post(reverse("leads:accept", args=[handoff.pk]), {"next": wanted})
    assert (accepted.status_code, accepted.url) == (302, handoff.lead.get_absolute_url())
    chosen = client.post(reverse("set_language"), {"language": "de", "next": wanted})
    assert (chosen.status_code, chosen.url) == (302, "/")
    form = {"login": sales_lead.email, "password": cast.PASSWORD, "next": wanted}
    assert client.post(reverse("account_login"), form).url == "/"


@pytest.mark.parametrize("wanted", ["/leads/?q=ä#row", "http://testserver/leads/?q=ä", "/leads/queue/"])
def test_a_page_of_ours_is_gone_on_with_by_its_path(wanted, client):
    chosen = client.post(reverse("set_language"), {"language": "de", "next": wanted})
    assert unquote(chosen.url) == wanted.removeprefix("http://testserver").partition("#")[0]
