"""The parts of the form in which an agreement is written; `edit_form` beside it makes one document of them."""

import re
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.document.beginnings import AgreementTemplate
from agreements.document.faults import LONGEST
from agreements.document.text import (
    ASSUMPTIONS,
    MOST_LEADS,
    RETURN_WITHIN,
    AgreementDocument,
    DocumentError,
    DocumentProblem,
    read,
    read_file,
    zones,
)
from agreements.enums import Pacing, Weekday, reason_words
from agreements.pages.fields import (
    AmountField,
    DaysField,
    HoursField,
    OtherHoursField,
    PausesField,
    PercentField,
    WholeField,
    YearlyHoursField,
)
from agreements.pages.writing.kinds import DayField, DayInput
from agreements.pages.writing.rows import Rows
from smarketing.accounts.models import Side
from smarketing.lib import words
from smarketing.lib.numbers import whole
from smarketing.lib.periods import Period
from smarketing.lib.widgets import LongSelect

NUMBERS = ("quota", *ASSUMPTIONS)


class HeadingForm(forms.Form):
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_("For addresses and files, like north-2026. It cannot be changed later."),
    )
    name = forms.CharField(label=_("Name"), max_length=150)
    marketing_team = forms.CharField(label=_("Marketing team"), max_length=100)
    sales_team = forms.CharField(label=_("Sales team"), max_length=100)
    service_team = forms.CharField(label=_("Service team"), max_length=100, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), widget=LongSelect)
    currency = forms.CharField(label=_("Currency"), max_length=3, help_text=_("A code like EUR."))
    year_begins = forms.ChoiceField(
        label=_("The year begins in"), choices=list(MONTHS.items()), initial=1, required=False
    )

    def __init__(self, *args: Any, fixed: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Choose one")), *((zone, zone.replace("_", " ")) for zone in zones())]
        self.fields["time_zone"].choices = choices  # type: ignore[attr-defined]
        for name in fixed:
            self.fields[name].disabled = True
        for side in ("marketing", "sales", "service"):
            self.fields[f"{side}_team"].widget.attrs["list"] = f"{side}-teams"

    def clean_year_begins(self) -> int:
        return int(self.cleaned_data["year_begins"] or self.initial.get("year_begins") or 1)

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class TermsForm(forms.Form):
    effective_on = forms.DateField(
        label=_("In force from"),
        widget=DayInput(),
        help_text=_("The same date corrects these terms; a later one adds a version and leaves this one as it is."),
    )
    pacing = forms.ChoiceField(label=_("The month's goal rises"), choices=Pacing.choices)
    warn_share = PercentField(label=_("Due soon after"), decimal_places=0, may_be_zero=False)
    automated_counts = forms.BooleanField(
        label=_("An automated message counts as an attempt"), required=False, widget=forms.CheckboxInput()
    )
    return_within_working_days = WholeField(
        label=_("Late returns"),
        required=False,
        min_value=0,
        max_value=1000,
        initial=RETURN_WITHIN,
        help_text=_(
            "Working days after a month in which a return still counts against it; later ones count when they come."
        ),
    )
    tiers = forms.CharField(
        label=_("Tiers"),
        required=False,
        max_length=1000,
        help_text=_("Best first, separated by commas; with the points of a lead, where they count: A = 100, B = 40."),
    )
    exceptions = PausesField(
        label=_("Exceptions"),
        required=False,
        help_text=_("One per line, from and to, like 2026-12-24 2026-12-31 stocktaking. Clocks pause."),
    )

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        value = super().get_initial_for_field(field, field_name)
        if field_name != "tiers":
            return value
        return ", ".join(name if points is None else f"{name} = {points}" for name, points in value or ())

    def clean_return_within_working_days(self) -> int:
        given = self.cleaned_data["return_within_working_days"]
        return RETURN_WITHIN if given is None else int(given)

    def clean_tiers(self) -> list[tuple[str, int | str | None]]:
        """Each with its points; what is no number there is refused with the document."""
        return [_tier(text) for text in self.cleaned_data["tiers"].split(",") if text.strip()]


def _tier(text: str) -> tuple[str, int | str | None]:
    name, is_worth, points = text.rpartition("=")
    if not is_worth:
        return text.strip(), None
    count = whole(points.strip())
    return name.strip(), points.strip() if count is None else count


class CalendarForm(forms.Form):
    country = forms.CharField(
        label=_("Public holidays of"), required=False, max_length=10, help_text=_("A country code like DE or DK.")
    )
    subdivision = forms.CharField(
        label=_("Subdivision"), required=False, max_length=60, help_text=_("A state or region, like BE for Berlin.")
    )
    optional = forms.BooleanField(
        label=_("Include optional and half-day holidays"),
        required=False,
        widget=forms.CheckboxInput(),
    )
    closed = DaysField(
        label=_("The team's own closed days"), required=False, help_text=_("One per line, like 2026-05-15.")
    )
    overrides = OtherHoursField(
        label=_("Days with other hours"),
        required=False,
        help_text=_("One per line, like 2026-12-24 09:00-12:00. They also apply on holidays."),
    )
    yearly = YearlyHoursField(
        label=_("Hours on the same day every year"),
        required=False,
        help_text=_("One per line, like 12-24 09:00-12:00; a day without hours is closed."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in Weekday:
            self.fields[day.value] = HoursField(label=day.label, required=False)

    @property
    def days(self) -> list[Any]:
        return [self[day.value] for day in Weekday]

    @property
    def exceptions(self) -> list[Any]:
        return [self[name] for name in ("country", "subdivision", "optional", "closed", "overrides", "yearly")]


class AssumptionsForm(forms.Form):
    marketing_share = PercentField(
        label=_("Share of revenue from marketing leads"), decimal_places=8, required=False, min_value=0, max_value=100
    )
    average_deal = AmountField(label=_("Average deal size"), required=False)
    lead_to_customer = PercentField(
        label=_("Lead-to-customer rate"), decimal_places=8, required=False, min_value=0, max_value=100
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {key: value for key, value in cleaned.items() if value is not None}
        for key in self.fields:
            if given and key in cleaned and key not in given:
                self.add_error(key, _("The three assumptions are given together or not at all."))
        return cleaned


class ReasonForm(forms.Form):
    """A reason for returns. Empty words at a default key: the words of the reader's language."""

    words = _("Reasons for returns")
    label = forms.CharField(label=_("Wording"), required=False, max_length=100)
    key = forms.CharField(
        label=_("Short name"), required=False, max_length=40, help_text=_("For files; handoffs keep it.")
    )
    whose = forms.ChoiceField(
        # A browser sends the first choice of an empty row too: with it alone the row stays empty.
        label=_("Whose to put right"),
        choices=[(side, side.label) for side in (Side.MARKETING, Side.SALES)],
        initial=Side.MARKETING,
    )
    counts = forms.BooleanField(label=_("Taken off the volume"), required=False, widget=forms.CheckboxInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["label"].widget.attrs["placeholder"] = reason_words(str(self.initial.get("key", "")), "")

    def clean(self) -> dict[str, Any]:
        """A new reason gets a short name from its words, if none is given."""
        cleaned = super().clean() or {}
        if not cleaned.get("key"):
            cleaned["key"] = slugify(cleaned.get("label", "")).replace("-", "_")[:40]
        return cleaned


class MonthForm(forms.Form):
    month = forms.DateField(widget=forms.HiddenInput())
    amount = AmountField(label=_("Quota"), required=False, min_value=0)
    leads = WholeField(label=_("Leads set directly"), required=False, min_value=0, max_value=MOST_LEADS)

    @property
    def words(self) -> str:
        return date_format(self.initial["month"], "YEAR_MONTH_FORMAT")


ReasonFormSet = forms.formset_factory(ReasonForm, Rows, extra=1, can_delete=True, max_num=40, absolute_max=50)


MonthFormSet = forms.formset_factory(MonthForm, Rows, extra=0, max_num=12, absolute_max=12)


class TomlForm(forms.Form):
    file = forms.FileField(label=_("File"), required=False)
    text = forms.CharField(
        label=_("or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not cleaned.get("text", "").strip() and not self.errors:
            raise forms.ValidationError(_("Choose a file or paste its text."))
        return cleaned

    def document(self) -> AgreementDocument:
        """Raises DocumentError."""
        file = self.cleaned_data["file"]
        return read_file(file.read(4 * LONGEST + 1)) if file else read(self.cleaned_data["text"])

    @staticmethod
    def told(error: DocumentError) -> list[str]:
        return [problem_words(problem) for problem in error.problems]


def problem_words(problem: DocumentProblem) -> str:
    place = [gettext("Line %(line)s") % {"line": problem.line}] if problem.line else []
    reason = gettext(problem.text).format(**problem.values)
    return ": ".join([*place, *([problem.key] if problem.path else []), reason])


class BeginForm(forms.Form):
    """What a template lacks: the teams, and from when on. All else may stay as it is."""

    marketing_team = forms.CharField(label=_("Marketing team"), max_length=100)
    sales_team = forms.CharField(label=_("Sales team"), max_length=100)
    service_team = forms.CharField(label=_("Service team"), max_length=100)
    leads_a_month = WholeField(label=_("Leads a month"), min_value=0, max_value=MOST_LEADS)
    quota_a_month = AmountField(label=_("Quota a month"), min_value=0)
    name = forms.CharField(
        label=_("Name"), max_length=150, required=False, help_text=_("Without one: the names of the teams.")
    )
    effective_on = DayField(label=_("First day"))
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        widget=LongSelect,
        required=False,
        help_text=_(
            "By itself: as in another agreement of these teams, else the one in brackets. "
            "Public holidays are taken from that agreement in any case."
        ),
    )
    currency = forms.CharField(label=_("Currency"), max_length=3)

    def __init__(self, data: QueryDict | None, *, beginning: AgreementTemplate, today: date) -> None:
        template = beginning.template
        first = Period.of(today).next().start_on
        numbers = {"leads_a_month": template.leads_a_month, "quota_a_month": template.quota_a_month}
        heading = {"currency": beginning.currency, "effective_on": first}
        super().__init__(data, initial=numbers | heading)
        usual = gettext("by itself (%(zone)s)") % {"zone": beginning.time_zone}
        known = [(zone, zone.replace("_", " ")) for zone in zones()]
        self.fields["time_zone"].choices = [("", usual), *known]  # type: ignore[attr-defined]
        if not beginning.has_service:
            del self.fields["service_team"]
        for name in [name for name, value in numbers.items() if value is None]:
            del self.fields[name]
        for side in ("marketing", "sales", "service"):
            if f"{side}_team" in self.fields:
                self.fields[f"{side}_team"].widget.attrs["list"] = f"{side}-teams"

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        if not re.fullmatch("[A-Z]{3}", currency):
            raise forms.ValidationError(_("Write a code of three letters like EUR."))
        return currency

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if words.key(given.get("sales_team", "")) == words.key(given.get("marketing_team", "-")):
            self.add_error("sales_team", _("The two sides are two teams."))
        return given

    @property
    def asked(self) -> list[Any]:
        return [bound for bound in self if bound.name.endswith(("_team", "_a_month"))]

    @property
    def more(self) -> list[Any]:
        return [bound for bound in self if not bound.name.endswith(("_team", "_a_month"))]

    def heading(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given["name"] = given["name"] or f"{given['marketing_team']} – {given['sales_team']}"[:150]
        return given

    def shown(self) -> dict[str, Any]:
        """What is sound of what was typed; for the rest the words of the sides and what the form opened with."""
        self.is_valid()  # reads the form: what is not sound is in no cleaned data
        typed = self.cleaned_data if self.is_bound else {}
        teams = {name: str(Side(name.removesuffix("_team")).label) for name in self.fields if name.endswith("_team")}
        opened = {name: value for name, value in self.initial.items() if name in self.fields}
        given = opened | teams | {name: value for name, value in typed.items() if value not in (None, "")}
        return {"slug": "template", "name": gettext("Agreement"), **given}
