"""Who leads a sales team gives many handoffs to one rep in one step, and can take that back."""

from django.contrib.messages import ERROR, WARNING
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from leads.models import Handoff
from leads.pages.fetch import ids, undo_url
from leads.refusals import Refused
from leads.work.assigning import assign_many, give_back
from smarketing.accounts.access import sales_leads
from smarketing.accounts.models import User
from smarketing.lib.going_on import next_url
from smarketing.lib.notices import say
from smarketing.lib.numbers import whole
from smarketing.lib.request import PortalRequest


@sales_leads
@require_POST
def give_away(request: PortalRequest) -> HttpResponse:
    goes_to = next_url(request, reverse("leads:queue"))
    handoffs = _led(request)
    if not request.POST.get("rep"):
        say(request, gettext("Choose a rep."), level=WARNING)
        return redirect(goes_to)
    rep = _rep(request)
    try:
        given = assign_many(handoffs, rep=rep, by=request.user, at=request.now, unassigned="unassigned" in request.POST)
    except Refused as reason:
        say(request, str(reason), level=ERROR)
        return redirect(goes_to)
    text = ngettext("%(count)d lead is with %(rep)s now.", "%(count)d leads are with %(rep)s now.", len(given))
    undo = undo_url("leads:give_back", handoff=[handoff.pk for handoff in given], next=goes_to)
    say(request, text % {"count": len(given), "rep": rep}, undo=undo if given else "")
    return redirect(goes_to)


@sales_leads
@require_POST
def take_from(request: PortalRequest) -> HttpResponse:
    count = give_back(_led(request), by=request.user, at=request.now)
    text = ngettext("%(count)d lead is where it was.", "%(count)d leads are where they were.", count)
    say(request, text % {"count": count})
    return redirect(next_url(request, reverse("leads:queue")))


def _led(request: PortalRequest) -> list[Handoff]:
    """All of them; one that is foreign is as if none was there. What somebody took meanwhile stays, if so asked."""
    asked = set(ids(request, "handoff"))
    found = list(Handoff.objects.led_by(request.access).filter(pk__in=asked))
    if len(found) != len(asked):
        raise Http404
    if "unassigned" in request.POST:
        return list(Handoff.objects.of_nobody().filter(pk__in=asked))
    return found


def _rep(request: PortalRequest) -> User:
    rep = User.objects.filter(pk=whole(request.POST.get("rep", "")) or 0).first()
    if rep is None:
        raise Http404
    return rep
