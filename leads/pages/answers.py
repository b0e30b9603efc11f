"""What a view says after an action, and the row of the queue as its answer to htmx."""

from collections.abc import Callable
from typing import Any

from django.contrib.messages import ERROR
from django.http import HttpResponse
from django.shortcuts import redirect

from leads.models import Handoff
from leads.pages.fetch import next_url
from leads.refusals import Refused
from leads.work import queue
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


def back(request: PortalRequest, handoff: Handoff) -> HttpResponse:
    """In the queue the row as it is now, elsewhere the page one came from."""
    if is_partial(request):
        return queue_row(request, handoff)
    return redirect(next_url(request, handoff.lead.get_absolute_url()))


def queue_row(request: PortalRequest, handoff: Handoff, *, status: int = 200, **more: Any) -> HttpResponse:
    at, user = request.now, request.user
    context = {"row": queue.row_of(handoff, user, at=at), "now": at, "here": here(request), **more}
    response = fragment(request, "leads/queue.html#row", context, status=status)
    response.headers["HX-Trigger"] = "handoff-changed"
    return response


def here(request: PortalRequest) -> str:
    """The page that the person looks at, where a request is only for a part of it."""
    return (request.htmx.current_url_abs_path if request.htmx else "") or request.get_full_path()


class Echo:
    """A file for the CSV writer that hands each line back."""

    def write(self, line: str) -> str:
        return line
