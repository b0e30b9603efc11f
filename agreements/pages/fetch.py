"""What every view begins with: the agreement under permission, and what of the address can be wrong."""

from datetime import date

from django.http import Http404
from django.shortcuts import get_object_or_404

from agreements.models import Agreement
from smarketing.accounts.rights import Verb
from smarketing.lib.numbers import whole
from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR, Period
from smarketing.lib.request import PortalRequest


def visible(request: PortalRequest, slug: str) -> Agreement:
    found: Agreement = get_object_or_404(Agreement.objects.visible_to(request.access).with_teams(), slug=slug)
    return found


def visible_or_written(request: PortalRequest, slug: str) -> Agreement:
    """Also one that is still being written, for those whom it will be about."""
    return get_object_or_404(Agreement.every.visible_to(request.access).with_teams(), slug=slug)


def editable(request: PortalRequest, slug: str) -> Agreement:
    """Not to be found for strangers, forbidden to those who may only read it."""
    agreement = visible(request, slug)
    request.access.check(Verb.AMEND, agreement)
    return agreement


def plannable(request: PortalRequest, slug: str) -> Agreement:
    """Its months: what marketing and sales agree without another version."""
    agreement = visible(request, slug)
    request.access.check(Verb.PLAN, agreement)
    return agreement


def may_plan(request: PortalRequest, agreement: Agreement) -> bool:
    return request.access.may(Verb.PLAN, agreement)


def may_edit(request: PortalRequest, agreement: Agreement) -> bool:
    return request.access.may(Verb.AMEND, agreement)


def year_of(request: PortalRequest, today: date) -> Period:
    """The year asked for, else that of today. One that cannot be shown is not found: another would be taken for it."""
    asked = request.GET.get("year", "")
    year = whole(asked) if asked else today.year
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return Period(date(year, 1, 1), "year")


def day_of(request: PortalRequest, today: date) -> date:
    """The day asked for, else today."""
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today
    return asked if FIRST_YEAR <= asked.year <= LAST_YEAR else today
