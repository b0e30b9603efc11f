"""Actions: a review is moved, called, cancelled, held and written down; what is said in it is added before."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.document.groups.review import months_later
from agreements.models import Agreement
from agreements.terms import timeline, today_of
from reports.models import ReviewMeeting, ReviewMove, ReviewPoint
from reports.reviews.agenda import agenda
from reports.reviews.dates import AHEAD_MONTHS, CLOSED, COMING, NOT_HELD, UNDER_WAY, ReviewDate, review_on
from smarketing.accounts.models import User

MOST_POINTS = 50


class ReviewRefused(Exception):
    """`field` is where the refusal belongs; the text is for the person who tried."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class NoReviewOfThatDay(ReviewRefused):
    """It was moved, held or cancelled meanwhile, or the rhythm has changed."""


class DayRefused(ReviewRefused):
    """Reviews are on working days, from today to a year from now, one on a day."""


class WithoutReason(ReviewRefused):
    """The other side reads why."""


class NotYet(ReviewRefused):
    """A review is held on its day or later."""


class TooManyPoints(ReviewRefused):
    """An agenda is read in one go."""


def call(agreement: Agreement, on: date, begins: time | None, *, by: User, at: datetime, reason: str) -> ReviewMeeting:
    """One between those of the rhythm."""
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
        _check_reason(reason)
        _check_day(agreement, on, at)
        if review_on(agreement, on, today_of(agreement, at)):
            raise DayRefused("on", _("There is a review of this day already."))
        made = {"is_called": True, "on": on, "begins": begins, "reason": reason.strip()}
        meeting = ReviewMeeting.objects.create(agreement=agreement, planned_on=on, changed_at=at, changed_by=by, **made)
        _keep_move(meeting, on)
        return meeting


def move(
    agreement: Agreement, planned_on: date, on: date, begins: time | None, *, by: User, at: datetime, reason: str
) -> ReviewMeeting:
    """One that is cancelled stands again."""
    with transaction.atomic():
        review = standing(agreement, planned_on, at, COMING, NOT_HELD)
        _check_reason(reason)
        _check_day(agreement, on, at)
        return _changed(review, by=by, at=at, on=on, begins=begins, reason=reason.strip())


def cancel(agreement: Agreement, planned_on: date, *, by: User, at: datetime, reason: str) -> ReviewMeeting:
    with transaction.atomic():
        review = standing(agreement, planned_on, at, COMING, NOT_HELD)
        _check_reason(reason)
        return _changed(review, by=by, at=at, cancelled_at=at, reason=reason.strip())


def add_point(agreement: Agreement, planned_on: date, text: str, *, by: User, at: datetime) -> ReviewPoint:
    with transaction.atomic():
        meeting = _meeting(standing(agreement, planned_on, at, COMING, NOT_HELD), at)
        if meeting.points.count() >= MOST_POINTS:
            raise TooManyPoints("text", _("This agenda has %(most)s points already.") % {"most": MOST_POINTS})
        return ReviewPoint.objects.create(meeting=meeting, text=text, made_by=by, made_at=at)


def take_back_point(agreement: Agreement, planned_on: date, pk: int, *, of: User | None, at: datetime) -> None:
    """`of` whom it must be; None: anybody's. One that is gone is gone."""
    with transaction.atomic():
        review = standing(agreement, planned_on, at, COMING, NOT_HELD)
        if review.meeting:
            points = review.meeting.points.filter(pk=pk)
            (points.filter(made_by=of) if of else points).delete()


def hold(agreement: Agreement, planned_on: date, *, by: User, at: datetime, looks_back: bool = False) -> ReviewMeeting:
    """The agenda is kept with its figures as they are at this instant; one in the past looks back."""
    with transaction.atomic():
        review = standing(agreement, planned_on, at, COMING, NOT_HELD)
        if review.on > today_of(agreement, at):
            raise NotYet("", _("This review has not come yet: move it to today to hold it now."))
        meeting = _meeting(review, at)
        meeting.agenda = [{**asdict(point), "note": ""} for point in agenda(review, at, looks_back=looks_back)]
        meeting.held_at, meeting.held_by = at, by
        meeting.save(update_fields=["agenda", "held_at", "held_by"])
        return meeting


