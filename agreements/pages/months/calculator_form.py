"""The form of the target calculator, filled with what was typed, else with what the agreement says for the month."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from agreements.months.agreed import current_assumptions
from agreements.months.targets import (
    MOST_LEADS,
    Conversion,
    Derivation,
    MonthNumbers,
    Points,
    TierConversion,
    TierDerivation,
    agreed_directly,
    derive,
    from_quota,
    taken_together,
)
from agreements.pages.fields import AmountField, PercentField
from agreements.pages.months.formula import shown_customers, shown_leads
from agreements.pages.months.tier_fields import (
    ASSUMED_AS,
    name_of,
    refuse_number,
    refuse_numbers,
    refuse_whole,
    tier_fields,
    tier_values,
)
from agreements.pages.writing.forms import NUMBERS
from smarketing.lib.numbers import exact_percent, money, number, places_of
from smarketing.lib.periods import Period

MONTHS_AROUND = 12
EXAMPLES = (
    (_("A quota of 5,000"), "quota=5000&marketing_share=100&average_deal=100&lead_to_customer=50"),
    (_("Seven customers at five per cent"), "quota=700&marketing_share=100&average_deal=100&lead_to_customer=5"),
)


class CalculatorForm(forms.Form):
    """From a quota to leads. Every field that makes a target impossible says so itself.

    `assumed` is what the agreement assumes: with its tiers each has fields of its own in place of the general ones, and
    the leads serve the quota of the month that it says.
    """

    quota = AmountField(label=_("Revenue quota of the month"))
    marketing_share = PercentField(label=_("Share of revenue from marketing leads"), decimal_places=8)
    average_deal = AmountField(label=_("Average deal size"))
    lead_to_customer = PercentField(label=_("Lead-to-customer rate"), decimal_places=8)
    month = forms.ChoiceField(label=_("For the month"))
    derivation: Derivation | None = None

    def __init__(
        self,
        *args: Any,
        months: Sequence[tuple[str, str]],
        currency: str,
        assumed: Conversion | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.months, self.assumed = dict(months), assumed
        self.tiers = [row.tier for row in assumed.by_tier] if assumed else []
        self.fields["month"].choices = months  # type: ignore[attr-defined]
        for name in ("quota", "average_deal"):
            self.fields[name].label = f"{self.fields[name].label} ({currency})"
            self.fields[name].currency = currency  # type: ignore[attr-defined]
        if self.tiers:
            month = self.fields.pop("month")
            del self.fields["average_deal"], self.fields["lead_to_customer"]
            self.fields |= {**dict(tier_fields(self.tiers, currency, required=True)), "month": month}
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name == "month" else "form-control"
            field.widget.attrs["aria-describedby"] = f"id_{name}_error"

    @property
    def numbers(self) -> list[str]:
        """The names of all fields but the month."""
        return [name for name in self.fields if name != "month"]

    @property
    def month_name(self) -> str:
        return self.months.get(str(self["month"].value()), "")

    def clean_month(self) -> date:
        return Period.parse(self.cleaned_data["month"]).start_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in NUMBERS:
            refuse_number(self, name, name, cleaned.get(name))
        refuse_numbers(self, self.tiers, cleaned)
        if not any(name in self.errors for name in self.numbers):
            self._derive(cleaned)
        return cleaned

    def _derive(self, cleaned: dict[str, Any]) -> None:
        rows = [
            TierConversion(tier, *(cleaned[name_of(key, place)] for key in ASSUMED_AS))
            for place, tier in enumerate(self.tiers)
        ]
        refuse_whole(self, rows, range(len(rows)))
        if self.errors:
            return
        deal, rate = taken_together(rows) if rows else (cleaned["average_deal"], cleaned["lead_to_customer"])
        made = Conversion(cleaned["marketing_share"], deal, rate, tuple(rows))
        if self.assumed:
            made = replace(made, cycle_days=self.assumed.cycle_days, is_shifted=self.assumed.is_shifted)
        derivation = derive(cleaned["quota"], made)
        if derivation.leads > MOST_LEADS:
            self.add_error("quota", _("This comes to more leads than anyone could agree to."))
        else:
            self.derivation = derivation


def calculator_form(agreement: Agreement, today: date, typed: QueryDict) -> CalculatorForm:
    months = _months(today)
    month = typed.get("month", "")
    if month not in dict(months):
        month = Period.of(today).next().label
    quota, assumed = _known(agreement, Period.parse(month).start_on)
    more: dict[str, Any] = {"months": months, "currency": agreement.currency, "assumed": assumed}
    known: dict[str, Any] = {"quota": quota, **dict.fromkeys(NUMBERS[1:])}
    if assumed:
        known |= {name: getattr(assumed, name) for name in NUMBERS[1:]}
        known |= tier_values([row.tier for row in assumed.by_tier], assumed.by_tier)
    form = CalculatorForm(initial={**known, "month": month}, **more)
    if any(name in typed for name in form.numbers):
        return CalculatorForm({**{name: typed.get(name, "") for name in form.numbers}, "month": month}, **more)
    if any(known[name] is None for name in form.numbers):
        return form
    data = {name: str(form.fields[name].prepare_value(known[name])) for name in form.numbers}
    return CalculatorForm({**data, "month": month}, **more)


def _months(today: date) -> list[tuple[str, str]]:
    """The year before this month, for what is to be amended, and the year after it."""
    month, found = Period.of(today), []
    for _n in range(MONTHS_AROUND):
        month = month.previous()
    for _n in range(2 * MONTHS_AROUND + 1):
        found.append((month.label, date_format(month.start_on, "YEAR_MONTH_FORMAT")))
        month = month.next()
    return found


def _known(agreement: Agreement, month: date) -> tuple[Decimal | None, Conversion | None]:
    """What the month's target came of, else the quota that its leads serve and the current assumptions."""
    target = agreement.targets.agreed().filter(month=month).first()
    if target and target.conversion:
        return target.quota, target.conversion
    current = current_assumptions(agreement)
    conversion = current.conversion if current else None
    serves = conversion.quota_month(month) if conversion else month
    return agreement.quotas.filter(month=serves).values_list("amount", flat=True).first(), conversion


