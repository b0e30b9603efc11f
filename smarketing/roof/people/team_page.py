"""One team: its name and whose it is, and merging it into another one."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from smarketing.accounts.access import administrators
from smarketing.accounts.models import Team
from smarketing.accounts.people import PeopleRefused, organisations
from smarketing.lib.notices import say
from smarketing.lib.opened import OpenedForm
from smarketing.lib.request import PortalRequest
from smarketing.roof.people.forms import MergeForm, TeamDetailsForm
from smarketing.roof.people.merging import agreements_of, merge, merging, move_house, possible_targets, rename
from smarketing.roof.people.reads import team_history, zone_of


@administrators
@transaction.atomic
def team(request: PortalRequest, pk: int) -> HttpResponse:
    standing = Team.objects.standing()
    found = get_object_or_404(standing.select_for_update(no_key=True) if request.method == "POST" else standing, pk=pk)
    kept = {"name": found.name, "organisation": found.organisation}
    form = TeamDetailsForm(initial=kept)
    opened = OpenedForm([form], request.POST, request.path)
    if opened.data is not None:
        form = TeamDetailsForm(opened.data, initial=kept)
    if opened.allows(form) and _changed(request, found, form):
        return redirect("people:team", pk)
    targets = possible_targets(found)
    context = {
        "team": found,
        "form": form,
        "opened": opened,
        "merge_form": MergeForm(None, targets=targets) if targets else None,
        "organisations": organisations(),
        "agreements": agreements_of(found),
        "entries": team_history(found),
        "now": request.now,
        "zone": zone_of(request.access),
    }
    return TemplateResponse(request, "people/team.html", context, status=422 if request.method == "POST" else 200)


def _changed(request: PortalRequest, team: Team, form: TeamDetailsForm) -> bool:
    """Whether it was done; else the form says why not."""
    asked, by, at = form.cleaned_data, request.user, request.now
    field = "name"
    try:
        with transaction.atomic():
            changed = rename(team, asked["name"], by=by, at=at)
            field = "organisation"
            changed |= move_house(team, asked["organisation"], by=by, at=at)
    except PeopleRefused as refusal:
        form.add_error(field, str(refusal))
        return False
    say(request, gettext("Your changes are saved.") if changed else gettext("Nothing was changed."))
    return True


@administrators
def merge_team(request: PortalRequest, pk: int) -> HttpResponse:
    """What would move is shown first; then it is done, and not to be undone."""
    found = get_object_or_404(Team.objects.standing(), pk=pk)
    form = MergeForm(request.POST if request.method == "POST" else request.GET, targets=possible_targets(found))
    context = {"team": found, "form": form}
    if form.is_valid():
        target = form.cleaned_data["into"]
        try:
            context["merging"] = merging(found, target)
            if request.method == "POST":
                merge(found, target, by=request.user, at=request.now)
                said = {"team": found, "into": target}
                say(request, gettext("%(team)s is merged into %(into)s.") % said)
                return redirect("people:team", target.pk)
        except PeopleRefused as refusal:
            form.add_error("into", str(refusal))
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "people/merge_team.html", context, status=status)