def write_minutes(
    agreement: Agreement, planned_on: date, *, at: datetime, present: str, notes: Mapping[int, str]
) -> ReviewMeeting:
    """`notes` by the place of their point in the agenda."""
    with transaction.atomic():
        meeting = _meeting(standing(agreement, planned_on, at, UNDER_WAY), at)
        meeting.present = present
        meeting.agenda = [{**point, "note": notes.get(n, point["note"])} for n, point in enumerate(meeting.agenda)]
        meeting.save(update_fields=["present", "agenda"])
        return meeting


def is_empty(agreement: Agreement, planned_on: date) -> bool:
    """Minutes in which nobody has written anything, and nothing is decided."""
    meeting = ReviewMeeting.objects.filter(agreement=agreement, planned_on=planned_on).first()
    return meeting is None or not (
        meeting.present or any(point["note"] for point in meeting.agenda) or meeting.decisions.exists()
    )


def close(agreement: Agreement, planned_on: date, *, by: User, at: datetime) -> ReviewMeeting:
    """From then on the minutes stay as they are."""
    with transaction.atomic():
        meeting = _meeting(standing(agreement, planned_on, at, UNDER_WAY), at)
        meeting.closed_at, meeting.closed_by = at, by
        meeting.save(update_fields=["closed_at", "closed_by"])
        return meeting


def standing(agreement: Agreement, planned_on: date, at: datetime, *states: str) -> ReviewDate:
    """As it is now that the agreement is locked."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    review = review_on(agreement, planned_on, today_of(agreement, at))
    if review is None or review.state not in states:
        if review and review.state in (UNDER_WAY, CLOSED):
            raise NoReviewOfThatDay("", _("Nothing was done: this review is held or its minutes are closed by now."))
        raise NoReviewOfThatDay("", _("Nothing was done: this review was changed in the meantime."))
    return review


def _meeting(review: ReviewDate, at: datetime) -> ReviewMeeting:
    """Its row, made where nobody has done anything with it yet."""
    if review.meeting:
        return review.meeting
    known: dict[str, Any] = {"on": review.on, "changed_at": at}
    return ReviewMeeting.objects.create(agreement=review.agreement, planned_on=review.planned_on, **known)


def _changed(review: ReviewDate, *, by: User, at: datetime, **values: Any) -> ReviewMeeting:
    meeting = _meeting(review, at)
    before = meeting.on
    for name, value in values.items():
        setattr(meeting, name, value)
    meeting.changed_at, meeting.changed_by, meeting.changes = at, by, meeting.changes + 1
    meeting.save()
    _keep_move(meeting, before)
    return meeting


def _keep_move(meeting: ReviewMeeting, before: date) -> None:
    """With its reason: the next one does not replace it."""
    on = None if meeting.cancelled_at else meeting.on
    kept = {"reason": meeting.reason, "at": meeting.changed_at, "by": meeting.changed_by}
    ReviewMove.objects.create(meeting=meeting, before=before, on=on, **kept)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise WithoutReason("reason", _("Say why: everybody who comes reads it."))


def _check_day(agreement: Agreement, on: date, at: datetime) -> None:
    today, terms = today_of(agreement, at), timeline(agreement)
    if not today <= on <= months_later(today, AHEAD_MONTHS):
        raise DayRefused("on", _("Choose a day from today to a year from now."))
    if not terms.on(on).calendar.is_working_day(on):
        raise DayRefused("on", _("Nobody works on this day by the calendar of the agreement."))
    if not terms.covers(on, on):
        raise DayRefused("on", _("The agreement has ended by then."))
