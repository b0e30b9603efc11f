"""What no browser sends is refused before anything looks at it: Django, allauth and PostgreSQL each fail on some of it.

`with_sound_head` is for the server's side of Django, which reads the character set before any middleware runs.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase, UnreadablePostError
from django.utils.http import parse_header_parameters

_NEVER = re.compile("[\0\ud800-\udfff]")  # no text holds NUL or half a character; PostgreSQL stores neither
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def is_sound(text: str) -> bool:
    return not _NEVER.search(text)


def with_sound_head(application: Application) -> Application:
    """A WSGI application that is asked only in UTF-8, and only with a length that is a number."""

    def checked(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if has_sound_head(environ):
            return application(environ, start_response)
        start_response("400 Bad Request", [("Content-Type", "text/plain")])
        return [b"Requests are written in UTF-8."]

    return checked


def has_sound_head(environ: Environ) -> bool:
    length = environ.get("CONTENT_LENGTH", "")
    try:
        _kind, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    except ValueError:  # a parameter in an unknown encoding
        return False
    return (not length or length.isdecimal()) and parameters.get("charset", "utf-8").lower() in ("utf-8", "utf8")


class SoundRequestMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            sound = all(map(is_sound, _texts(request)))
        except UnreadablePostError:  # cut off on the way
            sound = False
        return self.get_response(request) if sound else HttpResponseBadRequest("This request is no text.")


def _texts(request: HttpRequest) -> Iterator[str]:
    yield request.path_info
    yield from (value for name, value in request.META.items() if name.startswith("HTTP_"))
    yield from request.COOKIES.values()
    for params in (request.GET, request.POST):
        for name, values in params.lists():
            yield name
            yield from map(str, values)
    yield from (str(file.name) for _name, files in request.FILES.lists() for file in files)
