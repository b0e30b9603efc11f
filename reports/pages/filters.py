"""The filter of the figures: the form shows what the address says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.facts.reading import Reading
from reports.measures.handoff_columns import Names
from reports.measures.selection import KINDS, STEPS, VERDICTS, Selection
from reports.pages.links import choice_of, name_of
from reports.pages.sheet import source_name, tier_name
from smarketing.lib.periods import Period, PeriodError, period_of
from smarketing.lib.spoken import period_name

OFFERED = {"month": 15, "quarter": 6, "year": 3}


@dataclass(frozen=True)
class Chosen:
    """`source` and `tier`: None for all, "" for those without one."""

    period: Period
    source: str | None = None
    tier: str | None = None

    @classmethod
    def read(cls, params: QueryDict, today: date) -> "Chosen":
        """What the address asks for; without a readable period this month."""
        try:
            period = period_of(params.get("period", ""))
        except PeriodError:
            period = Period.of(today)
        return cls(period, name_of(params.get("source", "")), name_of(params.get("tier", "")))


def selection(params: QueryDict) -> Selection | None:
    """The records asked for, or None where the address makes no sense."""
    form = SelectionForm(params)
    if not form.is_valid():
        return None
    return Selection(**{name: value for name, value in form.cleaned_data.items() if value not in ("", None)})


class SelectionForm(forms.Form):
    what = forms.ChoiceField(choices=[(what, what) for what in (*STEPS, *KINDS)])
    first_on = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    last_on = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    over = forms.FloatField(required=False, min_value=0)
    upto = forms.FloatField(required=False, min_value=0)
    nth = forms.IntegerField(required=False, min_value=0, max_value=1_000_000)
    verdict = forms.ChoiceField(required=False, choices=[(name, name) for name in ("", *VERDICTS)])


class ReportFilter(forms.Form):
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)
    source = forms.ChoiceField(label=gettext_lazy("Source"), required=False)
    tier = forms.ChoiceField(label=gettext_lazy("Tier"), required=False)

    def __init__(self, reading: Reading) -> None:
        period, source, tier = reading.period, reading.source, reading.tier
        initial = {"period": period.label, "source": choice_of(source), "tier": choice_of(tier)}
        super().__init__(initial=initial)
        everything = reading.everything
        self._offer("period", periods(period, reading.today))
        self._offer("source", [("", _("all sources")), *_names(everything.source, source, source_name)])
        self._offer("tier", [("", _("all tiers")), *_names(everything.tier, tier, tier_name)])

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class PeriodFilter(forms.Form):
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)

    def __init__(self, period: Period, today: date) -> None:
        super().__init__(initial={"period": period.label})
        field = self.fields["period"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = periods(period, today)


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


def _names(column: Names, chosen: str | None, say: Any) -> Iterable[tuple[str, str]]:
    names = {*column.names, *([chosen] if chosen is not None else [])}
    return [(choice_of(name), say(name)) for name in sorted(names)]
