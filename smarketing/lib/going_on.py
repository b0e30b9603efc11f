"""Where an answer leads: only ever to a page of ours."""

from urllib.parse import unquote, urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 2000  # Django leads nobody to a longer address


def own_page(request: HttpRequest, wanted: str | None) -> str:
    """The address of a page of ours with its query, without the host; empty where it is none."""
    text = wanted or ""
    if not url_has_allowed_host_and_scheme(text, {request.get_host()}, require_https=request.is_secure()):
        return ""
    address = urlsplit(text)._replace(scheme="", netloc="", fragment="").geturl()
    return address if address.startswith("/") and len(address) <= LONGEST and _is_known(address) else ""


def _is_known(address: str) -> bool:
    try:
        resolve(unquote(urlsplit(address).path))
    except Resolver404:
        return False
    return True


def next_url(request: HttpRequest, default: str) -> str:
    """Where to go on: said by the form or the address."""
    return own_page(request, request.POST.get("next") or request.GET.get("next")) or default


def page_of(request: HttpRequest) -> str:
    """The page that was looked at: a part of it, or a button, has an address of its own."""
    is_a_part = request.method != "GET" or bool(request.headers.get("HX-Request"))
    if not is_a_part:
        return request.get_full_path()
    return own_page(request, request.headers.get("HX-Current-URL") or request.headers.get("Referer")) or reverse("home")
