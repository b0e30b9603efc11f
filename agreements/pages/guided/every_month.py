"""The months of a first agreement in two fields: what each of the first twelve months begins with."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from agreements.document.beginnings import first_months
from agreements.document.clauses import AgreementDocument
from agreements.months.targets import MOST_LEADS
from agreements.pages.fields import AmountField, WholeField
from agreements.pages.guided.steps import EVERY_MONTH


class EveryMonthForm(forms.Form):
    """Empty where the months differ; untouched they then stay as they are."""

    quota = AmountField(label=_("Quota each month"), required=False, min_value=0, help_text=_("The revenue of sales."))
    leads = WholeField(
        label=_("Leads each month"),
        required=False,
        min_value=0,
        max_value=MOST_LEADS,
        help_text=_("Only where they do not follow from the quota."),
    )

    def __init__(self, document: AgreementDocument, data: QueryDict | None = None) -> None:
        self.months = first_months(document)
        initial = {"quota": self._each(document.quotas), "leads": self._each(document.targets)}
        super().__init__(data, initial=initial, prefix=EVERY_MONTH)
        self.fields["quota"].currency = document.currency  # type: ignore[attr-defined]

    def _each(self, kept: Any) -> Any:
        values = {kept.get(month) for month in self.months}
        return values.pop() if len(values) == 1 else None

    def applied(self, document: AgreementDocument) -> AgreementDocument:
        changed: dict[str, Any] = {}
        if "quota" in self.changed_data:
            changed |= {"quotas": self._set(document.quotas, self.cleaned_data["quota"]), "quota_parts": {}}
        if "leads" in self.changed_data:
            changed |= {"targets": self._set(document.targets, self.cleaned_data["leads"]), "tier_targets": {}}
        return replace(document, **changed)

    def _set(self, kept: Any, value: Any) -> dict[date, Any]:
        others = {month: each for month, each in kept.items() if month not in self.months}
        return dict(sorted((others | ({} if value is None else dict.fromkeys(self.months, value))).items()))


def moved_along(former: AgreementDocument, document: AgreementDocument) -> AgreementDocument:
    """The twelve months begin with the agreement, also when its first day is moved."""
    before, after = first_months(former), first_months(document)
    if before == after:
        return document
    to = dict(zip(before, after, strict=True))

    def moved(kept: Any) -> dict[date, Any]:
        return dict(sorted((to.get(month, month), value) for month, value in kept.items()))

    names = ("quotas", "quota_parts", "targets", "tier_targets")
    months: dict[str, Any] = {name: moved(getattr(document, name)) for name in names}
    return replace(document, **months)
