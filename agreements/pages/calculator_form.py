"""The form of the target calculator, filled with what was typed, else with what the agreement says for the month."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from agreements.months.agreed import current_assumptions
from agreements.months.targets import Derivation
from agreements.pages.forms import NUMBERS, CalculatorForm
from smarketing.lib.numbers import exact_percent, exactly, money, places_of
from smarketing.lib.periods import Period

MONTHS_AROUND = 12
MOST_PLACES = 4
EXAMPLES = (
    (_("A quota of 5,000"), "quota=5000&marketing_share=100&average_deal=100&lead_to_customer=50"),
    (_("Seven customers at five per cent"), "quota=700&marketing_share=100&average_deal=100&lead_to_customer=5"),
)


def calculator_form(agreement: Agreement, today: date, typed: QueryDict) -> CalculatorForm:
    months = _months(today)
    month = typed.get("month", "")
    if month not in dict(months):
        month = Period.of(today).next().label
    if any(name in typed for name in NUMBERS):
        data = {**{name: typed.get(name, "") for name in NUMBERS}, "month": month}
        return CalculatorForm(data, months=months, currency=agreement.currency)
    known = _known(agreement, Period.parse(month).start_on)
    form = CalculatorForm(initial={**known, "month": month}, months=months, currency=agreement.currency)
    if None in known.values():
        return form
    data = {name: str(form.fields[name].prepare_value(known[name])) for name in NUMBERS}
    return CalculatorForm({**data, "month": month}, months=months, currency=agreement.currency)


def _months(today: date) -> list[tuple[str, str]]:
    """The year before this month, for what is to be amended, and the year after it."""
    month, found = Period.of(today), []
    for _n in range(MONTHS_AROUND):
        month = month.previous()
    for _n in range(2 * MONTHS_AROUND + 1):
        found.append((month.label, date_format(month.start_on, "YEAR_MONTH_FORMAT")))
        month = month.next()
    return found


def _known(agreement: Agreement, month: date) -> dict[str, Decimal | None]:
    """What the month's target came of, else its quota and the current assumptions."""
    target = agreement.targets.agreed().filter(month=month).first()
    if target and target.conversion:
        return {"quota": target.quota, **vars(target.conversion)}
    current = current_assumptions(agreement)
    given = vars(current.conversion) if current else dict.fromkeys(NUMBERS[1:])
    quota = agreement.quotas.filter(month=month).values_list("amount", flat=True).first()
    return {"quota": quota, **given}


@dataclass(frozen=True)
class FormulaStep:
    """One product or quotient of the formula, with the numbers in it."""

    name: str
    sum: str
    result: str
    is_exact: bool


def steps(made: Derivation, currency: str) -> list[FormulaStep]:
    """Each begins with the unrounded result of the one before it; what is shown shorter than it is says so."""
    given = made.conversion
    quota, goal, deal = (money(n, currency) for n in (made.quota, made.revenue_goal, given.average_deal))
    customers, leads = (exactly(n, MOST_PLACES) for n in (made.customers, made.exact_leads))
    share, rate = exact_percent(given.marketing_share), exact_percent(given.lead_to_customer)
    name = gettext("Marketing's share of the revenue")
    return [
        FormulaStep(name, f"{quota} × {share}", goal, places_of(made.revenue_goal) <= 2),
        FormulaStep(
            gettext("Customers needed"), f"{goal} ÷ {deal}", customers, places_of(made.customers) <= MOST_PLACES
        ),
        FormulaStep(
            gettext("Leads needed"), f"{customers} ÷ {rate}", leads, places_of(made.exact_leads) <= MOST_PLACES
        ),
    ]


def exact_leads(made: Derivation) -> str:
    return exactly(made.exact_leads, MOST_PLACES)
