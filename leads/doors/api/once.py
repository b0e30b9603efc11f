"""A call with an `Idempotency-Key` is done once: the row that keeps its answer is written with what it does.

Whoever sends the same at the same instant waits a moment for the first; what takes longer is told that it runs. Both
know it by a lock that ends with the process that holds it, so that nothing has to be cleared after one that was killed.
"""

import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from leads.doors.api.problems import Problem
from leads.models import ApiCall, ApiToken, InHook
from smarketing.lib.once import SentBefore, claim

KEPT = timedelta(days=1)
KEPT_OF_HOOKS = timedelta(days=30)  # their senders try again for days
PATIENCE = 3.0  # seconds in which the first of two equal calls is nearly always done
KEY = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True)
class Said:
    """What is answered to a call that did something."""

    status: int
    body: str
    location: str = ""
    is_again: bool = False

    @property
    def code(self) -> str:
        """What became of it, in one word; nothing of a list."""
        return str(json.loads(self.body).get("status", ""))


def once(token: ApiToken, key: str | None, content: bytes, act: Callable[[], Said], *, at: datetime) -> Said:
    """`act` in a transaction, or the answer that it had. What it refuses is undone, keeps no row and may be mended."""
    if key is None:
        with transaction.atomic():
            return act()
    if not KEY.fullmatch(key):
        raise Problem(400, _("Idempotency-Key has 1 to 255 visible ASCII characters."), code="bad_key")
    names, digest = {"token": token, "key": sha256(key.encode()).hexdigest()}, sha256(content).hexdigest()
    with running(f"{token.pk}-{names['key']}"):
        try:
            with transaction.atomic():
                call = _claimed(names, digest, at)
                said = act()
                call.status, call.body, call.location = said.status, said.body, said.location
                call.save(update_fields=["status", "body", "location"])
                return said
        except SentBefore:
            first = ApiCall.objects.filter(**names).first()
    if first is None:  # forgotten, or undone, in this moment
        return once(token, key, content, act, at=at)
    if first.content != digest:
        raise Problem(422, _("This Idempotency-Key was used for another call."), code="key_used")
    return Said(first.status, first.body, first.location, is_again=True)


def _claimed(names: dict[str, object], digest: str, at: datetime) -> ApiCall:
    if connection.vendor != "postgresql":
        return claim(ApiCall, **names, content=digest, sent_at=at)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = %s", [f"{int(PATIENCE * 1000)}ms"])
        try:
            call = claim(ApiCall, **names, content=digest, sent_at=at)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock_not_available
                raise
            raise still_running() from error
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    return call


@contextmanager
def running(name: str) -> Iterator[None]:
    """On SQLite nobody sees what another writes, so that a lock on a file says that the call runs."""
    if connection.vendor == "postgresql":
        yield
        return
    folder = Path(settings.VAR_DIR) / "calls"
    folder.mkdir(exist_ok=True)
    path, deadline = folder / name, time.monotonic() + PATIENCE
    file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        while not _locked(file):
            if time.monotonic() > deadline:
                raise still_running()
            time.sleep(0.005)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)  # whoever waits at the removed file meets the row
    finally:
        os.close(file)


def _locked(file: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def still_running() -> Problem:
    text = _("The first call with this Idempotency-Key is still running. Ask again in a moment.")
    return Problem(409, text, code="still_running", headers={"Retry-After": "1"})


def forget(*, at: datetime) -> None:
    old = ApiCall.objects.filter(sent_at__lt=at - KEPT)
    old.exclude(token__in=InHook.objects.values("token"), sent_at__gte=at - KEPT_OF_HOOKS).delete()
    with suppress(FileNotFoundError):
        for path in (Path(settings.VAR_DIR) / "calls").iterdir():  # of processes that were killed
            if path.stat().st_mtime < at.timestamp() - KEPT.total_seconds():
                path.unlink(missing_ok=True)
