"""On SQLite everybody's turn comes soon, also beside work that writes again and again."""

import time

import pytest
from django.db import connection, transaction

from smarketing.accounts.models import Team
from smarketing.server.giving_way import FIRST, HELD, LEAST, Pace, give_way
from tests.needs import IS_POSTGRES
from tests.threads import at_once

SECONDS = 8


@pytest.mark.skipif(IS_POSTGRES, reason="PostgreSQL has many writers")
@pytest.mark.django_db(transaction=True)
def test_whoever_writes_beside_long_work_waits_for_less_than_a_second():
    until = time.monotonic() + SECONDS

    def work() -> int:
        turns = 0
        while time.monotonic() < until:
            with transaction.atomic():
                time.sleep(HELD)
            give_way()
            turns += 1
        return turns

    def person() -> list[float]:
        waits = []
        while time.monotonic() < until:
            begun = time.monotonic()
            with transaction.atomic():
                Team.objects.filter(pk=0).update(name="x")
                time.sleep(0.01)
            waits.append(time.monotonic() - begun)
            time.sleep(0.05)
        return waits

    turns, *people = at_once(work, *[person] * 5)
    waits = sorted(wait for waits in people for wait in waits)
    assert turns > SECONDS / HELD / 4  # the work gets on, too
    assert waits[-1 - len(waits) // 50] < 1  # the machine may have much else to do in a moment
    assert waits[-1] < 2


@pytest.mark.skipif(IS_POSTGRES, reason="PostgreSQL has many writers")
@pytest.mark.django_db(transaction=True)
def test_a_statement_of_its_own_waits_for_its_turn_too():
    """Without a transaction around it."""

    def work() -> None:
        with transaction.atomic():
            time.sleep(1)

    def person() -> float:
        time.sleep(0.3)
        begun = time.monotonic()
        Team.objects.filter(pk=0).update(name="x")
        return time.monotonic() - begun

    _none, waited = at_once(work, person)
    assert 0.3 < waited < 2


@pytest.mark.django_db
def test_what_goes_into_a_transaction_follows_from_the_time_the_last_one_took():
    pace = Pace(2000)
    if connection.vendor == "postgresql":
        pace.took(2000, 9.0)
        assert pace.rows == 2000
        return
    assert pace.rows == FIRST
    for rows, seconds, following in ((400, HELD, 400), (400, HELD / 10, 800), (800, HELD / 10, 1600)):
        pace.took(rows, seconds)
        assert pace.rows == following
    pace.took(1600, HELD / 10)
    assert pace.rows == 2000
    pace.took(2000, 2 * HELD)
    assert pace.rows == 1000
    pace.took(1000, 1000 * HELD)
    assert pace.rows == LEAST
    assert Pace(1).rows == 1
