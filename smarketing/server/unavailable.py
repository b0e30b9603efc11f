"""The answers of a portal that cannot answer now: in words, with the seconds after which to try again."""

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, UnreadablePostError
from django.template.loader import render_to_string
from django.utils import translation

AWAY = (OperationalError, InterfaceError)  # no connection, none free in time, locked for long, the disk is full
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)  # for an uploaded file
AGAIN_SECONDS = 5


def failed(request: HttpRequest) -> HttpResponse:
    """For `handler500`. That the database is away or busy is no fault of the program and passes."""
    error = sys.exception()
    if isinstance(error, AWAY) or (isinstance(error, OSError) and error.errno in NO_ROOM):
        return unavailable(request, 503)
    if isinstance(error, UnreadablePostError):
        return HttpResponse(status=408)  # nobody is there to read it
    return HttpResponseServerError(said(request, "500.html"))


def unavailable(request: HttpRequest, status: int) -> HttpResponse:
    headers = {"Retry-After": str(AGAIN_SECONDS)}
    return HttpResponse(said(request, f"{status}.html"), status=status, headers=headers)


def said(request: HttpRequest, template: str) -> str:
    """In the reader's language, also where it failed before anybody knew it."""
    known = getattr(request, "LANGUAGE_CODE", None)
    with translation.override(known or translation.get_language_from_request(request)):
        return render_to_string(template)
