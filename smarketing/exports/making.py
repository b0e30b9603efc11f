"""Actions: a file that was asked for is made by a worker, once, also when a message or a worker is lost."""

import hashlib
import logging
import os
import traceback
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.http import QueryDict, StreamingHttpResponse
from django.urls import resolve
from django.utils import translation

from smarketing.accounts.access import Access, access_of
from smarketing.exports.models import Export, ExportState
from smarketing.lib.request import PortalRequest
from smarketing.server.capacity import TASKS
from smarketing.server.unavailable import AWAY

logger = logging.getLogger(__name__)

TRIES = 3
AT_ONCE = max(TASKS // 2, 1)  # the other half of the worker is for imports and the sweep
LEASE = timedelta(minutes=1)  # a worker that has shown no sign for so long is taken for dead
SIGN = timedelta(seconds=10)
KEPT = timedelta(days=1)
FOLDER = Path(settings.VAR_DIR) / "exports"
Clock = Callable[[], datetime]


class NotMine(Exception):
    """Another worker has taken this file over."""


class MakingRequest(PortalRequest):
    """What the view is asked when a worker makes the file: the address as its owner asked for it, then."""

    def __init__(self, export: Export) -> None:
        super().__init__()
        parts = urlsplit(export.address)
        self.method, self.path, self.path_info = "GET", parts.path, parts.path
        self.GET = QueryDict(parts.query)
        self.user, self.access, self.now = export.owner, access_of(export.owner), export.at
        self.LANGUAGE_CODE = export.language


def rights_of(access: Access) -> str:
    """Equal as long as a person may the same."""
    said = f"{access.is_administrator} {sorted(access.roles)}"
    return hashlib.sha256(said.encode()).hexdigest()


def path_of(export: Export) -> Path:
    return FOLDER / f"{export.pk}-{export.tries}"


def make(pk: int, *, clock: Clock) -> bool:
    """Answers whether this worker brought it to its end."""
    export = claim(pk, clock())
    if export is None:
        return False
    try:
        size = write(export, clock=clock)
        end(export, ExportState.READY, clock(), size=size)
    except (NotMine, *AWAY):  # the database was away: the sweep has it made again
        path_of(export).unlink(missing_ok=True)
        return False
    except Exception as error:
        frames = "".join(traceback.format_tb(error.__traceback__))  # its text may quote a row
        logger.error("export %s failed with %s\n%s", pk, type(error).__name__, frames)
        path_of(export).unlink(missing_ok=True)
        end(export, ExportState.FAILED, clock())
    return True


def claim(pk: int, at: datetime) -> Export | None:
    """None while its owner has another one made, or the worker makes enough of them."""
    free = Q(state=ExportState.QUEUED) | Q(state=ExportState.RUNNING, touched_at__lt=at - LEASE)
    alive = Export.objects.filter(state=ExportState.RUNNING, touched_at__gte=at - LEASE)
    if alive.count() >= AT_ONCE:
        return None
    try:
        with transaction.atomic():
            mine = Export.objects.filter(free, pk=pk, tries__lt=TRIES)
            claimed = mine.update(state=ExportState.RUNNING, touched_at=at, tries=F("tries") + 1)
    except IntegrityError:
        return None
    return Export.objects.select_related("owner").get(pk=pk) if claimed else None


def write(export: Export, *, clock: Clock) -> int:
    """The answer of the address, into a file that only this account of the system may read."""
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    signed_at = clock()
    with os.fdopen(os.open(path_of(export), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for block in answered(export):
            file.write(block)
            if clock() - signed_at > SIGN:
                signed_at = clock()
                sign(export, touched_at=signed_at)
        return file.tell()


def answered(export: Export) -> Iterable[bytes]:
    request = MakingRequest(export)
    view = resolve(request.path)
    with translation.override(export.language):
        response = view.func(request, *view.args, **view.kwargs)
    assert isinstance(response, StreamingHttpResponse)
    found: Iterable[bytes] = response.streaming_content  # type: ignore[assignment]
    return found


def sign(export: Export, **values: object) -> None:
    mine = Export.objects.filter(pk=export.pk, state=ExportState.RUNNING, tries=export.tries)
    if not mine.update(**values):
        raise NotMine


def end(export: Export, state: str, at: datetime, **values: object) -> None:
    sign(export, state=state, touched_at=at, made_at=at, **values)


def waiting() -> list[int]:
    """Files that a worker can take up now, the oldest first: of people of whom none is being made."""
    running = Export.objects.filter(state=ExportState.RUNNING).values("owner")
    queued = Export.objects.filter(state=ExportState.QUEUED).exclude(owner__in=running).order_by("pk")
    return list(queued.values_list("pk", flat=True)[:AT_ONCE])


def tidy(at: datetime) -> list[int]:
    """For the sweep: forgets what is a day old, gives up what failed too often, answers what needs a worker."""
    Export.objects.filter(touched_at__lt=at - KEPT).delete()
    for path in FOLDER.glob("*"):
        if datetime.fromtimestamp(path.stat().st_mtime, at.tzinfo) < at - KEPT:
            path.unlink(missing_ok=True)
    dead = Export.objects.filter(state=ExportState.RUNNING, touched_at__lt=at - LEASE)
    dead.filter(tries__gte=TRIES).update(state=ExportState.FAILED, touched_at=at)
    return [*dead.values_list("pk", flat=True), *waiting()]
