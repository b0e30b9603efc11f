"""Answers to htmx. Messages travel with every one of them, beside the part that was asked for."""

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.template.loader import render_to_string

from smarketing.lib.request import PortalRequest


def is_partial(request: PortalRequest) -> bool:
    """A part of the page is asked for; a boosted link or a history miss wants the whole."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def fragment(request: PortalRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """`template` names a partial, as in "leads/queue.html#row"."""
    part = render_to_string(template, context, request)
    return HttpResponse(part + messages_part(request), status=status)


def messages_part(request: PortalRequest) -> str:
    return render_to_string("parts/messages.html", {"swap": True}, request) if get_messages(request) else ""
