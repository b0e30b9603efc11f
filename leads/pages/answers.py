"""What a view answers: what it says after an action, the row of the queue for htmx, a file."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from django.contrib.messages import ERROR
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from leads.models import Handoff
from leads.pages.fetch import has_several, sold_handoff
from leads.refusals import Refused
from leads.work import queue
from smarketing.exports.answers import download
from smarketing.lib.cells import MARK, csv_lines
from smarketing.lib.going_on import next_url
from smarketing.lib.htmx import fragment, is_partial, messages_part
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
    """Of a handoff that was taken back meanwhile nothing stays but the words that say so."""
    at, user = request.now, request.user
    row = queue.row_of(handoff, user, at=at)
    if row is None:
        say_refusals(request, more.get("form"))
        response = HttpResponse(messages_part(request))
    else:
        context = {"row": row, "now": at, "here": here(request), "has_several": has_several(request), **more}
        response = fragment(request, "leads/queue.html#row", context, status=status)
    response.headers["HX-Trigger"] = "handoff-changed"
    return response


def say_refusals(request: PortalRequest, form: BaseForm | None) -> None:
    """Where the form itself has no place any more."""
    for text in form.non_field_errors() if form else ():
        say(request, str(text), level=ERROR)


def here(request: PortalRequest) -> str:
    """The page that the person looks at, where a request is only for a part of it."""
    return (request.htmx.current_url_abs_path if request.htmx else "") or request.get_full_path()


def csv_file(
    request: PortalRequest, name: str, rows: Callable[[], Iterable[Sequence[object]]], *, count: int
) -> HttpResponseBase:
    return download(
        request,
        f"{name}.csv",
        "text/csv; charset=utf-8",
        lambda: chain([MARK], csv_lines(rows())),
        rows=count,
    )
