"""What no browser sends is refused with 400 by one check, whichever page it is for."""

from importlib import import_module

import pytest
from django.test import RequestFactory
from django.urls import reverse

from smarketing.server.sound import has_sound_head, is_sound

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("address", ["/leads/?q=a%00b", "/leads/?a%00=b", "/leads/a%00b/", "/accounts/login/?next=%00"])
def test_a_nul_in_an_address_is_refused(address, client):
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("name", ["smarketing_session", "django_language", "messages", "csrftoken"])
def test_a_nul_in_a_cookie_is_refused_before_the_session_is_looked_up(name, client):
    assert client.get("/leads/", headers={"Cookie": f'{name}="\\000"'}).status_code == 400


@pytest.mark.parametrize("body", ["language=de%00", "language%00=de"])
def test_a_nul_in_a_form_is_refused_and_nothing_is_done(body, client):
    answer = client.post(reverse("set_language"), body, content_type=FORM)
    assert (answer.status_code, dict(answer.cookies)) == (400, {})


def test_a_nul_in_a_header_is_refused(client):
    assert client.get("/", headers={"X-Forwarded-For": "1\0"}).status_code == 400


@pytest.mark.parametrize("text", ["", "Ærø 💥", "\u2028\ufffe\x01"])
def test_what_is_text_is_sound(text):
    assert is_sound(text)


def test_half_a_character_is_not():
    assert not is_sound("a\ud800")


@pytest.mark.parametrize("charset", ["=base64", "=utf-16", "=raw_unicode_escape", "=none", "*=none''x"])
def test_the_server_answers_a_request_in_another_encoding_than_ours(charset):
    assert status({"CONTENT_TYPE": f"{FORM}; charset{charset}"}) == "400 Bad Request"


@pytest.mark.parametrize("head", [{"CONTENT_LENGTH": "abc"}, {"CONTENT_LENGTH": "-5"}])
def test_the_server_answers_a_length_that_is_no_number(head):
    assert status(head) == "400 Bad Request"


@pytest.mark.parametrize("charset", ["", "; charset=UTF-8", "; charset=utf8", '; charset="utf-8"'])
def test_what_browsers_send_comes_in(charset):
    assert has_sound_head({"CONTENT_TYPE": FORM + charset, "CONTENT_LENGTH": "12"})


def status(head: dict[str, str]) -> str:
    application = import_module("smarketing.wsgi").application  # asks the database, closed while tests are collected
    environ = RequestFactory().get("/accounts/login/", headers={"Host": "localhost"}).environ | head
    answers: list[str] = []
    b"".join(application(environ, lambda line, _headers, *_more: answers.append(line)))
    return answers[0]
