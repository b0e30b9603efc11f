import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from smarketing.lib import htmx
from smarketing.lib.notices import say


@pytest.fixture
def request_of():
    def made(**headers):
        request = RequestFactory().get("/", headers=headers)
        request._messages = CookieStorage(request)
        HtmxMiddleware(lambda request: None)(request)
        return request

    return made


def test_only_a_part_is_answered_with_a_part(request_of):
    assert htmx.is_partial(request_of(**{"HX-Request": "true"}))
    assert not htmx.is_partial(request_of())
    assert not htmx.is_partial(request_of(**{"HX-Request": "true", "HX-Boosted": "true"}))
    assert not htmx.is_partial(request_of(**{"HX-Request": "true", "HX-History-Restore-Request": "true"}))


def test_messages_travel_beside_the_part(request_of):
    request = request_of(**{"HX-Request": "true"})
    say(request, "Attempt <recorded>.", undo="/leads/1/undo/")
    html = htmx.messages_part(request)
    assert 'id="messages"' in html
    assert 'hx-swap-oob="innerHTML"' in html
    assert "Attempt &lt;recorded&gt;." in html
    assert 'action="/leads/1/undo/"' in html


def test_without_messages_nothing_is_swapped_beside(request_of):
    assert htmx.messages_part(request_of()) == ""


def test_a_message_that_was_answered_is_not_shown_again_on_the_next_page(request_of):
    request = request_of()
    say(request, "Once.", level=messages.WARNING)
    assert "alert-warning" in htmx.messages_part(request)
    assert request._messages.used
