"""Signing in: who may try, how often, and from where."""

import logging
import secrets
from functools import lru_cache
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context, ratelimit
from django.conf import settings
from django.contrib.auth import authenticate
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from smarketing.accounts.models import User
from smarketing.lib.going_on import own_page
from smarketing.server.networks import client_address, networks

logger = logging.getLogger(__name__)
BROWSER_COOKIE = "smarketing_browser"
BROWSER_SECONDS = 365 * 24 * 60 * 60
ACCOUNTS_OF_A_BROWSER = 20


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        return bool(own_page(context.request, url))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def get_client_ip(self, request: HttpRequest) -> str:
        peer, forwarded = request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", "")
        if forwarded and not settings.TRUSTED_PROXIES:
            tell_of(peer)
        return client_address(peer, forwarded, networks(settings.TRUSTED_PROXIES))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """A browser in which this person has signed in before has tries of its own, which nobody else can use up."""
        if browser := browser_of(request, credentials.get("email", "")):
            if not ratelimit.consume(request, action="known_browser", key=browser):
                raise self.validation_error("too_many_login_attempts")
        else:
            super().pre_authenticate(request, **credentials)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Who has left is answered as somebody with a wrong password, and it counts as one."""
        self.pre_authenticate(request, **credentials)
        user: User | None = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if user:
            self._rollback_login_failed_rl_usage()
        return user

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        if browser := browser_of(request, user.email):
            ratelimit.clear(request, action="known_browser", key=browser)
        response: HttpResponse = super().post_login(request, user, **how)
        remember_browser(request, response, user)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Without the host that a request names, which anybody may vary."""
        return str(credentials.get("email", "")).strip().lower()


@lru_cache(maxsize=100)
def tell_of(peer: str) -> None:
    """Once for each: whoever wants to fill the log has no more than this."""
    logger.warning(
        "%s forwards for others, but TRUSTED_PROXIES is not set: if it is your proxy, name it, "
        "for all behind it count as one client",
        peer,
    )


def browser_of(request: HttpRequest, email: str) -> str:
    """What its tries are counted by, if this person has signed in here before."""
    browser, accounts = known(request)
    account = User.objects.filter(email=email.strip().lower()).values_list("pk", flat=True).first()
    return f"{browser}:{account}" if account in accounts else ""


def known(request: HttpRequest) -> tuple[str, list[int]]:
    """The name we gave this browser, and who has signed in with it."""
    text = request.COOKIES.get(BROWSER_COOKIE, "")
    try:
        browser, accounts = signing.loads(text, salt=BROWSER_COOKIE, max_age=BROWSER_SECONDS)
    except (signing.BadSignature, ValueError):
        return "", []
    return browser, accounts


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    browser, accounts = known(request)
    others = [account for account in accounts if account != user.pk]
    value = [browser or secrets.token_urlsafe(16), [user.pk, *others][:ACCOUNTS_OF_A_BROWSER]]
    response.set_cookie(
        BROWSER_COOKIE,
        signing.dumps(value, salt=BROWSER_COOKIE),
        max_age=BROWSER_SECONDS,
        path=reverse("account_login"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
