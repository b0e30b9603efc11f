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
from agreements.terms import Timeline
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


class Questions:
    """`is_answered`: the questions were shown, and what was typed can be taken."""

    def __init__(self, leads: Sequence[Lead], at: datetime, data: QueryDict) -> None:
        known, shown = Timelines(), data if "asked" in data else None
        self.prospects = []
        for lead in leads:
            found = Prospect(lead, known[lead.agreement_id], at, shown)
            if found.found.asks:
                self.prospects.append(found)
        self.reason = OutsideForm(shown)
        self.count = len(leads)
        self._was_shown = shown is not None

    @property
    def is_about_criteria(self) -> bool:
        return any(one.found.failing for one in self.prospects)

    @property
    def filled(self) -> list[Prospect]:
        return self.prospects[:MOST_FILLED]

    def is_answered(self) -> bool:
        if not self.prospects or not self._was_shown:
            return not self.prospects
        valid = [one.form.is_valid() for one in self.filled]
        if not self.reason.is_valid() or not all(valid):
            return False
        if any(one.as_filled().failing for one in self.prospects):
            self._ask_reason()
        return self.reason.is_valid()

    def _ask_reason(self) -> None:
        given = self.reason.cleaned_data
        if not given["reason"]:
            self.reason.add_error("reason", ValidationError(_("Choose a reason."), code="required"))
        elif given["reason"] == OutsideReason.OTHER and not given["note"].strip():
            self.reason.add_error("note", ValidationError(_("Say which reason that is."), code="required"))

    def answers(self) -> dict[str, Any]:
        given = self.reason.cleaned_data if self._was_shown and self.prospects else {}
        return {"reason": given.get("reason", ""), "note": given.get("note", "").strip()}
