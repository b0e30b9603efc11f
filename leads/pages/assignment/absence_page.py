"""Absences: the own ones, and of the team for who leads it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from agreements.models import Agreement
from agreements.pages.writing.kinds import DayField
from leads.assignment import absences as actions
from leads.assignment.calendars import (
    LARGEST,
    NO_CALENDAR,
    TOO_LARGE,
    TOO_MANY,
    TOO_OFTEN,
    UNKNOWN_ZONE,
    UNREAD_RULE,
    UnreadCalendar,
)
from leads.models import Absence
from leads.pages.exceptions.forms import TimeInput
from leads.refusals import Refused
from smarketing.accounts.access import reps
from smarketing.accounts.models import User
from smarketing.lib.choosing import OneRow
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest

MOST_SHOWN = 200
WHY_NOT = {
    NO_CALENDAR: gettext_lazy("This is no iCalendar file (.ics), or a damaged one."),
    TOO_LARGE: gettext_lazy("The file is too large: export less of the calendar."),
    TOO_MANY: gettext_lazy("There are too many entries: export less of the calendar, or take whole days only."),
    TOO_OFTEN: gettext_lazy("An entry repeats by the hour or more often, or without end: take it out of the calendar."),
    UNREAD_RULE: gettext_lazy(
        "An entry repeats by a rule that is not read here, or that never comes: %(named)s. Take it out of the calendar."
    ),
    UNKNOWN_ZONE: gettext_lazy("The file names a time zone that is not known, and does not say what it is: %(named)s."),
}


class PersonChoice(OneRow):
    def label_from_instance(self, person: User) -> str:
        return person.name


def person_field() -> PersonChoice:
    """Without one the person who asks."""
    return PersonChoice(label=gettext_lazy("Who"), queryset=User.objects.none(), required=False, empty_label=None)


class OfPerson(forms.Form):
    """Who leads nobody is not asked for whom it is."""

    def __init__(self, data: Any, *args: Any, people: Any, own: User, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.own = own
        who: Any = self.fields["person"]
        who.queryset, who.initial = people, own.pk
        if people.count() < 2:
            del self.fields["person"]

    @property
    def whose(self) -> User:
        found: User = self.cleaned_data.get("person") or self.own
        return found


class AbsenceForm(OfPerson):
    person = person_field()
    first_on = DayField(label=gettext_lazy("First day"))
    from_time = forms.TimeField(label=gettext_lazy("from"), required=False, widget=TimeInput())
    last_on = DayField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: the first day only.")
    )
    until_time = forms.TimeField(label=gettext_lazy("until"), required=False, widget=TimeInput())

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        said = self.cleaned_data
        last: date = said["last_on"] or said["first_on"]
        begin = datetime.combine(said["first_on"], said["from_time"] or time(), zone)
        until = said["until_time"]
        return begin, datetime.combine(last if until else last + timedelta(days=1), until or time(), zone)


class CalendarFileForm(OfPerson):
    person = person_field()
    file = forms.FileField(label=gettext_lazy("iCalendar file (.ics)"), max_length=200)
    busy_times = forms.BooleanField(
        label=gettext_lazy("Busy times within a day too, not only whole days"), required=False
    )


@reps
@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: PortalRequest) -> HttpResponse:
    people = actions.people_of(request.access, request.user)
    form = AbsenceForm(request.POST or None, people=people, own=request.user, auto_id="absence-%s")
    if request.method == "POST" and form.is_valid():
        try:
            actions.away(form.whose, *form.span(_zone(request)), by=request.user, at=request.now)
        except Refused as refusal:
            form.add_error("last_on", str(refusal))
        else:
            say(request, _("The absence is entered."))
            return redirect("leads:absences")
    return _page(request, form=form)


@reps
@require_http_methods(["GET", "HEAD", "POST"])
def from_calendar(request: PortalRequest) -> HttpResponse:
    """Of the file only times are kept."""
    if request.method != "POST":
        return redirect("leads:absences")
    people = actions.people_of(request.access, request.user)
    form = CalendarFileForm(request.POST, request.FILES, people=people, own=request.user, auto_id="calendar-%s")
    if form.is_valid():
        content, whole_days = form.cleaned_data["file"].read(LARGEST + 1), not form.cleaned_data["busy_times"]
        said: dict[str, Any] = {"by": request.user, "at": request.now, "whole_days": whole_days}
        try:
            count = actions.away_by_calendar(form.whose, content, _zone(request), **said)
        except UnreadCalendar as error:
            form.add_error("file", WHY_NOT[error.code] % {"named": error.named})
        else:
            text = ngettext("%(n)d absence is read from the calendar.", "%(n)d absences are read from it.", count)
            say(request, text % {"n": count})
            return redirect("leads:absences")
    return _page(request, calendar_form=form)


@reps
@require_POST
def off_today(request: PortalRequest) -> HttpResponse:
    if actions.away_for_today(request.user, _zone(request), by=request.user, at=request.now):
        say(request, _("You are off for today: no rule gives you a lead until midnight."))
    else:
        say(request, _("You are off today already."))
    return redirect("leads:absences")


@reps
@require_POST
def delete(request: PortalRequest, pk: int) -> HttpResponse:
    people = actions.people_of(request.access, request.user)
    get_object_or_404(Absence.objects.filter(person__in=people), pk=pk).delete()
    say(request, _("The absence is deleted."))
    return redirect("leads:absences")


def _page(
    request: PortalRequest, form: AbsenceForm | None = None, calendar_form: CalendarFileForm | None = None
) -> HttpResponse:
    people = actions.people_of(request.access, request.user)
    of_whom: dict[str, Any] = {"people": people, "own": request.user}
    rows = Absence.objects.filter(person__in=people, ends_at__gt=request.now).select_related("person")
    context = {
        "form": form or AbsenceForm(None, **of_whom, auto_id="absence-%s"),
        "calendar_form": calendar_form or CalendarFileForm(None, **of_whom, auto_id="calendar-%s"),
        "rows": rows[:MOST_SHOWN],
        "has_several": people.count() > 1,
        "zone": str(_zone(request)),
        "now": request.now,
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "leads/assignment/absences.html", context, status=status)


def _zone(request: PortalRequest) -> ZoneInfo:
    """Of the agreements that the person works for; of several the first by name."""
    zones = Agreement.objects.sold_by(request.access).order_by("name").values_list("time_zone", flat=True)
    return ZoneInfo(zones.first() or settings.TIME_ZONE)
