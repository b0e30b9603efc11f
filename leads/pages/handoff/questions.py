"""What is asked when leads are handed over: why outside the criteria, and what the brief lacks, with a place for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from agreements.criterion_words import fact_names, failing_text
from agreements.document.groups.qualification import ASKED_FACTS
from agreements.terms import Timeline, timeline
from leads.clock.happened import Timelines
from leads.doors.form import edit_lead
from leads.enums import OutsideReason
from leads.models import Lead
from leads.pages.lead.form import LeadForm, read_texts
from leads.work.qualification import Qualified, qualification
from smarketing.accounts.models import User

MOST_FILLED = 25  # leads whose brief is filled in on one page
REASONS = [pair for pair in OutsideReason.choices if pair[0] not in (OutsideReason.FROM_FILE, OutsideReason.NOT_GIVEN)]

if TYPE_CHECKING:
    Base = forms.ModelForm[Lead]
else:
    Base = forms.ModelForm


class FillForm(Base):
    """The fields of one lead in which nothing is known yet. What stays empty stays unknown."""

    def clean(self) -> dict[str, Any]:
        read_texts(self, self.cleaned_data)
        return self.cleaned_data

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


class Prospect:
    """A lead that is about to be handed over, and what is asked for it."""

    def __init__(self, lead: Lead, known: Timeline, at: datetime, data: QueryDict | None = None) -> None:
        self.lead, self._on = lead, known.day_of(at)
        self._terms = terms = known.on(self._on)
        self.found = qualification(lead, terms, self._on)
        unknown = [one.criterion.fact for one in self.found.failing if one.value is None]
        names = dict.fromkeys(name for fact in (*self.found.missing, *unknown) for name in ASKED_FACTS[fact].fields)
        meta: Any = LeadForm.Meta
        shown = {"widgets": meta.widgets, "field_classes": meta.field_classes}
        form: Any = forms.modelform_factory(Lead, FillForm, fields=tuple(names), **shown)
        self.form = form(data, instance=lead, prefix=f"lead-{lead.pk}", use_required_attribute=False)

    @property
    def failing(self) -> list[str]:
        return [failing_text(one.as_json()) for one in self.found.failing]

    @property
    def missing(self) -> str:
        return fact_names(self.found.missing)

    def as_filled(self) -> Qualified:
        """With what was typed; `FillForm` has written it on the lead in memory."""
        return qualification(self.lead, self._terms, self._on)

    def fill(self, *, by: User, at: datetime) -> None:
        if given := self.form.given():
            edit_lead(Lead.objects.get(pk=self.lead.pk), given, by=by, at=at)


class OutsideForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why it is handed over all the same"), choices=[("", "–"), *REASONS], required=False
    )
    note = forms.CharField(
        label=_("In your words"), required=False, max_length=2_000, widget=forms.Textarea({"rows": 2})
    )

    def says_why(self) -> bool:
        """Asked of a valid form where a lead is outside the criteria."""
        given = self.cleaned_data
        if not given["reason"]:
            self.add_error("reason", ValidationError(_("Choose a reason."), code="required"))
        elif given["reason"] == OutsideReason.OTHER and not given["note"].strip():
            self.add_error("note", ValidationError(_("Say which reason that is."), code="required"))
        return not self.errors

    def answers(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"reason": given.get("reason", ""), "note": given.get("note", "").strip()}


class NewOutside:
    """A lead that is not kept yet and shall be handed over at once: what it does not meet, and why all the same.

    What is unknown of it has its place in the lead's own form.
    """

    def __init__(self, lead: Lead, at: datetime, data: QueryDict) -> None:
        known = timeline(lead.agreement)
        on = known.day_of(at)
        self.failing = [failing_text(one.as_json()) for one in qualification(lead, known.on(on), on).failing]
        self.reason = OutsideForm(data if "reason" in data else None)
        self.reason.fields["reason"].widget.attrs["autofocus"] = True  # the page was sent and has come back

    def is_answered(self) -> bool:
        return not self.failing or (self.reason.is_valid() and self.reason.says_why())

    def answers(self) -> dict[str, Any]:
        return self.reason.answers() if self.failing else {}


class Questions:
    """Page after page: `filled` are the leads of this one, `looked_at` those before; `left` says how many follow."""

    def __init__(self, leads: Sequence[Lead], at: datetime, data: QueryDict) -> None:
        known, sent = Timelines(), data if "asked" in data else None
        found = [Prospect(lead, known[lead.agreement_id], at, sent) for lead in leads]
        self.prospects = [one for one in found if one.found.asks]
        self.reason = OutsideForm(sent)
        self.count = len(leads)
        self._was_shown = sent is not None
        self.looked_at, shown = data.getlist("looked_at"), data.getlist("shown")
        ahead = [one for one in self.prospects if str(one.lead.pk) not in self.looked_at]
        self.filled = [one for one in ahead if not shown or str(one.lead.pk) in shown][:MOST_FILLED]
        self.left = len(ahead) - len(self.filled)

    @property
    def is_about_criteria(self) -> bool:
        return any(one.found.failing for one in self.prospects)

    def are_sound(self) -> bool:
        """What was typed on this page can be taken."""
        valid = [one.form.is_valid() for one in self.filled] if self._was_shown else [not self.prospects]
        return all(valid) and (not self._was_shown or self.reason.is_valid())

    def are_answered(self) -> bool:
        """On the last page, once they are sound: a reason is given where one is needed."""
        return not any(one.as_filled().failing for one in self.prospects) or self.reason.says_why()

    def fill(self, *, by: User, at: datetime) -> None:
        for one in self.filled:
            one.fill(by=by, at=at)

    def answers(self) -> dict[str, Any]:
        return self.reason.answers() if self._was_shown and self.prospects else {}


def next_questions(before: Questions, leads: Sequence[Lead], at: datetime) -> Questions:
    """About the leads of the next page. The reason that was typed stays."""
    looked_at = [*before.looked_at, *(str(one.lead.pk) for one in before.filled)]
    data = QueryDict(mutable=True)
    data.setlist("looked_at", looked_at)
    after = Questions(leads, at, data)
    after.reason = OutsideForm(initial=before.reason.cleaned_data)
    return after
