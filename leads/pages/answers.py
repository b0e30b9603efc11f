"""What a view answers: what it says after an action, the row of the queue for htmx, a file."""

import csv
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from django.contrib.messages import ERROR
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect

from leads.models import Handoff
from leads.pages.fetch import sold_handoff
from leads.refusals import Refused
from leads.work import queue
from smarketing.lib.cells import safe_row
from smarketing.lib.going_on import next_url
from smarketing.lib.htmx import fragment, is_partial
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest


def tell(request: PortalRequest, action: Callable[[], object], done: str, *, undo: str = "") -> bool:
    """Does it and says so, or says why not."""
    try:
        action()
    except Refused as reason:
        say(request, str(reason), level=ERROR)
        return False
    say(request, done, undo=undo)
    return True


def done(
    request: PortalRequest, handoff: Handoff, action: Callable[..., object], words: str, *, undo: str = ""
) -> HttpResponse:
    """An action that needs nothing but the handoff: carried out, told, and back. `words` name the `lead`."""
    told = words % {"lead": handoff.lead}
    tell(request, lambda: action(handoff, by=request.user, at=request.now), told, undo=undo)
    return back(request, handoff)


def back(request: PortalRequest, handoff: Handoff) -> HttpResponse:
    """In the queue the row as it is now, elsewhere the page one came from."""
    if is_partial(request):
        return queue_row(request, handoff)
    return redirect(next_url(request, handoff.lead.get_absolute_url()))


def row_again(request: PortalRequest, pk: int) -> HttpResponse:
    return queue_row(request, sold_handoff(request, pk))


def queue_row(request: PortalRequest, handoff: Handoff, *, status: int = 200, **more: Any) -> HttpResponse:
    at, user = request.now, request.user
    context = {"row": queue.row_of(handoff, user, at=at), "now": at, "here": here(request), **more}
    response = fragment(request, "leads/queue.html#row", context, status=status)
    response.headers["HX-Trigger"] = "handoff-changed"
    return response


def here(request: PortalRequest) -> str:
    """The page that the person looks at, where a request is only for a part of it."""
    return (request.htmx.current_url_abs_path if request.htmx else "") or request.get_full_path()


def csv_file(name: str, rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Row by row as they come, with the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow(safe_row(row)) for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(chain(["\ufeff"], lines), content_type="text/csv; charset=utf-8", headers=headers)


class _Echo:
    """A file for the CSV writer that hands each line back."""

    def write(self, line: str) -> str:
        return line
