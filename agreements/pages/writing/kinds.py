"""Fields of an agreement's forms: for each kind of value one, and the day."""

from datetime import date
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.document.groups.clause_group import Choice, Prose
from agreements.document.groups.qualification import Values
from agreements.pages.fields import (
    NumberField,
    PercentField,
    WholeField,
)
from agreements.promises.kinds import Day, Flag, Fraction, Number, Text, ValueKind, Whole
from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR


def said(reason: str, /, **values: object) -> str:
    """A reason of a PURE module as a sentence in the reader's language."""
    return f"{capfirst(gettext(reason).format(**values))}."


class ValuesField(forms.CharField):
    """Words or numbers with semicolons between them; where there is none, commas do."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, tuple | list):
            return value
        return "; ".join(value) + (";" if len(value) == 1 and "," in value[0] else "")

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return tuple(part for piece in text.split(";" if ";" in text else ",") if (part := piece.strip()))


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day that an agreement can name, with a year of months after it."""

    widget = DayInput

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and not FIRST_YEAR <= day.year < LAST_YEAR:
            text = _("The day must lie in the years %(first)s to %(last)s.")
            raise forms.ValidationError(text, params={"first": FIRST_YEAR, "last": LAST_YEAR - 1})
        return day


def field_of(kind: ValueKind, label: str) -> forms.Field:
    match kind:
        case Prose(longest=longest) | Text(longest=longest):
            widget = forms.Textarea(attrs={"rows": 4}) if isinstance(kind, Prose) else None
            return forms.CharField(label=label, max_length=longest, widget=widget)
        case Choice() | Day() | Flag():
            return _chosen_field(kind, label)
        case Fraction(may_be_zero=may_be_zero):
            return PercentField(label=label, min_value=0, max_value=100, may_be_zero=may_be_zero)
        case Whole(low=low, high=high):
            return WholeField(label=label, min_value=low, max_value=high)
        case Number(places=places):
            return NumberField(label=label, decimal_places=places)
        case Values():
            return ValuesField(label=label, max_length=5_000)
    raise TypeError(kind)


def choices(kind: Choice) -> list[tuple[str, str]]:
    return [(key, capfirst(gettext(name))) for key, name in kind.pairs]


def _chosen_field(kind: Choice | Day | Flag, label: str) -> forms.Field:
    match kind:
        case Choice():
            return forms.ChoiceField(label=label, choices=choices(kind))
        case Day():
            return forms.DateField(label=label, widget=DayInput())
    return forms.BooleanField(label=label, required=False, widget=forms.CheckboxInput())
