"""The filter of the figures: the form shows what the address says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from reports.facts.dimensions import WORDS
from reports.facts.reading import Reading
from reports.facts.record_lists import LISTS, Selection
from reports.facts.results import WITHOUT
from reports.judgement import JUDGES, VERDICTS
from reports.measures.handoff_columns import DIMENSIONS, Scope
from reports.pages.links import choice_of, choices_of, scope_of
from smarketing.lib.periods import Period, PeriodError, period_of
from smarketing.lib.spoken import period_name

OFFERED = {"month": 15, "quarter": 6, "year": 3}
MEASURES = tuple(JUDGES)
LONGEST_UNREAD = 20


@dataclass(frozen=True)
class Chosen:
    """`on` is the day on whose evening one looks, None for now. `unread` is what was asked for and cannot be shown.

    `without` excuses and the exceptions agreed beyond the terms.
    """

    period: Period
    scope: Scope
    on: date | None = None
    unread: str = ""
    without: bool = False

    @classmethod
    def read(cls, params: QueryDict, today: date) -> "Chosen":
        """What the address asks for; without a readable period the month of that day."""
        asked, asked_on = params.get("period", ""), params.get("on", "")
        on = day_of(asked_on, today)
        unread = asked_on if on is None and asked_on != today.isoformat() else ""
        try:
            period = period_of(asked)
        except PeriodError:
            period, unread = Period.of(on or today), asked or unread
        return cls(period, scope_of(params, MEASURES), on, unread[:LONGEST_UNREAD], params.get("excuses") == WITHOUT)


def day_of(text: str, today: date) -> date | None:
    """A day that is over; today is seen as it stands."""
    try:
        on = date.fromisoformat(text)
        period_of(Period.of(on).label)
    except (ValueError, PeriodError):
        return None
    return on if on < today else None


def selection(params: QueryDict) -> Selection | None:
    """The records asked for, or None where the address makes no sense."""
    form = SelectionForm(params)
    if not form.is_valid():
        return None
    return Selection(**{name: value for name, value in form.cleaned_data.items() if value not in ("", None)})


class SelectionForm(forms.Form):
    what = forms.ChoiceField(choices=[(what, what) for what in LISTS])
    first_on = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    last_on = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    over = forms.FloatField(required=False, min_value=0)
    upto = forms.FloatField(required=False, min_value=0)
    nth = forms.IntegerField(required=False, min_value=0, max_value=1_000_000)
    verdict = forms.ChoiceField(required=False, choices=[(name, name) for name in ("", *VERDICTS)])


class PeriodFilter(forms.Form):
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)
    excuses = forms.ChoiceField(
        label=gettext_lazy("Excuses and exceptions"),
        required=False,
        choices=[
            ("", pgettext_lazy("excuses", "counted")),
            (WITHOUT, pgettext_lazy("excuses", "as if there were none")),
        ],
    )
    on = forms.DateField(
        label=gettext_lazy("As at the end of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, chosen: Chosen, today: date, **initial: str) -> None:
        excuses = WITHOUT if chosen.without else ""
        super().__init__(initial={"period": chosen.period.label, "on": chosen.on, "excuses": excuses, **initial})
        self.offer("period", periods(chosen.period, today))

    def offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class ReportFilter(PeriodFilter):
    """The period, and one field for every dimension."""

    def __init__(self, reading: Reading, chosen: Chosen) -> None:
        super().__init__(chosen, reading.today, **choices_of(reading.scope))
        for dimension in DIMENSIONS:
            self.fields[dimension] = forms.ChoiceField(label=str(WORDS[dimension].label), required=False)
            self.offer(dimension, list(_choices(reading, dimension)))
        self.order_fields(["period", *DIMENSIONS, "excuses", "on"])


def _choices(reading: Reading, dimension: str) -> Iterable[tuple[str, str]]:
    words, scope = WORDS[dimension], reading.scope
    chosen = scope.word(dimension)
    yield "", str(words.all)
    if dimension == "tier" and scope.others:
        yield choices_of(scope)["tier"], _("all other tiers")
    for name in sorted({*reading.made.names[dimension].names, *([chosen] if chosen is not None else [])}):
        yield choice_of(name), words.say(name)


def periods(chosen: Period, today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The latest months, quarters and years, and the chosen one."""
    titles = {"month": _("Months"), "quarter": _("Quarters"), "year": _("Years")}
    offered = []
    for kind, count in OFFERED.items():
        latest = [Period.of(today, kind)]
        while len(latest) < count:
            latest.append(latest[-1].previous())
        if chosen.kind == kind and chosen not in latest:
            latest = sorted([*latest, chosen], reverse=True)
        offered.append((titles[kind], [(period.label, period_name(period)) for period in latest]))
    return offered
