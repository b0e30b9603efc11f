from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, get_resolver

from smarketing.accounts.access import anyone, signed_in


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


@anyone
def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@anyone
def set_language(request: HttpRequest) -> HttpResponseRedirect:
    return redirect("home")


@signed_in
def styleguide(request: HttpRequest) -> HttpResponse:
    return render(request, "styleguide.html")


def account_urls() -> list[URLPattern | URLResolver]:
    return list(get_resolver("allauth.account.urls").url_patterns)
