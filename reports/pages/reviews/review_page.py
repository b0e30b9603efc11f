"""A review: its agenda as long as it is to come; then its minutes and what was decided."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from django.contrib.messages import ERROR
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.models import Agreement
from agreements.pages.fetch import visible
from agreements.terms import timeline
from reports.models import ReviewDecision
from reports.pages.reviews.forms import (
    CancelReviewForm,
    DecisionForm,
    MinutesForm,
    PointForm,
    ReviewDayForm,
    ReviewForm,
)
from reports.pages.reviews.words import shown_points
from reports.reviews import meetings
from reports.reviews.agenda import agenda
from reports.reviews.calendar import calendar_of_review
from reports.reviews.dates import CANCELLED, CLOSED, COMING, NOT_HELD, UNDER_WAY, ReviewDate, review_dates, review_on
from reports.reviews.decisions import decide, people_of
from reports.reviews.meetings import ReviewRefused
from smarketing.accounts.access import readers
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.numbers import whole
from smarketing.lib.opened import OpenedForm
from smarketing.lib.request import PortalRequest


@readers
def review(request: PortalRequest, slug: str, day: str) -> HttpResponse:
    agreement = visible(request, slug)
    if request.method != "POST":
        return _page(request, _review(request, agreement, day))
    doing = DOINGS.get(request.POST.get("do", ""))
    if doing is None:
        raise Http404
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=agreement.pk)
        return doing(request, _review(request, agreement, day))


@readers
@require_safe
def review_file(request: PortalRequest, slug: str, day: str) -> HttpResponse:
    found = _review(request, visible(request, slug), day)
    headers = {"Content-Disposition": f'attachment; filename="{slug}-{found.key}.ics"'}
    data = calendar_of_review(found, request.build_absolute_uri("/").rstrip("/"))
    return HttpResponse(data, content_type="text/calendar; charset=utf-8", headers=headers)


def _review(request: PortalRequest, agreement: Agreement, day: str) -> ReviewDate:
    try:
        planned_on = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    terms = timeline(agreement)
    found = review_on(agreement, planned_on, terms.day_of(request.now)) if terms.versions else None
    if found is None:
        raise Http404
    return found


def _page(request: PortalRequest, found: ReviewDate, **forms: Any) -> HttpResponse:
    agreement, meeting = found.agreement, found.meeting
    may_lead = request.access.may(Verb.AMEND, agreement)
    is_open, is_written = found.state in (COMING, NOT_HELD), found.state in (UNDER_WAY, CLOSED)
    kept: list[dict[str, Any]] = []
    if meeting and is_written:
        kept = meeting.agenda
    elif is_open:
        kept = [asdict(point) for point in agenda(found, request.now)]
    points = shown_points(agreement, kept)
    today = timeline(agreement).day_of(request.now)
    context: dict[str, Any] = {
        "agreement": agreement,
        "review": found,
        "meeting": meeting,
        "moves": list(meeting.moves.select_related("by")) if meeting else [],
        "points": points,
        "own_points": _own_points(request, found, may_lead=may_lead),
        "decisions": list(meeting.decisions.with_review()) if meeting else [],
        "may_lead": may_lead,
        "is_open": is_open,
        "is_written": is_written,
        "is_due": is_open and found.on <= today,
        "is_late": found.state == NOT_HELD,
        "is_cancelled": found.state == CANCELLED,
        "is_under_way": found.state == UNDER_WAY,
        "now": request.now,
        "today": today,
    }
    if is_open:
        context |= {"point_form": PointForm()}
        if may_lead:
            day_form = _day_form(found)
            context |= {"day_form": day_form, "cancel_form": CancelReviewForm()}
            context["day_opened"] = OpenedForm([day_form], None, request.path)
    if meeting and found.state == UNDER_WAY and may_lead:
        minutes = MinutesForm(meeting=meeting, points=points)
        context |= {"minutes_form": minutes, "opened": OpenedForm([minutes], None, request.path)}
        context["decision_form"] = DecisionForm(people=people_of(agreement), today=today)
    status = 422 if forms else 200
    return TemplateResponse(request, "reports/review.html", context | forms, status=status)


def _own_points(request: PortalRequest, found: ReviewDate, *, may_lead: bool) -> set[int]:
    """Those that this person may take back."""
    points = found.meeting.points.all() if found.meeting else ()
    return {point.pk for point in points if may_lead or point.made_by_id == request.user.pk}


def _day_form(found: ReviewDate, data: Any = None) -> ReviewDayForm:
    return ReviewDayForm(data, initial={"on": found.on, "begins": found.on_the_wall})


def _move(request: PortalRequest, found: ReviewDate) -> HttpResponse:
    def done(form: ReviewForm) -> str:
        moved = meetings.move(found.agreement, found.planned_on, **form.cleaned_data, **_who(request))
        return _("The review is on %(on)s.") % {"on": date_format(moved.on, "DATE_FORMAT")}

    request.access.check(Verb.AMEND, found.agreement)
    form = _day_form(found)
    opened = OpenedForm([form], request.POST, request.path)
    form = _day_form(found, opened.data)
    if opened.contradictions:
        return _page(request, found, day_form=form, day_opened=opened)
    return _tried(request, found, "day_form", form, done)


def _cancel(request: PortalRequest, found: ReviewDate) -> HttpResponse:
    def done(form: ReviewForm) -> str:
        meetings.cancel(found.agreement, found.planned_on, **form.cleaned_data, **_who(request))
        return _("The review is cancelled.")

    return _led(request, found, "cancel_form", CancelReviewForm(request.POST), done)


def _add_point(request: PortalRequest, found: ReviewDate) -> HttpResponse:
    def done(form: ReviewForm) -> str:
        meetings.add_point(found.agreement, found.planned_on, form.cleaned_data["text"], **_who(request))
        return _("The point is on the agenda.")

    return _tried(request, found, "point_form", PointForm(request.POST), done)


def _take_back_point(request: PortalRequest, found: ReviewDate) -> HttpResponse:
    of = None if request.access.may(Verb.AMEND, found.agreement) else request.user
    pk = whole(request.POST.get("point", "")) or 0

    def change() -> str:
        meetings.take_back_point(found.agreement, found.planned_on, pk, of=of, at=request.now)
        return _("The point is off the agenda.")

    return _told(request, found, change)


def _hold(request: PortalRequest, found: ReviewDate) -> HttpResponse:
    request.access.check(Verb.AMEND, found.agreement)

    def change() -> str:
        meetings.hold(found.agreement, found.planned_on, **_who(request))
        return _("The agenda is kept with its figures: write the minutes and what is decided.")

    return _told(request, found, change)


def _minutes(request: PortalRequest, found: ReviewDate) -> HttpResponse:
    """Minutes, a decision and the end of both are one form: each of its buttons keeps whatever was typed in it."""
    request.access.check(Verb.AMEND, found.agreement)
    meeting, doing = found.meeting, request.POST["do"]
    if meeting is None or found.state != UNDER_WAY:
        say(request, _("Nothing was saved: the minutes are closed by now."), level=ERROR)
        return _back(found)
    points = shown_points(found.agreement, meeting.agenda)
    form = MinutesForm(meeting=meeting, points=points)
    opened = OpenedForm([form], request.POST, request.path)
    form = MinutesForm(opened.data, meeting=meeting, points=points)
    today = timeline(found.agreement).day_of(request.now)
    decision = DecisionForm(request.POST, people=people_of(found.agreement), today=today)
    if not opened.allows(form):
        typed = {"decision_form": decision} if decision.is_begun else {}
        return _page(request, found, minutes_form=form, opened=opened, **typed)
    present = form.cleaned_data["present"]
    meetings.write_minutes(found.agreement, found.planned_on, present=present, notes=form.notes, at=request.now)
    if doing == "decide" or decision.is_begun:
        if not _is_decided(found, decision, request):
            say(request, _("The minutes are saved, the decision is not: see below."))
            return _page(request, _review(request, found.agreement, found.key), decision_form=decision)
        say(request, _("The decision is written down."))
    if doing not in ("close", "close_empty"):
        say(request, _("The minutes are saved."))
        return _back(found)
    if doing == "close" and meetings.is_empty(found.agreement, found.planned_on):
        return _page(request, found, asks_to_close=True)
    meetings.close(found.agreement, found.planned_on, **_who(request))
    say(request, _("The minutes are closed: they stay as they are."))
    return _back(found)


def _is_decided(found: ReviewDate, form: DecisionForm, request: PortalRequest) -> bool:
    if form.is_valid():
        try:
            decide(found.agreement, found.planned_on, **form.cleaned_data, **_who(request))
            return True
        except ReviewRefused as refusal:
            form.refuse(refusal)
    return False


def _led(
    request: PortalRequest, found: ReviewDate, name: str, form: ReviewForm, done: Callable[[ReviewForm], str]
) -> HttpResponse:
    request.access.check(Verb.AMEND, found.agreement)
    return _tried(request, found, name, form, done)


def _tried(
    request: PortalRequest, found: ReviewDate, name: str, form: ReviewForm, done: Callable[[ReviewForm], str]
) -> HttpResponse:
    """What is refused stands beside its field, with nothing typed lost."""
    if form.is_valid():
        try:
            say(request, done(form))
            return _back(found)
        except ReviewRefused as refusal:
            form.refuse(refusal)
    return _page(request, found, **{name: form})


def _told(request: PortalRequest, found: ReviewDate, change: Callable[[], str]) -> HttpResponse:
    try:
        say(request, change())
    except ReviewRefused as refusal:
        say(request, str(refusal), level=ERROR)
    return _back(found)


def _who(request: PortalRequest) -> dict[str, Any]:
    return {"by": request.user, "at": request.now}


def _back(found: ReviewDate) -> HttpResponse:
    return redirect("reports:review", found.agreement.slug, found.key)


DOINGS: dict[str, Callable[[PortalRequest, ReviewDate], HttpResponse]] = {
    "move": _move,
    "cancel": _cancel,
    "add_point": _add_point,
    "take_back_point": _take_back_point,
    "hold": _hold,
    **dict.fromkeys(("write", "decide", "close", "close_empty"), _minutes),
}


@readers
def reviews(request: PortalRequest, slug: str) -> HttpResponse:
    """All reviews of an agreement and what was decided in them; another one is called here."""
    agreement = visible(request, slug)
    terms = timeline(agreement)
    if not terms.versions:
        raise Http404
    form = ReviewDayForm(request.POST or None)
    if request.method == "POST":
        request.access.check(Verb.AMEND, agreement)
        if form.is_valid():
            try:
                called = meetings.call(agreement, **form.cleaned_data, **_who(request))
                say(request, _("The review is called for %(on)s.") % {"on": date_format(called.on, "DATE_FORMAT")})
                return redirect(called)
            except ReviewRefused as refusal:
                form.refuse(refusal)
    today = terms.day_of(request.now)
    dates = review_dates(agreement, today, terms)
    prefetch_related_objects([one.meeting for one in dates if one.meeting], "moves__by")
    ahead = [one for one in dates if one.state in (COMING, UNDER_WAY) or (one.state == CANCELLED and one.on >= today)]
    decisions = ReviewDecision.objects.filter(meeting__agreement=agreement).with_review()
    context = {
        "agreement": agreement,
        "ahead": ahead,
        "past": [one for one in reversed(dates) if one not in ahead],
        "decisions": sorted(decisions, key=lambda one: (one.is_done, one.due_on)),
        "form": form,
        "may_lead": request.access.may(Verb.AMEND, agreement),
        "today": today,
        "now": request.now,
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "reports/reviews.html", context, status=status)
