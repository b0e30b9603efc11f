"""Actions: a run belongs to the worker that has claimed it, for as long as that one shows a sign of life.

A worker may be killed by the very rows it works on, and each one after it. So a run that was broken off is taken up
with fewer rows at once, when no other such run is under way, and not more than MOST_TRIES times at the same place.
"""

import faulthandler
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from time import monotonic

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from leads.enums import RunStatus
from leads.models import ImportRun
from smarketing.lib.file_problems import FileProblem

logger = logging.getLogger(__name__)

CHUNK = 2000  # rows of one transaction at most
MOST_TRIES = 3
FEWER = 45  # times fewer rows with each try: 2000, 44, 1
LEASE = timedelta(seconds=settings.IMPORT_LEASE_SECONDS)
BEATS = 4  # signs of life in a lease
NUMBER = IntegerField()
Clock = Callable[[], datetime]


class Overtaken(Exception):
    """Another worker carries this run on, or it was stopped."""


def claim(run_id: int, at: datetime) -> ImportRun | None:
    """The run, if it is now this worker's; one that was tried too often is ended instead."""
    with transaction.atomic():
        running = ImportRun.objects.filter(status=RunStatus.RUNNING, tries__gt=0)
        others = list(running.select_for_update().order_by("pk"))  # two at once wait here
        run = ImportRun.objects.filter(unclaimed(at), pk=run_id).exclude(file="").first()
        if run is None:
            return None
        if run.tries >= MOST_TRIES:
            end(run, FileProblem("gave_up", str(run.line)), at=at)
            return None
        if run.tries and any(other.tries > 1 and not other.is_silent(at - LEASE) for other in others):
            return None
        ImportRun.objects.filter(pk=run_id).update(
            status=RunStatus.RUNNING,
            touched_at=at,
            claim=F("claim") + 1,
            tries=F("tries") + 1,
            careful_until=Case(
                When(tries__gt=0, careful_until__lte=F("read"), then=F("read") + CHUNK),
                default=F("careful_until"),
                output_field=NUMBER,
            ),
        )
    return ImportRun.objects.select_related("agreement", "by").get(pk=run_id)


def unclaimed(at: datetime) -> Q:
    return Q(status=RunStatus.QUEUED) | Q(status=RunStatus.RUNNING, touched_at__lt=at - LEASE)


def rows_at_once(run: ImportRun) -> int:
    """Fewer where it was broken off before, so that the third try ends in the very row."""
    return max(1, CHUNK // int(FEWER ** max(run.tries - 1, 0)))


def tries_after(rows: int) -> Case:
    """What a run's `tries` are with so many more rows read: beyond the place of the trouble they are counted anew."""
    return Case(When(careful_until__lte=F("read") + rows, then=Value(1)), default=F("tries"), output_field=NUMBER)


def held(run: ImportRun) -> QuerySet[ImportRun]:
    """The row of the run, while this claim of it stands."""
    return ImportRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING, claim=run.claim)


def end(run: ImportRun, problem: FileProblem, *, at: datetime) -> None:
    """As failed, whoever holds it by this claim."""
    mine = ImportRun.objects.filter(pk=run.pk, status__in=(RunStatus.RUNNING, RunStatus.QUEUED), claim=run.claim)
    mine.update(status=RunStatus.FAILED, error=str(problem), ended_at=at)


@contextmanager
def renewed(run: ImportRun, *, clock: Clock, is_worker: bool) -> Iterator[None]:
    """Shows the sign of life while the work lives, also within a chunk that takes longer than the lease.

    A worker that stands at the same place for IMPORT_LONGEST_CHUNK_SECONDS ends itself, for a thread cannot be ended;
    its supervisor starts another.
    """
    stopped = Event()
    thread = Thread(target=_renew, args=(run, clock, stopped, is_worker), name=f"import {run.pk}", daemon=True)
    watch = _watched() if is_worker else nullcontext()
    with watch:
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join(LEASE.total_seconds())


def _renew(run: ImportRun, clock: Clock, stopped: Event, is_worker: bool) -> None:
    read, since = run.read, monotonic()
    try:
        while not stopped.wait(LEASE.total_seconds() / BEATS):
            if run.read != read:
                read, since = run.read, monotonic()
            if monotonic() - since > settings.IMPORT_LONGEST_CHUNK_SECONDS:
                logger.error("import %s has stood for too long after line %s: its worker ends", run.pk, run.line)
                if is_worker:
                    os._exit(1)
                return
            if is_worker:
                _watch()
            with suppress(DatabaseError):  # SQLite while the chunk is written: nobody else can claim the run then
                held(run).update(touched_at=clock())
    finally:
        connection.close()


_watching, _watched_runs = Lock(), [0]


@contextmanager
def _watched() -> Iterator[None]:
    """An expression that never ends holds up every thread of its process: what ends that one needs no thread."""
    with _watching:
        _watched_runs[0] += 1
        _watch()
    try:
        yield
    finally:
        with _watching:
            _watched_runs[0] -= 1
            if not _watched_runs[0]:
                faulthandler.cancel_dump_traceback_later()


def _watch() -> None:
    if sys.__stderr__ is not None:
        faulthandler.dump_traceback_later(settings.IMPORT_SILENCE_SECONDS, exit=True, file=sys.__stderr__)
