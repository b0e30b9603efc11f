"""The forms about assignment: a rule with its conditions, and what a rep takes."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from agreements.document.groups.qualification import CRITERIA, Criterion
from agreements.hours import WEEKDAYS, CalendarError
from agreements.pages.fields import HoursField, WholeField
from agreements.pages.writing.kinds import said
from agreements.pages.writing.rows import group_part
from leads.assignment.deciding import RuleText
from leads.assignment.presence import week_of
from leads.enums import AssignmentWay
from leads.models import AssignmentRule, Seat
from leads.models.assignment import MOST_WEIGHT
from smarketing.accounts.models import User
from smarketing.lib.choosing import SomeRows
from smarketing.lib.opened import OpenedForm

DAY_NAMES = dict(
    zip(
        WEEKDAYS,
        (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")),
        strict=True,
    )
)


class RuleForm(forms.Form):
    name = forms.CharField(label=_("Name of the rule"), max_length=60)
    way = forms.ChoiceField(label=_("Who gets the lead"), choices=AssignmentWay.choices, initial=AssignmentWay.TURN)
    reps = SomeRows(
        User.objects.none(),
        label=_("Only these reps"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick nobody where the rule is for everybody who takes part."),
    )

    def __init__(self, *args: Any, team: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = User.objects.filter(is_active=True, memberships__team=team, memberships__role__in=("member", "lead"))
        reps: Any = self.fields["reps"]
        reps.queryset = members.order_by("name", "pk")


class RuleDraft:
    """The form of a rule with the rows of its conditions. `rule` is None for a new one."""

    def __init__(self, rule: AssignmentRule | None, team: int, data: QueryDict | None, place: str) -> None:
        named = list(rule.shares.filter(is_named=True).values_list("rep_id", flat=True)) if rule else []
        initial = {"name": rule.name, "way": rule.way, "reps": named} if rule else {}
        kept: Sequence[Criterion] = rule.criteria if rule else ()
        self.form, self.rows = RuleForm(initial=initial, team=team), group_part(CRITERIA, None, kept)
        self.opened = OpenedForm([self.form, self.rows], data, place)
        if self.opened.data is not None:
            self.form = RuleForm(self.opened.data, initial=initial, team=team)
            self.rows = group_part(CRITERIA, self.opened.data, kept)
        self.text: RuleText | None = None

    def is_sound(self) -> bool:
        """Whether it may be saved, or tried; else the fields say why not."""
        sound = [self.opened.allows(self.form), self.rows.is_valid()]
        if not all(sound):
            return False
        criteria = [made for row in self.rows.forms if _is_written(row) and (made := _criterion(row))]
        if any(row.errors for row in self.rows.forms):
            return False
        chosen = self.form.cleaned_data
        reps = list(chosen["reps"])
        self.text = RuleText(chosen["name"], chosen["way"], not reps, reps, criteria)
        return True


def _is_written(row: Any) -> bool:
    """The empty row, sent as the page showed it, has no values at all."""
    return bool(row.cleaned_data) and not row.cleaned_data.get("DELETE") and bool(row.values().get("fact"))


def _criterion(row: Any) -> Criterion | None:
    try:
        return Criterion.model_validate(row.values())
    except ValidationError as error:
        for fault in error.errors():
            context = dict(fault.get("ctx") or {})
            field = str(fault["loc"][0]) if fault["loc"] and fault["loc"][0] in row.fields else None
            row.add_error(field, said(str(context.pop("reason", fault["msg"])), **context))
        return None


class SeatForm(forms.Form):
    takes_part = forms.BooleanField(label=_("Takes part in the rules"), required=False)
    weight = WholeField(
        label=_("Weight"),
        min_value=1,
        max_value=MOST_WEIGHT,
        help_text=_("Who has 2 gets twice as many leads as who has 1."),
    )
    most_today = WholeField(label=_("At most a day"), required=False, min_value=0, max_value=10_000)
    most_open = WholeField(
        label=_("At most open at once"),
        required=False,
        min_value=0,
        max_value=10_000,
        help_text=_("Caps count all leads of the sales team, also those given by hand. Empty: no cap."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in WEEKDAYS:
            self.fields[day] = HoursField(label=DAY_NAMES[day], required=False)

    @property
    def days(self) -> list[Any]:
        return [self[day] for day in WEEKDAYS]

    @property
    def figures(self) -> list[Any]:
        return [bound for bound in self if bound.name not in WEEKDAYS]

    @staticmethod
    def initial_of(seat: Seat, *, takes_part: bool) -> dict[str, Any]:
        own = {name: getattr(seat, name) for name in ("weight", "most_today", "most_open")}
        hours = {day: tuple(map(tuple, seat.hours.get(day, ()))) for day in WEEKDAYS}
        return {"takes_part": takes_part, **own, **hours}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for day in WEEKDAYS:
            try:
                week_of({day: cleaned.get(day) or ()})
            except CalendarError:
                self.add_error(day, _("Own hours end on the day on which they begin."))
        return cleaned

    def values(self) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in ("takes_part", "weight", "most_today", "most_open")}
        hours = {day: [list(one) for one in self.cleaned_data[day]] for day in WEEKDAYS if self.cleaned_data[day]}
        return {**said, "hours": hours}
