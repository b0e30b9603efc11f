"""The forms of the ledger: one figure, the total revenue of many months, and when the next month is proposed."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from agreements.models.ledger import FIGURES
from agreements.months.ledger import Actuals, Figure
from agreements.months.suggestion import LAST_DAY, MOST_CUSTOMERS
from agreements.pages.fields import AmountField, WholeField
from leads.doors.files.wording import worded
from leads.ledger.totals import TotalsFault, read_totals, text_as_file
from smarketing.lib.numbers import money, number, places_of
from smarketing.lib.periods import Period, PeriodError, period_of

LARGEST = 2**20
MOST_FAULTS = 5
LONGEST_UNREAD = 40


class AskingForm(forms.Form):
    """Once it is valid it may ask whether what is hard to believe is meant; the tick holds for what was asked."""

    asks = ""  # the value of the tick
    agreement: Agreement

    def ask(self, field: str, doubted: Sequence[tuple[date, Figure, Actuals]]) -> bool:
        """Whether somebody has to answer before anything is entered."""
        said = [doubt_text(month, figure, then, self.agreement.currency) for month, figure, then in doubted]
        key = sha256("\n".join(said).encode()).hexdigest()[:16]
        if not said or self.data.get("sure") == key:
            return False
        self.asks = key
        for text in said[:MOST_FAULTS]:
            self.add_error(field, text)
        if len(said) > MOST_FAULTS:
            self.add_error(field, gettext("And %(n)s more.") % {"n": number(len(said) - MOST_FAULTS)})
        return True


def doubt_text(month: date, figure: Figure, then: Actuals, currency: str) -> str:
    known = {"month": f"{month:%Y-%m}", "leads": number(then.leads), "customers": number(then.customers)}
    known |= {"total": money(then.total_revenue, currency), "own": money(then.revenue, currency)}
    if figure == Figure.CUSTOMERS:
        return gettext("%(month)s would have more customers (%(customers)s) than leads (%(leads)s).") % known
    return (
        gettext("%(month)s would have less revenue in all (%(total)s) than from marketing's leads (%(own)s).") % known
    )


class FigureForm(AskingForm):
    month = forms.CharField(label=_("Month"), widget=forms.TextInput(attrs={"type": "month"}), max_length=7)
    figure = forms.ChoiceField(label=_("Figure"), choices=FIGURES)
    amount = AmountField(
        label=_("Amount"),
        decimal_places=2,
        required=False,
        help_text=_("Leave empty to count what is collected from leads and deals again."),
    )
    reason = forms.CharField(label=_("Reason or source"), max_length=300)

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreement = agreement
        self.fields["amount"].currency = agreement.currency  # type: ignore[attr-defined]

    def clean_month(self) -> date:
        try:
            period = period_of(self.cleaned_data["month"].strip())
        except PeriodError:
            period = None
        if period is None or period.kind != "month":
            raise forms.ValidationError(_("Write a month like 2026-03."))
        return period.start_on

    @property
    def amounts(self) -> dict[tuple[date, Figure], Decimal | None]:
        found = self.cleaned_data
        return {(found["month"], Figure(found["figure"])): found["amount"]}


class TotalsForm(AskingForm):
    """Months and amounts out of a file, or pasted."""

    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )
    pasted = forms.CharField(
        label=_("or pasted from a spreadsheet"),
        required=False,
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("A month and an amount per line, like 2026-03; 1.234,50"),
    )
    source = forms.CharField(label=_("Reason or source"), max_length=300)

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreement = agreement

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file, pasted = cleaned.get("file"), cleaned.get("pasted", "")
        if self.errors.keys() & {"file", "pasted"}:
            return cleaned
        if not file and not pasted.strip():
            self.add_error("file", _("Choose a file, or paste its rows."))
        elif file and pasted.strip():
            self.add_error("pasted", _("There is a file as well: give either the file or the rows."))
        elif file and file.size > LARGEST:
            self.add_error("file", _("The file is larger than a megabyte: it is more than months with amounts."))
        else:
            found = read_totals(file.file if file else text_as_file(pasted), self.agreement.currency)
            self._refuse("file" if file else "pasted", found.faults)
            cleaned["amounts"] = {(month, Figure.TOTAL_REVENUE): amount for month, amount in found.amounts.items()}
        return cleaned

    def ask(self, field: str, doubted: Sequence[tuple[date, Figure, Actuals]]) -> bool:
        """A browser does not send a file twice: its months stand in the box then."""
        is_asked = super().ask("pasted", doubted)
        if is_asked and self.cleaned_data.get("file"):
            amounts = self.cleaned_data["amounts"].items()
            rows = "\n".join(f"{month:%Y-%m}; {_written(amount)}" for (month, _), amount in amounts)
            self.data = {name: self.data[name] for name in self.data} | {"pasted": rows}
        return is_asked

    def _refuse(self, field: str, faults: tuple[TotalsFault, ...]) -> None:
        for fault in faults[:MOST_FAULTS]:
            said = worded(fault.problem)
            place = gettext("Line %(line)s: %(reason)s") % {"line": fault.line, "reason": said}
            self.add_error(field, place if fault.line else said)


def _written(amount: Decimal) -> str:
    """Three decimals get a fourth: with a mark before three digits it could be read in two ways."""
    places = max(2, places_of(amount))
    return f"{amount:.{4 if places == 3 else places}f}"


class SettingsForm(forms.Form):
    propose_on = WholeField(
        label=_("Propose the next month's target on day"),
        required=False,
        min_value=1,
        max_value=LAST_DAY,
        help_text=_("Of each month. Empty: never."),
    )
    fewest_customers = WholeField(
        label=_("Keep an assumption below so many customers"), min_value=1, max_value=MOST_CUSTOMERS
    )


class LedgerPeriod(forms.Form):
    """Over which time the sums are made."""

    period = forms.ChoiceField(label=_("Period"), required=False)

    def __init__(self, offered: list[Any], chosen: str, unread: str = "") -> None:
        """`unread` was asked for and is no period that can be shown."""
        super().__init__({"period": ""} if unread else None, initial={"period": chosen})
        self.fields["period"].choices = [("", _("The last twelve full months")), *offered]  # type: ignore[attr-defined]
        self.unread = unread
        if unread:
            text = gettext("“%(asked)s” is no period of the ledger: here stand the last twelve full months.")
            self.add_error("period", text % {"asked": unread[:LONGEST_UNREAD]})


def last_full_month(today: date) -> str:
    return Period.of(today).previous().label
