"""One person holds a share of a process' places, everybody finds one in time, and who cannot is told so."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from smarketing.accounts.models import User
from smarketing.server import places
from smarketing.server.places import Places, PlacesMiddleware


@pytest.fixture(autouse=True)
def _without_a_database() -> Iterator[None]:
    """An answer that is closed would look after connections that these tests do not have."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


@pytest.fixture
def middleware(monkeypatch) -> PlacesMiddleware:
    """Four places, two to a person; whoever waits for one does so for a moment."""
    monkeypatch.setattr(places, "PATIENCE", 0.05)
    made = PlacesMiddleware(lambda request: HttpResponse("done"))
    made.places = Places(places=4, share=2, waiting=4)
    made.known = {name: name for name in ("ann", "bob", "cid")}
    return made


def asked(middleware: PlacesMiddleware, session: str, path: str = "/leads/") -> HttpResponse:
    request = RequestFactory().get(path, headers={"Cookie": f"smarketing_session={session}"})
    request.META["wsgi.multithread"] = True
    return middleware(request)


def held(middleware: PlacesMiddleware, session: str, count: int) -> list[HttpResponse]:
    """Answers that are still being sent."""
    return [asked(middleware, session) for _n in range(count)]


def test_a_person_with_ten_tabs_leaves_the_others_their_places(middleware):
    held(middleware, "ann", 2)
    refused = asked(middleware, "ann")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    assert "You have too much open at once" in refused.text
    assert [answer.status_code for answer in held(middleware, "bob", 2)] == [200, 200]


def test_when_all_places_are_held_it_is_said_so_and_the_health_is_told_all_the_same(middleware):
    held(middleware, "ann", 2)
    held(middleware, "bob", 2)
    refused = asked(middleware, "cid")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "very many people" in refused.text
    assert asked(middleware, "cid", "/health").text == "done"


def test_a_place_is_free_again_when_the_last_byte_is_sent(middleware):
    middleware.get_response = lambda request: StreamingHttpResponse(["a", "b"])
    first, _second = held(middleware, "ann", 2)
    first.getvalue()
    assert asked(middleware, "ann").status_code == 429
    first.close()
    assert asked(middleware, "ann").status_code == 200


def test_whoever_waits_gets_the_place_that_becomes_free(middleware, monkeypatch):
    monkeypatch.setattr(places, "PATIENCE", 30)
    first, _second = held(middleware, "ann", 2)
    answers: list[int] = []
    with waiting(middleware, lambda: answers.append(asked(middleware, "ann").status_code)):
        first.close()
    assert answers == [200]


def test_not_everybody_can_wait_and_one_person_not_in_all_places_of_waiting(middleware, monkeypatch):
    monkeypatch.setattr(places, "PATIENCE", 30)
    first, second = held(middleware, "ann", 2)
    answers: list[int] = []

    def ask() -> None:
        response = asked(middleware, "ann")
        response.close()
        answers.append(response.status_code)

    with waiting(middleware, ask, ask):
        assert asked(middleware, "ann").status_code == 429  # at once
        first.close()
        second.close()
    assert answers == [200, 200]


def test_sessions_that_nobody_has_seen_are_one_person(middleware):
    assert [asked(middleware, session).status_code for session in ("", "made up", "another")] == [200, 200, 429]


def test_a_session_counts_for_its_owner_from_its_second_request_on(middleware):
    def answer(request):
        request.user = User(pk=7)
        return HttpResponse("done")

    middleware.get_response = answer
    for session in ("one", "two"):  # two browsers of one person
        asked(middleware, session).close()
    assert [asked(middleware, session).status_code for session in ("one", "two", "two")] == [200, 200, 429]


def test_a_fault_gives_the_place_back(middleware):
    def fail(request):
        raise KeyError

    middleware.get_response = fail
    for _n in range(5):
        with pytest.raises(KeyError):
            asked(middleware, "ann")
    assert middleware.places.held.total() == 0


@contextmanager
def waiting(middleware: PlacesMiddleware, *works) -> Iterator[None]:
    """With threads that wait for a place."""
    threads = [Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    pause = Event()
    while middleware.places.waits.total() < len(works):
        pause.wait(0.01)
    yield
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
