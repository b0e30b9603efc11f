"""The forms of exceptions beyond the terms: times are local, as the agreement counts its days."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.document.clauses import PauseClause
from agreements.exceptions.agreeing import LONGEST_REASON
from agreements.models import Agreement
from agreements.months.targets import MOST_LEADS
from agreements.pages.fields import WholeField
from agreements.pages.writing.kinds import DayField
from agreements.signing.parties import teams_of
from agreements.terms import today_of
from smarketing.accounts.models import Side
from smarketing.lib.periods import Period
from smarketing.lib.spoken import period_name

MONTHS = (1, 2, 3)  # that an exception can change
OFFERED = 14
SERVICES = gettext_lazy("Service's are the working days until the friction report is due.")


class TimeInput(forms.TimeInput):
    input_type = "time"


class TimeOfDay(forms.TimeField):
    widget = TimeInput(format="%H:%M")


class ExceptionForm(forms.Form):
    begins_on = DayField(label=gettext_lazy("First day"))
    begins_at = TimeOfDay(label=gettext_lazy("from (time)"), required=False)
    ends_on = DayField(label=gettext_lazy("Last day"))
    ends_at = TimeOfDay(
        label=gettext_lazy("until (time)"),
        required=False,
        help_text=gettext_lazy("Without times the days count whole, the last one too."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("For example: the telephones were dead."),
    )
    pauses = forms.MultipleChoiceField(
        label=gettext_lazy("Whose clocks pause"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Marketing's run until the handoff, sales' from the handoff on."),
    )

    covers_measured = forms.BooleanField(
        label=gettext_lazy("It counts also for what was measured before it is agreed"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Once every side has agreed to that, what was measured in this time is measured again. "
            "Whoever answers sees before what would change. Otherwise it counts only for what is recorded from then on."
        ),
    )

    def __init__(self, data: Any, agreement: Agreement, at: datetime, own: Collection[Side] = ()) -> None:
        """`own` are the sides for which the person may sign. Service has to do with no target."""
        is_service = set(own) == {Side.SERVICE}
        super().__init__(data, initial={"pauses": [Side.SERVICE if is_service else Side.SALES]})
        pauses = self.fields["pauses"]
        assert isinstance(pauses, forms.MultipleChoiceField)
        pauses.choices = [(side.value, side.label) for side in teams_of(agreement)]
        if agreement.service_team_id:
            pauses.help_text = format_lazy("{} {}", pauses.help_text, SERVICES)
        self.months = () if is_service else MONTHS
        choices = [("", _("none")), *_months(agreement, today_of(agreement, at))]
        for n in self.months:
            self.fields[f"month_{n}"] = forms.ChoiceField(
                label=_("Month whose target changes"), required=False, choices=choices
            )
            self.fields[f"leads_{n}"] = WholeField(
                label=_("New target, leads"), required=False, min_value=0, max_value=MOST_LEADS
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        months = [data.get(f"month_{n}") for n in self.months]
        for n in self.months:
            month, leads = data.get(f"month_{n}"), data.get(f"leads_{n}")
            if month and leads is None and f"leads_{n}" not in self.errors:
                self.add_error(f"leads_{n}", _("Say how many leads the month is to have."))
            if not month and leads is not None:
                self.add_error(f"month_{n}", _("Say which month."))
            if month and months.index(month) < n - 1:
                self.add_error(f"month_{n}", _("This month stands here twice."))
        return data

    @property
    def rows(self) -> Iterator[tuple[Any, Any]]:
        return ((self[f"month_{n}"], self[f"leads_{n}"]) for n in self.months)

    @property
    def clause(self) -> PauseClause:
        told = self.cleaned_data
        return PauseClause(
            moment(told["begins_on"], told["begins_at"]), moment(told["ends_on"], told["ends_at"]), told["reason"]
        )

    @property
    def pausing(self) -> frozenset[Side]:
        return frozenset(map(Side, self.cleaned_data["pauses"]))

    @property
    def targets(self) -> dict[date, int]:
        told = self.cleaned_data
        return {
            date.fromisoformat(told[f"month_{n}"]): told[f"leads_{n}"] for n in self.months if told.get(f"month_{n}")
        }


class EarlierEndForm(forms.Form):
    last_on = DayField(label=gettext_lazy("Ends on"))
    last_at = TimeOfDay(label=gettext_lazy("at"), required=False)
    end_reason = forms.CharField(required=False, max_length=LONGEST_REASON)
    covers_measured = forms.BooleanField(required=False)

    @property
    def last(self) -> date | datetime:
        return moment(self.cleaned_data["last_on"], self.cleaned_data["last_at"])


def moment(on: date, at: time | None) -> date | datetime:
    return on if at is None else datetime.combine(on, at)


def _months(agreement: Agreement, today: date) -> Iterator[tuple[str, str]]:
    """Those with a target, from last month on."""
    known = set(agreement.targets.agreed().values_list("month", flat=True))
    month = Period.of(today).previous()
    for _n in range(OFFERED):
        if month.start_on in known:
            yield month.start_on.isoformat(), period_name(month)
        month = month.next()
