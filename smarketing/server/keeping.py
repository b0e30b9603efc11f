"""What browsers and proxies may keep: static files, and nothing that the portal answers to a person."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class NotKeptMiddleware:
    """No copy stays in a browser, a shared computer's cache or a proxy: nearly every page has personal data."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store, private"
        return response
