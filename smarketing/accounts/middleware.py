from collections.abc import Callable

from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from smarketing.accounts.access import access_of
from smarketing.lib.request import PortalRequest

Answer = Callable[[PortalRequest], HttpResponse]


class PortalMiddleware:
    """`request.now`, the one instant of the answer, and `request.access`, the roles of whoever asks."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        request.now = timezone.now()
        request.access = SimpleLazyObject(lambda: access_of(request.user))  # type: ignore[assignment]
        return self.get_response(request)


class LanguageMiddleware:
    """A person's own choice, else this browser's choice, else what the browser asks for."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "") or translation.get_language_from_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", chosen)
        return response
