"""People and teams: who is here, in which team, as what; and the invitations that stand."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from smarketing.accounts.access import administrators, staff_leads
from smarketing.accounts.invitations import has_mail_server, invitations_of, link_of
from smarketing.accounts.models import Invitation, Side
from smarketing.accounts.people import PeopleRefused, led_teams, make_team, organisations, people_of
from smarketing.lib.notices import say
from smarketing.lib.paging import page_of
from smarketing.lib.request import PortalRequest
from smarketing.roof.people.forms import PeopleFilter, TeamForm
from smarketing.roof.people.reads import zone_of


@dataclass(frozen=True)
class StandingInvitation:
    """`link` is shown where no letter can leave, to administrators only."""

    invitation: Invitation
    is_expired: bool
    link: str


@staff_leads
@require_safe
def people_list(request: PortalRequest) -> HttpResponse:
    access = request.access
    asked = PeopleFilter(request.GET, access=access)
    found = asked.found(people_of(access)).prefetch_related("memberships__team")
    here = Count("memberships", filter=Q(memberships__user__is_active=True))
    context = {
        "asked": asked,
        "page": page_of(found, ("name", "id"), request.GET),
        "teams": led_teams(access).annotate(people=here).order_by("side", "name"),
        "invitations": standing(request),
        "has_mail_server": has_mail_server(),
        "now": request.now,
        "zone": zone_of(access),
    }
    return TemplateResponse(request, "people/list.html", context)


def standing(request: PortalRequest) -> list[StandingInvitation]:
    is_shown = request.access.is_administrator and not has_mail_server()
    origin = request.build_absolute_uri("/") if is_shown else ""
    return [_standing(each, origin, request.now) for each in invitations_of(request.access)]


def _standing(invitation: Invitation, origin: str, at: datetime) -> StandingInvitation:
    is_expired = invitation.expires_at <= at
    return StandingInvitation(invitation, is_expired, link_of(invitation, origin) if origin and not is_expired else "")


@administrators
def new_team(request: PortalRequest) -> HttpResponse:
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        name, side, organisation = asked["name"], Side(asked["side"]), asked["organisation"]
        try:
            team = make_team(name, side, organisation=organisation, by=request.user, at=request.now)
        except PeopleRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            say(request, gettext("The team %(team)s is there: now invite its people.") % {"team": team})
            return redirect("people:list")
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(
        request, "people/new_team.html", {"form": form, "organisations": organisations()}, status=status
    )
