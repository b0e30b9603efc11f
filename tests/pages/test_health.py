"""What balancers and watchers are told."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils.timezone import now

from smarketing import signs
from tests.needs import IS_POSTGRES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_old_sign():
    cache.clear()


@pytest.mark.parametrize("address", ["/health", "/healthz"])
def test_a_balancer_comes_by_address_in_plain_http(address, settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["sla.example"], True
    answer = Client().get(address, headers={"Host": "10.1.2.3:8000"})
    assert (answer.status_code, answer.text) == (200, "ok")


def test_other_pages_still_ask_for_name_and_https(settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["sla.example"], True
    assert Client().get("/accounts/login/", headers={"Host": "sla.example"}).headers["Location"].startswith("https://")
    settings.SECURE_SSL_REDIRECT = False
    assert Client().get("/accounts/login/", headers={"Host": "10.1.2.3:8000"}).status_code == 400


def test_a_database_that_is_away_is_named_and_nothing_of_it_told(settings, monkeypatch, client):
    monkeypatch.setitem(signs.connection.settings_dict, "NAME", "/no/such/folder/secret-name")
    answer = client.get("/health")
    assert (answer.status_code, answer.text) == (503, "database: away")


def test_a_worker_that_never_was_is_missed_by_watchers_and_not_by_balancers(client):
    answer = client.get("/health/all")
    assert (answer.status_code, answer.text) == (503, "worker: no sign of life yet")
    assert client.get("/health").status_code == 200


def test_a_worker_that_lives_is_well_and_one_that_is_silent_is_said_since_when(client):
    signs.give_sign()
    assert client.get("/health/all").text == "ok"
    with time_machine.travel(now() + timedelta(minutes=7, seconds=1)):
        answer = client.get("/health/all")
    assert (answer.status_code, answer.text) == (503, "worker: silent for 7 min")


def test_a_worker_whose_clock_is_ahead_is_noticed(client, caplog):
    with time_machine.travel(now() + timedelta(minutes=5, seconds=1)):
        signs.give_sign()
        signs.give_sign()
    assert client.get("/health/all").text == "worker: its clock is wrong by 5 min"
    told = [record for record in caplog.records if "clock" in record.getMessage()]
    assert len(told) == (1 if IS_POSTGRES else 0)  # an SQLite file has no clock of its own to compare


@pytest.mark.skipif(not IS_POSTGRES, reason="left out: an SQLite file has no clock")
def test_also_one_that_is_behind(client):
    with time_machine.travel(now() - timedelta(minutes=5, seconds=1)):
        signs.give_sign()
    assert client.get("/health/all").text == "worker: its clock is wrong by 5 min"
