"""The calendar of a person: fetched by a program at a secret address, which its owner renews or revokes."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reports.reviews.calendar import calendar_of, person_at, renew, revoke
from smarketing.accounts.access import anyone, signed_in
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest

COOKIE = "calendar_address"


@anyone
@require_safe
def feed(request: PortalRequest, token: str) -> HttpResponse:
    """Who has the address reads it: a calendar program cannot sign in."""
    person = person_at(token)
    if person is None:
        raise Http404
    with translation.override(person.language or translation.get_language()):
        data = calendar_of(person, request.build_absolute_uri("/").rstrip("/"), request.now)
    headers = {"Cache-Control": "private, max-age=300", "Referrer-Policy": "no-referrer"}
    return HttpResponse(data, content_type="text/calendar; charset=utf-8", headers=headers)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: PortalRequest) -> HttpResponse:
    """A new address is shown once: a cookie brings it to the page that shows it, no table ever holds it."""
    if request.method == "POST":
        return _revoked(request) if request.POST.get("do") == "revoke" else _renewed(request)
    token = request.COOKIES.get(COOKIE, "")
    url = request.build_absolute_uri(reverse("reports:calendar", args=[token])) if person_at(token) else ""
    answer = TemplateResponse(request, "reports/calendar_address.html", {"url": url})
    answer.headers["Cache-Control"] = "no-store"
    answer.delete_cookie(COOKIE, path=reverse("reports:calendar_address"))
    return answer


def _renewed(request: PortalRequest) -> HttpResponse:
    answer, path = redirect("reports:calendar_address"), reverse("reports:calendar_address")
    token, secure = renew(request.user, at=request.now), settings.SESSION_COOKIE_SECURE
    answer.set_cookie(COOKIE, token, max_age=60, path=path, secure=secure, httponly=True, samesite="Lax")
    return answer


def _revoked(request: PortalRequest) -> HttpResponse:
    done = revoke(request.user)
    say(request, _("The calendar address is void.") if done else _("There was no calendar address."))
    return redirect("profile")
