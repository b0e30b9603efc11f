"""A tick is sent once, however many beats there are; a beat lives through what it needs being away."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.utils.timezone import now

from smarketing.beat import OneTick
from smarketing.celery import app

pytestmark = pytest.mark.django_db(transaction=True)  # the scheduler closes connections


@pytest.fixture(autouse=True)
def _nobody_ticked():
    cache.clear()


def sent():
    """The ids of the messages that lie in the broker's folder."""
    queue = settings.BROKER_DIR / "queue"
    return {json.loads(path.read_text())["headers"]["id"] for path in queue.glob("*.celery.msg")}


def tick(beat):
    beat.apply_entry(beat.schedule["sweep"], producer=beat.producer)


def test_of_two_beats_one_sends_and_the_other_says_that_one_is_enough(caplog):
    before = sent()
    beats = [OneTick(app), OneTick(app)]
    for beat in beats:
        tick(beat)
    assert len(sent() - before) == 1
    assert "one beat is enough" in caplog.text


def test_a_minute_later_the_next_is_sent_by_whoever_lives():
    before = sent()
    beats, at = [OneTick(app), OneTick(app)], now()
    tick(beats[0])
    with time_machine.travel(at + timedelta(seconds=30)):
        tick(beats[1])
    assert len(sent() - before) == 1
    with time_machine.travel(at + timedelta(seconds=59.9)):
        tick(beats[0])
    assert len(sent() - before) == 2
    with time_machine.travel(at + timedelta(seconds=150)):
        tick(beats[1])
    assert len(sent() - before) == 3


def test_a_broker_that_takes_nothing_is_told_in_a_line(caplog, monkeypatch):
    beat = OneTick(app)
    monkeypatch.setitem(app.conf["broker_transport_options"], "data_folder_in", "/dev/null/queue")
    tick(beat)
    (line,) = caplog.text.strip().splitlines()
    assert "sweep could not be sent: Couldn't apply scheduled task sweep: [Errno 20]" in line
