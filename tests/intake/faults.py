"""What happens to an installation. Each fault begins, lasts, and ends; then the portal must come back by itself."""

import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress

from tests.intake.site import Intake

LASTS_SECONDS = 3.0


def web_worker_killed(intake: Intake) -> None:
    for child in random.sample(intake.children("web"), 1):
        os.kill(child, signal.SIGKILL)


def all_web_workers_killed(intake: Intake) -> None:
    for child in intake.children("web"):
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def web_master_killed(intake: Intake) -> None:
    intake.send("web", signal.SIGKILL)


def web_told_to_stop(intake: Intake) -> None:
    intake.send("web", signal.SIGTERM)
    with suppress(Exception):
        intake.processes["web"].wait(40)


def web_told_to_begin_again(intake: Intake) -> None:
    intake.send("web", signal.SIGHUP)


def web_worker_hangs(intake: Intake) -> None:
    hanging = intake.children("web")[:1]
    for child in hanging:
        os.kill(child, signal.SIGSTOP)
    time.sleep(LASTS_SECONDS)
    for child in hanging:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGCONT)


def worker_killed(intake: Intake) -> None:
    intake.send("worker", signal.SIGKILL)


def beat_killed(intake: Intake) -> None:
    intake.send("beat", signal.SIGKILL)


def everything_killed(intake: Intake) -> None:
    """As by a lost machine, but for what the system had still to write."""
    for process in intake.processes.values():
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    if intake.is_postgres:
        intake.postgres.stop()
        intake.redis.stop()
        intake.postgres.start()
        intake.redis.start()


def database_gone(intake: Intake) -> None:
    """PostgreSQL is stopped at once and started later. SQLite is locked by somebody else for as long."""
    if intake.is_postgres:
        intake.postgres.stop()
        time.sleep(LASTS_SECONDS)
        intake.postgres.start()
    else:
        with closing(sqlite3.connect(intake.site.database.removeprefix("sqlite:///"), timeout=60)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(LASTS_SECONDS)
            connection.rollback()


def connections_cut(intake: Intake) -> None:
    """By the server of PostgreSQL. SQLite has none: there a writer is killed in its transaction."""
    if intake.is_postgres:
        intake.postgres.terminate_connections()
    else:
        all_web_workers_killed(intake)


def broker_gone(intake: Intake) -> None:
    if intake.is_postgres:
        intake.redis.stop()
        time.sleep(LASTS_SECONDS)
        intake.redis.start()
    else:
        shutil.rmtree(intake.site.folder / "broker", ignore_errors=True)
        time.sleep(LASTS_SECONDS)


def disk_full(intake: Intake) -> None:
    """Without a disk of our own that can be filled, the fault is left out, and said so."""
    if not intake.has_own_disk:
        return
    intake.fill_disk()
    time.sleep(LASTS_SECONDS)
    intake.free_disk()
    if intake.is_postgres and not intake.postgres.is_up():
        intake.postgres.stop()
        intake.postgres.start()


# In this order, so that also the first six are of six kinds; the long form takes the list over and over.
FAULTS: list[Callable[[Intake], None]] = [
    web_worker_killed,
    database_gone,
    web_master_killed,
    broker_gone,
    disk_full,
    everything_killed,
    all_web_workers_killed,
    connections_cut,
    web_told_to_stop,
    worker_killed,
    web_told_to_begin_again,
    web_worker_hangs,
    beat_killed,
]
