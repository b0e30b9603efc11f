"""The forms of a review: its day, a point of the agenda, the minutes, a decision."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agreements.pages.writing.kinds import DayField
from reports.models import ReviewMeeting
from reports.models.reviews import LONGEST_TEXT
from reports.pages.reviews.words import ShownPoint
from reports.reviews.meetings import ReviewRefused
from smarketing.accounts.models import User
from smarketing.lib.ahead import too_far
from smarketing.lib.choosing import OneRow

LONGEST_NOTE = 5_000
MOST_PRESENT = 1_000


class ReviewForm(forms.Form):
    """The page brings the form element and its button; several stand on one page."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.lower()}-%s")
        super().__init__(data, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def refuse(self, refusal: ReviewRefused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class CancelReviewForm(ReviewForm):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ReviewDayForm(ReviewForm):
    on = DayField(label=_("Day"))
    begins = forms.TimeField(
        label=_("Begins at"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Empty means when the working day begins."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


class PointForm(ReviewForm):
    text = forms.CharField(label=_("Something to talk about"), max_length=LONGEST_TEXT)


class MinutesForm(ReviewForm):
    """A note for each point of the agenda, by its place."""

    present = forms.CharField(
        label=_("Who was there"), max_length=MOST_PRESENT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any = None, *, meeting: ReviewMeeting, points: Iterable[ShownPoint]) -> None:
        notes = {f"note_{place}": point["note"] for place, point in enumerate(meeting.agenda)}
        super().__init__(data, initial={"present": meeting.present, **notes})
        for place, point in enumerate(points):
            widget = forms.Textarea(attrs={"rows": 2})
            label = f"{place + 1}. {point.title}"
            self.fields[f"note_{place}"] = forms.CharField(
                label=label, max_length=LONGEST_NOTE, required=False, widget=widget
            )

    @property
    def notes(self) -> dict[int, str]:
        given = self.cleaned_data.items()
        return {int(name.removeprefix("note_")): text for name, text in given if name.startswith("note_")}


class DecisionForm(ReviewForm):
    text = forms.CharField(label=_("What is decided"), max_length=LONGEST_TEXT)
    owner = OneRow(User.objects.none(), label=_("Who sees to it"))
    due_on = DayField(label=_("Due on"))

    def __init__(self, data: Any = None, *, people: QuerySet[User], today: date) -> None:
        super().__init__(data)
        self.today = today
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = people

    @property
    def is_begun(self) -> bool:
        return any(self.data.get(name, "").strip() for name in self.fields)

    def clean_due_on(self) -> date:
        due_on: date = self.cleaned_data["due_on"]
        if due_on < self.today:
            raise forms.ValidationError(_("This day is over: choose today or a later day."))
        if refusal := too_far(due_on, self.today):
            raise forms.ValidationError(refusal)
        return due_on
