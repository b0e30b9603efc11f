"""One person: teams and roles, open leads, leaving and coming back, and what was changed."""

from collections.abc import Callable

from allauth.account.models import EmailAddress
from django.contrib.messages import ERROR, INFO
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from smarketing.accounts import people
from smarketing.accounts.access import administrators, staff_leads
from smarketing.accounts.models import PeopleChangeKind, Role, Team, User
from smarketing.accounts.people import PeopleRefused, led_teams, people_of, tell
from smarketing.lib.notices import say
from smarketing.lib.numbers import whole
from smarketing.lib.opened import OpenedForm
from smarketing.lib.request import PortalRequest
from smarketing.roof.people.forms import PersonDetailsForm, RoleForm
from smarketing.roof.people.reads import given_away, person_history, roles_of, zone_of

MOST_CHANGES = 50


def seen_person(request: PortalRequest, pk: int) -> User:
    return get_object_or_404(people_of(request.access), pk=pk)


@staff_leads
@require_safe
def detail(request: PortalRequest, pk: int) -> HttpResponse:
    return _page(request, seen_person(request, pk))


def _page(request: PortalRequest, person: User, form: RoleForm | None = None) -> HttpResponse:
    access = request.access
    context = {
        "person": person,
        "roles": roles_of(person, access, by=request.user),
        "role_choices": Role.choices,
        "form": form or RoleForm(None, teams=_other_teams(request, person)),
        "may_add": _may_add(request, person),
        "may_close": people.may_close(request.user, person),
        "given": given_away(person, access),
        "entries": person_history(person, access, most=MOST_CHANGES),
        "now": request.now,
        "zone": zone_of(access),
    }
    return TemplateResponse(request, "people/detail.html", context, status=422 if form else 200)


def _other_teams(request: PortalRequest, person: User) -> QuerySet[Team]:
    return led_teams(request.access).exclude(memberships__user=person)


def _may_add(request: PortalRequest, person: User) -> bool:
    is_open = request.access.is_administrator or person.pk != request.user.pk
    return is_open and _other_teams(request, person).exists()


@staff_leads
@require_POST
def role(request: PortalRequest, pk: int) -> HttpResponse:
    """Into a team, or to another role in it."""
    person = seen_person(request, pk)
    form = RoleForm(request.POST, teams=led_teams(request.access))
    if not form.is_valid():
        return _page(request, person, form)
    team, wanted = form.cleaned_data["team"], Role(form.cleaned_data["role"])

    def change() -> str:
        seen = form.cleaned_data["seen"] if "seen" in request.POST else None
        if not people.set_role(person, team, wanted, by=request.user, at=request.now, seen=seen):
            return ""
        said = {"person": person, "team": team, "role": wanted.label}
        return gettext("%(person)s is in %(team)s as: %(role)s.") % said

    return _done(request, person, change)


@staff_leads
@require_POST
def take_out(request: PortalRequest, pk: int) -> HttpResponse:
    person = seen_person(request, pk)
    team = get_object_or_404(led_teams(request.access), pk=whole(request.POST.get("team", "")) or 0)

    def change() -> str:
        if not people.take_out(person, team, by=request.user, at=request.now):
            return ""
        return gettext("%(person)s is not in %(team)s any more.") % {"person": person, "team": team}

    return _done(request, person, change)


@administrators
@require_POST
def administrator(request: PortalRequest, pk: int) -> HttpResponse:
    person, wanted = seen_person(request, pk), request.POST.get("is_administrator") == "on"

    def change() -> str:
        if not people.set_administrator(person, wanted, by=request.user, at=request.now):
            return ""
        text = (
            gettext("%(person)s is an administrator now.")
            if wanted
            else gettext("%(person)s is no administrator any more.")
        )
        return text % {"person": person}

    return _done(request, person, change)


@staff_leads
@require_POST
def leave(request: PortalRequest, pk: int) -> HttpResponse:
    person = seen_person(request, pk)

    def change() -> str:
        if not people.leave(person, by=request.user, at=request.now):
            return ""
        return gettext("%(person)s has left: the account is closed, what was done stays.") % {"person": person}

    return _done(request, person, change)


@staff_leads
@require_POST
def come_back(request: PortalRequest, pk: int) -> HttpResponse:
    person = seen_person(request, pk)

    def change() -> str:
        if not people.come_back(person, by=request.user, at=request.now):
            return ""
        return gettext("%(person)s is back, with the roles of before.") % {"person": person}

    return _done(request, person, change)


def _done(request: PortalRequest, person: User, change: Callable[[], str]) -> HttpResponse:
    """Back to the person, or to the list where this person is none of one's own any more."""
    try:
        if text := change():
            say(request, text)
        else:
            say(request, gettext("Nothing changed."), level=INFO)
    except PeopleRefused as refusal:
        say(request, str(refusal), level=ERROR)
    is_own = people_of(request.access).filter(pk=person.pk).exists()
    return redirect("people:detail", person.pk) if is_own else redirect("people:list")


@administrators
@transaction.atomic
def edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Name, address and language."""
    known = User.objects.select_for_update(no_key=True) if request.method == "POST" else User.objects.all()
    person = get_object_or_404(known, pk=pk)
    before = {"name": person.name, "email": person.email}
    form = PersonDetailsForm(instance=person)
    opened = OpenedForm([form], request.POST, request.path)
    if opened.data is not None:
        form = PersonDetailsForm(opened.data, instance=person)
    if opened.allows(form):
        form.instance.save(update_fields=opened.touched)
        for name, was in before.items():
            if (now := getattr(form.instance, name)) != was:
                about = {"before": was, "after": now, "by": request.user, "at": request.now}
                tell(PeopleChangeKind.DETAILS, person=person, **about)
        # An address that was changed must not open the account any longer.
        EmailAddress.objects.filter(user=person).exclude(email__iexact=form.instance.email).delete()
        say(request, gettext("%(person)s is saved.") % {"person": form.instance})
        return redirect("people:detail", pk)
    context = {"form": form, "opened": opened, "person": before}
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "people/edit.html", context | {"pk": pk}, status=status)
