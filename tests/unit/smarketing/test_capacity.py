"""Places, threads and connections fit each other, and the system checks notice where they do not."""

import pytest
from django.conf import settings

from smarketing import checks
from smarketing.server import capacity
from tests.needs import IS_POSTGRES

pytestmark = pytest.mark.django_db


def ids(messages) -> list[str]:
    return [message.id for message in messages]


def test_a_pool_with_fewer_connections_than_places_is_refused(monkeypatch):
    options = {"pool": {"max_size": capacity.PLACES}}
    monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", options)
    assert ids(checks.every_place_has_a_connection()) == ["smarketing.E020"]
    options["pool"]["max_size"] += 1
    assert ids(checks.every_place_has_a_connection()) == []


def test_a_number_that_cannot_be_read_is_refused(monkeypatch):
    for text, found in (("many", ["smarketing.E021"]), ("1", ["smarketing.E021"]), ("2", []), ("", [])):
        monkeypatch.setenv("WEB_PLACES", text)
        assert ids(checks.numbers_can_be_read()) == found


def test_a_server_without_room_for_all_connections_is_named(monkeypatch):
    assert ids(checks.the_server_has_room(databases=["default"])) == []
    monkeypatch.setattr(capacity, "CONNECTIONS", 1000)
    found = ids(checks.the_server_has_room(databases=["default"]))
    assert found == (["smarketing.W022"] if IS_POSTGRES else [])
