from typing import Any

from django.conf import settings
from django.contrib.messages import WARNING
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from django.utils.translation import gettext
from django.views.csrf import csrf_failure
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import RedirectView

from reports.models import CalendarAddress
from smarketing.accounts.access import Access, anyone, signed_in
from smarketing.accounts.forms import ProfileForm
from smarketing.accounts.models import User
from smarketing.accounts.rights import Verb
from smarketing.lib.going_on import next_url
from smarketing.lib.notices import say
from smarketing.lib.opened import OpenedForm
from smarketing.lib.request import PortalRequest
from smarketing.roof.glossary import GLOSSARY
from smarketing.roof.styleguide import examples

YEAR_SECONDS = 365 * 24 * 60 * 60
FIRST_PLACES = {Verb.FOLLOW_UP: "leads:queue", Verb.MARKET: "reports:home", Verb.READ: "reports:scorecards"}


@signed_in
@require_safe
def home(request: PortalRequest) -> HttpResponse:
    place = first_place(request.access)
    return redirect(place) if place else TemplateResponse(request, "home.html")


def first_place(access: Access) -> str:
    """Where a person's work begins; empty for somebody who is in no team yet."""
    for verb, place in FIRST_PLACES.items():
        if verb in access.own_verbs:
            return place
    return "agreements:list" if access.is_administrator else ""


@signed_in
@require_safe
def words(request: PortalRequest) -> HttpResponse:
    return TemplateResponse(request, "words.html", {"words": GLOSSARY})


@anyone
@require_POST
def set_language(request: HttpRequest) -> HttpResponseRedirect:
    response = redirect(next_url(request, reverse("home")))
    chosen = request.POST.get("language")
    if chosen in dict(settings.LANGUAGES):
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=chosen)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=YEAR_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def sent_too_late(request: PortalRequest, reason: str = "") -> HttpResponse:
    """The token of the page is not valid any more: a part of a page cannot say so, the page is loaded anew."""
    if request.headers.get("HX-Request"):
        say(request, _too_late(request), level=WARNING)
        return HttpResponse(status=403, headers={"HX-Refresh": "true"})
    return csrf_failure(request, reason)


def _too_late(request: PortalRequest) -> str:
    if not request.user.is_authenticated:
        return gettext("You have been signed out, and nothing was saved. Sign in and do it again.")
    return gettext("This page was open too long and has been reloaded. Please try again.")


def too_many_tries(request: HttpRequest) -> HttpResponse:
    """For `handler429`: allauth asks for it."""
    return TemplateResponse(request, "account/too_many_tries.html", status=429)


@signed_in
@transaction.atomic
def profile(request: PortalRequest) -> HttpResponse:
    people = User.objects.select_for_update(no_key=True) if request.method == "POST" else User.objects.all()
    person = get_object_or_404(people, pk=request.user.pk)
    form = ProfileForm(instance=person)
    opened = OpenedForm([form], request.POST, request.path)
    if opened.data is not None:
        form = ProfileForm(opened.data, instance=person)
    if opened.allows(form):
        form.instance.save(update_fields=opened.touched)
        say(request, gettext("Your profile is saved."))
        return redirect("profile")
    calendar = CalendarAddress.objects.filter(person=person).first()
    context = {"form": form, "opened": opened, "calendar_since": calendar and calendar.made_at}
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "account/profile.html", context, status=status)


@signed_in
@require_safe
def styleguide(request: PortalRequest) -> HttpResponse:
    shown: dict[str, Any] = examples(request.now)
    return TemplateResponse(request, "styleguide.html", shown)


def account_urls() -> list[URLPattern | URLResolver]:
    """allauth's, but for its page of e-mail addresses: an address is an administrator's to change."""
    theirs = get_resolver("allauth.account.urls").url_patterns
    ours = path("email/", RedirectView.as_view(pattern_name="profile"), name="account_email")
    return [ours, *(pattern for pattern in theirs if getattr(pattern, "name", "") != ours.name)]
