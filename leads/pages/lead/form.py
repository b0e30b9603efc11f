"""The form of a lead, for a new one and for changes."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from agreements.pages.fields import NumberField
from agreements.place_words import NAMES, place_name
from agreements.terms import in_force_at
from leads.doors.fields import LEAD, LEAD_FIELDS
from leads.doors.files.reading.dates import check_day
from leads.doors.files.wording import worded
from leads.doors.texts import Partly, read_text
from leads.doors.words_in_use import WordsInUse, words_in_use
from leads.models import Lead
from leads.pages.fields import WallTimeField, instant, wall_time
from leads.persons.known import leads_by_id
from smarketing.lib.choosing import OneRow
from smarketing.lib.file_problems import Unreadable

if TYPE_CHECKING:
    Base = forms.ModelForm[Lead]
else:
    Base = forms.ModelForm

REACHABLE = ("name", "company", "email", "phone")
PAIRS = (
    ("name", "job_title"),
    ("company", "company_size"),
    ("email", "phone"),
    ("country", "language"),
    ("source", "campaign"),
    ("tier", "score"),
    ("value", "created_at"),
    ("active_on", "consent"),
)
TEXTS = tuple(field for field in LEAD if field.longest and field.is_kept)


class LeadForm(Base):
    """`at` is the instant that a new lead is won at where nothing is said, and beyond which none can be."""

    created_at = WallTimeField(label=pgettext_lazy("lead", "Created"), required=False)

    class Meta:
        model = Lead
        fields = ("agreement", *LEAD_FIELDS)
        widgets = {
            "source": forms.TextInput({"list": "known-sources", "autocomplete": "off"}),
            "tier": forms.TextInput({"list": "known-tiers", "autocomplete": "off"}),
            "country": forms.TextInput({"list": "known-countries", "autocomplete": "off"}),
            "language": forms.TextInput({"list": "known-languages", "autocomplete": "off"}),
            "phone": forms.TextInput({"type": "tel"}),
            "external_id": forms.TextInput({"autocomplete": "off"}),
            "active_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "consent": forms.NullBooleanSelect(),
            "question": forms.Textarea({"rows": 3}),
        }
        field_classes = {"agreement": OneRow, "value": NumberField}
        help_texts = {
            "external_id": _("The lead's id in another system, if it has one."),
            "company_size": _("Employees."),
        }

    def __init__(self, *args: Any, agreements: QuerySet[Agreement], at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.words: WordsInUse = words_in_use(agreements)
        choice = self.fields["agreement"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = agreements
        if self.instance.pk:
            self._prepare_for_change()
        else:
            self._prepare_for_new(list(agreements))
        self._tell_currency({agreement.currency for agreement in agreements})
        self.helper = lead_layout()

    def _tell_currency(self, currencies: set[str]) -> None:
        value = self.fields["value"]
        if len(currencies) == 1:
            value.label = f"{value.label} ({currencies.pop()})"
        else:
            value.help_text = _("In the currency of the agreement.")

    def _prepare_for_change(self) -> None:
        self.fields["agreement"].disabled = True
        self.fields["agreement"].widget = forms.HiddenInput()
        self.fields["created_at"].required = True
        for name in NAMES:
            self.initial[name] = place_name(name, getattr(self.instance, name))
        self.initial["created_at"] = wall_time(self.instance.created_at, self.instance.agreement.time_zone)

    def _prepare_for_new(self, agreements: list[Agreement]) -> None:
        self.fields["created_at"].help_text = _("Empty means now.")
        if len(agreements) == 1:
            self.fields["agreement"].widget = forms.HiddenInput()
            self.initial["agreement"] = agreements[0].pk
        else:
            text = _("You have several agreements: this one says which sales team gets the lead and what is promised.")
            self.fields["agreement"].help_text = text
            standing = in_force_at(agreements, self.at)
            choice = self.fields["agreement"]
            assert isinstance(choice, OneRow)
            choice.label_from_instance = partial(_told_apart, standing)  # type: ignore[method-assign]
            if len(standing) == 1:
                self.initial.setdefault("agreement", standing[0].pk)

    def refuse_agreement(self, text: str) -> None:
        """Beside its choice; where there is nothing to choose, above all fields."""
        self.add_error(None if self.fields["agreement"].widget.is_hidden else "agreement", text)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        read_texts(self, values)
        if not any(values.get(name) or name in self.errors for name in REACHABLE):
            self.add_error(None, ValidationError(_("Give at least a name, a company, an e-mail or a phone number.")))
        self._check_time(values)
        self._check_active_on(values)
        self._check_external_id(values)
        return values

    def _check_time(self, values: dict[str, Any]) -> None:
        agreement = values.get("agreement")
        if agreement is None or "created_at" in self.errors:
            return
        wall, stood = values.get("created_at"), self.initial.get("created_at")
        if self.instance.pk and isinstance(stood, datetime) and wall == stood.replace(second=0, microsecond=0):
            values["created_at"] = self.instance.created_at  # the field shows no seconds: nothing was changed
            return
        values["created_at"] = instant(wall, agreement.time_zone) if wall else self.at
        if values["created_at"] > self.at:
            self.add_error("created_at", ValidationError(_("A lead cannot be created in the future."), code="future"))

    def _check_active_on(self, values: dict[str, Any]) -> None:
        agreement, on = values.get("agreement"), values.get("active_on")
        if agreement is None or not on:
            return
        try:
            check_day(on, self.at, ZoneInfo(agreement.time_zone))
        except Unreadable as error:
            self.add_error("active_on", ValidationError(worded(error.problem), code=error.problem.code))

    def clean_consent(self) -> bool | None:
        """Django takes whatever else is sent for "unknown"; who consented to what is nothing to guess."""
        sent, widget = self.data.get(self.add_prefix("consent"), ""), self.fields["consent"].widget
        if sent and sent not in ("True", "False") and sent not in dict(widget.choices):
            raise ValidationError(_("Choose one of the answers that are offered."), code="invalid_choice")
        consent: bool | None = self.cleaned_data["consent"]
        return consent

    def _check_external_id(self, values: dict[str, Any]) -> None:
        agreement, external_id = values.get("agreement"), values.get("external_id")
        if agreement is None or not external_id:
            return
        if leads_by_id(agreement.pk, [external_id]).get(external_id, self.instance.pk) != self.instance.pk:
            message = _("Another lead of this agreement has this external id.")
            self.add_error("external_id", ValidationError(message, code="taken"))


def read_texts(form: Base, values: dict[str, Any]) -> None:
    """As files read them, so that one lead is the same through every door."""
    for field in TEXTS:
        if text := values.get(field.name):
            try:
                values[field.name] = read_text(field, text)
            except (Unreadable, Partly) as error:
                form.add_error(field.name, ValidationError(worded(error.problem), code=error.problem.code))


def lead_layout() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Layout(
        "agreement",
        Div(*(Div(*pair, css_class="form-pair") for pair in PAIRS), css_class="pairs"),
        *(name for name in reversed(LEAD_FIELDS) if not any(name in pair for pair in PAIRS)),
    )
    return helper


def _told_apart(standing: list[Agreement], agreement: Agreement) -> str:
    """Before its first day and after its last one leads are logged, and not handed over."""
    if agreement in standing:
        return str(agreement)
    return gettext("%(agreement)s – not in force today, nothing is handed over") % {"agreement": agreement}
