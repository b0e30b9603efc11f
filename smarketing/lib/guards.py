"""Deny by default: every view carries exactly one guard, and a system check finds a URL without one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import WARNING
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext

from smarketing.lib.going_on import page_of
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest

METHODS = ("GET", "HEAD", "POST")  # all that browsers send; whatever else is asked is no method of any page
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Guard:
    """A decorator for views. Without `may` anyone comes in; otherwise a signed-in person for whom `may` is true.

    A method that no page knows, or not among `methods`, is answered 405, whoever asks. A stranger is sent to the
    sign-in page, a signed-in person without the role gets 403.
    """

    name: str
    may: Callable[[PortalRequest], bool] | None = None
    methods: tuple[str, ...] = METHODS

    def __call__(self, view: View) -> View:
        if hasattr(view, "guard"):
            raise TypeError(f"{view} has a guard already: {view.guard}")

        @wraps(view)
        def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in self.methods:
                return HttpResponseNotAllowed(self.methods)
            if self.may is not None:
                if not request.user.is_authenticated:
                    return sign_in(request)
                if not self.may(request):
                    raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.guard = self.name  # type: ignore[attr-defined]
        return guarded

    def include(self, patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
        """Guards every view of somebody else's URL list."""
        for pattern in leaves(patterns):
            pattern.callback = self(pattern.callback)
        return patterns


def sign_in(request: PortalRequest) -> HttpResponseBase:
    """Afterwards one goes on where one was: on the page that was looked at, not at the address of a button."""
    answer = redirect_to_login(page_of(request))
    if request.method == "POST":
        say(
            request, gettext("You have been signed out, and nothing was saved. Sign in and do it again."), level=WARNING
        )
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": answer.url})
    return answer


def leaves(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from leaves(pattern.url_patterns)
        else:
            yield pattern


def unguarded(patterns: list[URLPattern | URLResolver]) -> list[str]:
    return [str(leaf.pattern) for leaf in leaves(patterns) if not hasattr(leaf.callback, "guard")]
