"""The worker's sign of life, with what its clock shows: whoever asks how the portal is reads it."""

import logging
from datetime import datetime, timedelta
from typing import Any

from celery import bootsteps
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils.timezone import now

logger = logging.getLogger(__name__)
KEY, EVERY_SECONDS = "worker-sign-of-life", 20
SILENT, WRONG = timedelta(seconds=90), timedelta(minutes=2)


class SignOfLife(bootsteps.StartStopStep):
    requires = ("celery.worker.components:Timer",)

    def start(self, worker: Any) -> None:
        give_sign()
        worker.timer.call_repeatedly(EVERY_SECONDS, give_again)


def give_again() -> None:
    give_sign()
    close_old_connections()


def give_sign() -> None:
    try:
        ahead = clock_ahead()
        before = cache.get(KEY)
        cache.set(KEY, (now(), ahead), timeout=None)
        if abs(ahead) > WRONG and not (before and abs(before[1]) > WRONG):
            logger.error("The clock of this machine is wrong by %s: set it, for due times are judged by it.", ahead)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("The worker could not give a sign of life: %s", type(error).__name__)


def clock_ahead() -> timedelta:
    """Of the database's; an SQLite file has none but ours."""
    if connection.vendor != "postgresql":
        return timedelta()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    return now() - theirs


def worker_fault() -> str:
    """In a few words; empty if it is well."""
    sign = cache.get(KEY)
    if sign is None:
        return "no sign of life yet"
    at, ahead = sign
    since = now() - (at - ahead)
    if abs(ahead) > WRONG or since < -WRONG:
        return f"its clock is wrong by {in_minutes(max(abs(ahead), -since))}"
    return f"silent for {in_minutes(since)}" if since > SILENT else ""


def in_minutes(span: timedelta) -> str:
    return f"{span // timedelta(minutes=1)} min"
