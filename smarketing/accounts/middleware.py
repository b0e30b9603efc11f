import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from smarketing.accounts.access import access_of
from smarketing.lib.request import PortalRequest

SESSION_TIMES, HOUR, NOTED_SECONDS = "began_and_seen", 60 * 60, 60
Answer = Callable[[PortalRequest], HttpResponse]


@receiver(user_logged_in)
def begin_session(request: HttpRequest, **kwargs: Any) -> None:
    at = time.time()
    request.session[SESSION_TIMES] = (at, at)


class SessionEndMiddleware:
    """A session ends some hours after signing in, or earlier if nothing was asked for; it is kept by its own clock.

    That somebody is there is noted once a minute, not with every request.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        if request.user.is_authenticated:
            at = time.time()
            began, seen = request.session.get(SESSION_TIMES) or (at, 0)
            if at - began > settings.SESSION_HOURS * HOUR or 0 < seen < at - settings.SESSION_IDLE_HOURS * HOUR:
                logout(request)
            elif at - seen > NOTED_SECONDS:
                request.session[SESSION_TIMES] = (began, at)
        return self.get_response(request)


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
