"""What every view begins with: the agreement under permission, and what of the address can be wrong."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from agreements.document.reader import FIRST_YEAR, LAST_YEAR
from agreements.models import Agreement
from smarketing.accounts.access import Access
from smarketing.accounts.models import User
from smarketing.lib.periods import Period


def access_of(request: HttpRequest) -> Access:
    return request.access  # type: ignore[attr-defined, no-any-return]


def author_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def visible(request: HttpRequest, slug: str) -> Agreement:
    return get_object_or_404(Agreement.objects.visible_to(access_of(request)).with_teams(), slug=slug)


def editable(request: HttpRequest, slug: str) -> Agreement:
    """Not to be found for strangers, forbidden to those who may only read it."""
    agreement = visible(request, slug)
    if not may_edit(request, agreement):
        raise PermissionDenied
    return agreement


def may_edit(request: HttpRequest, agreement: Agreement) -> bool:
    return Agreement.objects.led_by(access_of(request)).filter(pk=agreement.pk).exists()


def year_of(request: HttpRequest, today: date) -> Period:
    """The year asked for, else that of today."""
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    return Period(date(year if FIRST_YEAR <= year <= LAST_YEAR else today.year, 1, 1), "year")


def day_of(request: HttpRequest, today: date) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today
