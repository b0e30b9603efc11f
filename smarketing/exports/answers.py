"""A file as an answer: streamed where it is small, made by a worker where it is not, fetched when it is ready.

One view gives all three, so that they have the same rows and the same guard. The worker asks the view as its owner
would; the file is fetched from the same address, with `made=` its number.
"""

from collections.abc import Callable, Iterable
from itertools import chain

from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language

from smarketing.exports.blocks import blocks
from smarketing.exports.making import MakingRequest, path_of, rights_of
from smarketing.exports.models import Export, ExportState
from smarketing.exports.tasks import make
from smarketing.lib.numbers import whole
from smarketing.lib.paging import KEPT_FOR
from smarketing.lib.request import PortalRequest
from smarketing.server.unavailable import unavailable

ROWS_AT_ONCE = 10_000  # about three seconds; with more the worker makes it
MOST = 10  # of one person that are not made yet
MADE = "made"


def download(
    request: PortalRequest, name: str, content_type: str, pieces: Callable[[], Iterable[str | bytes]], *, rows: int
) -> HttpResponseBase:
    """`rows` is how many have to be read for it, at most."""
    if MADE in request.GET:
        return fetched(request, content_type)
    if rows <= ROWS_AT_ONCE or isinstance(request, MakingRequest):
        return streamed(name, content_type, pieces())
    return asked(request, name)


def streamed(name: str, content_type: str, pieces: Iterable[str | bytes]) -> StreamingHttpResponse:
    """The first block is made before the answer begins, so that what fails at once is a page and no torn file."""
    found = blocks(pieces, get_language() or "en")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(chain([next(found, b"")], found), content_type=content_type, headers=headers)


def address_of(request: PortalRequest) -> str:
    query = request.GET.copy()
    query.pop(MADE, None)
    return f"{request.path}?{query.urlencode()}"


def asked(request: PortalRequest, name: str) -> HttpResponseBase:
    """The page of the file; what was asked for a moment ago is not made twice."""
    mine = Export.objects.filter(owner=request.user)
    under_way = Q(state__in=(ExportState.QUEUED, ExportState.RUNNING))
    fresh = Q(state=ExportState.READY, at__gte=request.now - KEPT_FOR)
    rights, address, language = rights_of(request.access), address_of(request), get_language() or "en"
    same = mine.filter(under_way | fresh, address=address, rights=rights, language=language)
    if known := same.order_by("-pk").first():
        return redirect(known)
    if mine.filter(under_way).count() >= MOST:
        return unavailable(request, 429)
    at = {"at": request.now, "touched_at": request.now}
    with transaction.atomic():
        export = mine.create(
            owner=request.user, address=address, language=language, rights=rights, file_name=name, **at
        )
        transaction.on_commit(lambda: make.delay(pk=export.pk), robust=True)
    return redirect(export)


def fetched(request: PortalRequest, content_type: str) -> HttpResponseBase:
    """The owner's, and only as long as the owner may what made it so; else the address is asked anew."""
    number = request.GET[MADE]
    mine = Export.objects.filter(owner=request.user, address=address_of(request), rights=rights_of(request.access))
    export = mine.filter(pk=whole(number) or 0, state=ExportState.READY).first()
    try:
        if export is not None:
            file = path_of(export).open("rb")
            return FileResponse(file, as_attachment=True, filename=export.file_name, content_type=content_type)
    except FileNotFoundError:
        pass
    return redirect(address_of(request))