def numbers_of(form: CalculatorForm, agreement: Agreement, points: Points, *, is_direct: bool) -> MonthNumbers:
    """What is agreed: the quota with its assumptions, or the leads alone. A quota that stays keeps its parts."""
    made, month = form.derivation, form.cleaned_data["month"]
    assert made is not None
    if is_direct:
        return agreed_directly(made.leads, {row.conversion.tier: row.leads for row in made.by_tier}, points)
    quota = agreement.quotas.filter(month=made.conversion.quota_month(month)).first()
    parts = quota.by_part if quota and quota.amount == made.quota else {}
    return from_quota(made.quota, made.conversion, points, month=month, parts=parts)


@dataclass(frozen=True)
class FormulaStep:
    """One product or quotient of the formula, with the numbers in it."""

    name: str
    sum: str
    result: str
    is_exact: bool


def steps(made: Derivation, currency: str) -> list[FormulaStep]:
    """Each begins with the unrounded result of the one before it; what is shown shorter than it is says so."""
    share = exact_percent(made.conversion.marketing_share)
    quota, goal = money(made.quota, currency), money(made.revenue_goal, currency)
    name = gettext("Marketing's share of the revenue")
    first = FormulaStep(name, f"{quota} × {share}", goal, places_of(made.revenue_goal) <= 2)
    if not made.by_tier:
        return [first, *_to_leads(made, made.conversion, currency, "{}")]
    return [first, *(step for tier in made.by_tier for step in _tier_steps(made, tier, currency)), _added_up(made)]


def _tier_steps(made: Derivation, tier: TierDerivation, currency: str) -> list[FormulaStep]:
    whole, goal = money(made.revenue_goal, currency), money(tier.revenue_goal, currency)
    name = gettext("Tier %(tier)s") % {"tier": tier.conversion.tier}
    sum_of = f"{whole} × {exact_percent(tier.conversion.share)}"
    first = FormulaStep(name, sum_of, goal, places_of(tier.revenue_goal) <= 2)
    return [first, *_to_leads(tier, tier.conversion, currency, name + ": {}")]


def _to_leads(
    made: Derivation | TierDerivation, given: Conversion | TierConversion, currency: str, name: str
) -> list[FormulaStep]:
    goal, deal = money(made.revenue_goal, currency), money(given.average_deal, currency)
    customers, is_exact = shown_customers(made.customers, given.lead_to_customer)
    leads, are_exact = shown_leads(made.exact_leads)
    rounded_up = "" if made.exact_leads == made.leads else f" → {number(made.leads)}"
    by_deal, by_rate = f"{goal} ÷ {deal}", f"{customers} ÷ {exact_percent(given.lead_to_customer)}"
    return [
        FormulaStep(name.format(gettext("Customers needed")), by_deal, customers, is_exact),
        FormulaStep(name.format(gettext("Leads needed")), by_rate, leads + rounded_up, are_exact),
    ]


def _added_up(made: Derivation) -> FormulaStep:
    """Each tier in whole leads."""
    counts = " + ".join(number(tier.leads) for tier in made.by_tier)
    return FormulaStep(gettext("Leads needed"), counts, number(made.leads), True)


def how_rounded(made: Derivation) -> str:
    """Nothing where it comes out whole. By tier each is rounded up, and the sum of them is not."""
    if all(part.exact_leads == part.leads for part in made.by_tier or (made,)):
        return ""
    if made.by_tier:
        counts = " + ".join(number(tier.leads) for tier in made.by_tier)
        return gettext("%(counts)s, each tier rounded up") % {"counts": counts}
    return gettext("rounded up from %(exact)s") % {"exact": shown_leads(made.exact_leads)[0]}
