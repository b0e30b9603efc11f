"""Room for deep calls: a page nests its templates hundreds of calls deep."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

HALF = 66_000  # places of a frame's stack: a little more than 512 KB


class DeepCallsMiddleware:
    """CPython keeps the frames of calls in pieces of 16 KB, and returns a piece to the system as soon as it is empty.

    Calls that go to and fro over the edge of a piece ask the system for memory each time, half a million times for a
    few pages. A frame of more than 512 KB gets a piece of 1 MB; what is left of it has room for all that it calls.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    __call__.__code__ = __call__.__code__.replace(co_stacksize=HALF)
