"""Who comes in by the API: a token, with the scope for what it asks, and not more often than agreed."""

import time
from collections import Counter
from threading import Lock
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.throttling import BaseThrottle

from leads.doors.api.problems import Problem
from leads.doors.api.tokens import token_shown
from leads.models import ApiToken
from smarketing.lib.guards import Guard

WRITES = ("POST",)
tokens_write = Guard("token", methods=("GET", "HEAD", "POST"))
hooks_write = Guard("token", methods=("POST",))
tokens_read = Guard("token", methods=("GET", "HEAD"))


class Bearer(BaseAuthentication):
    """A session opens nothing here: no foreign page can use somebody's."""

    def authenticate(self, request: Any) -> tuple[Any, ApiToken] | None:
        kind, _space, text = request.headers.get("Authorization", "").partition(" ")
        if not kind:
            return None
        token = token_shown(text.strip(), at=request._request.now) if kind.lower() == "bearer" else None
        if token is None:
            raise AuthenticationFailed
        request._request.token = token
        return None, token

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


class HasScope(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        if request.auth is None:
            raise Problem(401, headers={"WWW-Authenticate": "Bearer"})
        scope = f"{view.resource.name}:{'write' if request.method in WRITES else 'read'}"
        if scope not in request.auth.scopes:
            raise Problem(403, _("The token lacks the scope %(scope)s.") % {"scope": scope}, code="no_scope")
        return True


class Allowance:
    """Calls of each token in this minute, counted in each web process for itself."""

    def __init__(self) -> None:
        self.minute, self.calls, self.lock = 0, Counter[int](), Lock()

    def spend(self, token_id: int, most: int) -> int:
        """Nothing, or the seconds until the next minute."""
        at = time.time()
        with self.lock:
            if int(at // 60) != self.minute:
                self.minute, self.calls = int(at // 60), Counter()
            self.calls[token_id] += 1
            return 0 if self.calls[token_id] <= most else 60 - int(at % 60)


allowance = Allowance()


class Throttle(BaseThrottle):
    seconds = 0

    def allow_request(self, request: Any, view: Any) -> bool:
        if seconds := allowance.spend(request.auth.pk, settings.API_CALLS_PER_MINUTE):
            text = _("This token may call %(most)s times a minute.") % {"most": settings.API_CALLS_PER_MINUTE}
            raise Problem(429, text, code="too_many_calls", headers={"Retry-After": str(seconds)})
        return True


class JsonOnly(BaseContentNegotiation):
    """There is one form of answers; whatever else is asked for gets it."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
