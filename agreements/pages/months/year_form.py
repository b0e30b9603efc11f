"""The form of a year: quotas by month and part, and the assumptions that turn them into targets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.document.clauses import AgreementDocument
from agreements.document.text import DocumentError, read, write
from agreements.months.pasted import MOST_PARTS, Pasted, Weights
from agreements.months.targets import (
    ASSUMED,
    LONGEST_CYCLE,
    Conversion,
    TierConversion,
    taken_together,
)
from agreements.months.year import PlanningYear
from agreements.pages.fields import AmountField, PercentField, WholeField
from agreements.pages.months.tier_fields import (
    ASSUMED_AS,
    name_of,
    refuse_number,
    refuse_numbers,
    refuse_whole,
    tier_fields,
    tier_values,
)
from agreements.pages.writing.kinds import said
from smarketing.lib import words
from smarketing.lib.numbers import MINUS, exactly
from smarketing.lib.periods import Period

GENERAL = ("marketing_share", "average_deal", "lead_to_customer")
SPREADS = (
    ("working", _("by working days")),
    ("seasonal", _("by seasonal weights")),
    ("evenly", _("evenly")),
)


class YearForm(forms.Form):
    """`former` is the document as it stands; `parts` are the names of the columns into which quotas are split."""

    part_names = forms.CharField(
        label=_("Regions or product lines"),
        required=False,
        max_length=1000,
        help_text=_("Separated by commas; each gets a column, and the quota is the sum of its parts."),
    )
    marketing_share = PercentField(label=_("Share of revenue from marketing leads"), decimal_places=8, required=False)
    average_deal = AmountField(label=_("Average deal size"), required=False)
    lead_to_customer = PercentField(label=_("Lead-to-customer rate"), decimal_places=8, required=False)
    cycle_days = WholeField(label=_("Sales cycle in days"), required=False, min_value=0, max_value=LONGEST_CYCLE)
    is_shifted = forms.BooleanField(
        label=_("Leads serve the quota of the month a cycle later"), required=False, widget=forms.CheckboxInput()
    )

    def __init__(self, former: AgreementDocument, year: PlanningYear, data: Mapping[str, Any] | None = None) -> None:
        self.former, self.year = former, year
        self.months = [month.start_on for month in year.months]
        self.tiers = _tiers(former)
        self.parts = _names(str(data.get("part_names", ""))) if data is not None else _parts(former, self.months)
        self.given: AgreementDocument | None = None
        super().__init__(data, initial=self._initial())
        self.fields["average_deal"].currency = former.currency  # type: ignore[attr-defined]
        quota: dict[str, Any] = {"currency": former.currency, "required": False, "min_value": 0}
        for month in self.months:
            name = date_format(month, "YEAR_MONTH_FORMAT")
            self.fields[f"quota-{month:%Y-%m}"] = AmountField(**quota, label=name)
            for place, part in enumerate(self.parts):
                label = f"{name}, {part}"
                self.fields[f"part-{place}-{month:%Y-%m}"] = AmountField(**quota, label=label)
        self.fields |= dict(tier_fields(self.tiers, former.currency, required=False))
        for name, field in self.fields.items():
            is_box = isinstance(field.widget, forms.CheckboxInput)
            is_sum = isinstance(field, AmountField)
            field.widget.attrs["class"] = "form-check-input" if is_box else f"form-control{' text-end' * is_sum}"
            field.widget.attrs["aria-describedby"] = f"id_{name}_error"

    def _initial(self) -> dict[str, Any]:
        former = self.former
        found: dict[str, Any] = {name: getattr(former, name) for name in (*GENERAL, "is_shifted")}
        found |= {"cycle_days": former.cycle_days or None, "part_names": ", ".join(_parts(former, self.months))}
        for month in self.months:
            found[f"quota-{month:%Y-%m}"] = former.quotas.get(month)
            for place, part in enumerate(self.parts):
                found[f"part-{place}-{month:%Y-%m}"] = former.quota_parts.get(month, {}).get(part)
        return found | tier_values(self.tiers, former.by_tier)

    # As the page shows it

    def rows(self) -> Iterator[tuple[date, BoundField, list[BoundField]]]:
        """Each month with the field of its quota and those of its parts."""
        for month in self.months:
            key = f"{month:%Y-%m}"
            yield month, self[f"quota-{key}"], [self[f"part-{place}-{key}"] for place in range(len(self.parts))]

    def amount(self, month: date) -> Decimal | None:
        """The quota as it was sent, as far as that can be read."""
        self.is_valid()
        if self.given is not None:
            return self.given.quotas.get(month)
        found: Decimal | None = self.cleaned_data.get(f"quota-{month:%Y-%m}")
        return found

    def tier_rows(self) -> list[tuple[str, list[BoundField]]]:
        return [(tier, [self[name_of(key, place)] for key in ASSUMED_AS]) for place, tier in enumerate(self.tiers)]

    @property
    def general(self) -> list[BoundField]:
        return [self[name] for name in GENERAL]

    # What comes of it

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if len(self.parts) > MOST_PARTS:
            self.add_error("part_names", gettext("These are more than %(most)s parts.") % {"most": MOST_PARTS})
        quotas, parts = dict(self.former.quotas), dict(self.former.quota_parts)
        for month in self.months:
            self._month(month, cleaned, quotas, parts)
        conversion = self._conversion(cleaned)
        if not self.errors:
            assumed = vars(conversion) if conversion else dict.fromkeys(GENERAL) | _nothing_assumed()
            document = replace(
                self.former, quotas=dict(sorted(quotas.items())), quota_parts=dict(sorted(parts.items())), **assumed
            )
            self.given = self._sound(document)
        return cleaned

    def _month(self, month: date, cleaned: Mapping[str, Any], quotas: Any, parts: Any) -> None:
        """Where parts are given the quota is their sum, and a sum that was typed has to agree with it."""
        key = f"{month:%Y-%m}"
        own = {part: cleaned.get(f"part-{place}-{key}") for place, part in enumerate(self.parts)}
        given = {part: amount for part, amount in own.items() if amount is not None}
        quotas.pop(month, None)
        parts.pop(month, None)
        typed = cleaned.get(f"quota-{key}")
        if given:
            total = sum(given.values(), Decimal(0))
            if typed is not None and typed != total and f"quota-{key}" in self.changed_data:
                text = gettext("The parts come to %(sum)s.") % {"sum": exactly(total)}
                self.add_error(f"quota-{key}", text)
            quotas[month], parts[month] = total, given
        elif typed is not None:
            quotas[month] = typed

    def _conversion(self, cleaned: Mapping[str, Any]) -> Conversion | None:
        general = {name: cleaned.get(name) for name in GENERAL}
        for name, value in general.items():
            refuse_number(self, name, name, value)
        refuse_numbers(self, self.tiers, dict(cleaned))
        rows = self._tier_conversions(cleaned, general)
        days, is_shifted = cleaned.get("cycle_days") or 0, bool(cleaned.get("is_shifted"))
        if is_shifted and not days and "cycle_days" not in self.errors:
            self.add_error("cycle_days", gettext("Say how long the cycle is, to shift by it."))
        if not any(value is not None for value in general.values()) and not rows:
            return None
        if not self.errors and rows:
            deal, rate = taken_together(rows)
            general["average_deal"] = deal if general["average_deal"] is None else general["average_deal"]
            general["lead_to_customer"] = rate if general["lead_to_customer"] is None else general["lead_to_customer"]
        for name, value in general.items():
            if value is None and (name == "marketing_share" or not rows):
                self._missing(name)
        if self.errors:
            return None
        share, deal, rate = (general[name] or Decimal(0) for name in GENERAL)
        return Conversion(share, deal, rate, tuple(rows), days, is_shifted)

    def _tier_conversions(
        self, cleaned: Mapping[str, Any], general: Mapping[str, Decimal | None]
    ) -> list[TierConversion]:
        """What a tier does not say of its own is as in general; without a share of any there are none."""
        rows, places = [], []
        for place, tier in enumerate(self.tiers):
            share, deal, rate = (cleaned.get(name_of(key, place)) for key in ASSUMED_AS)
            if share is None:
                if deal is not None or rate is not None:
                    self._missing(name_of("share", place))
                continue
            deal = general["average_deal"] if deal is None else deal
            rate = general["lead_to_customer"] if rate is None else rate
            for key, value in (("deal", deal), ("rate", rate)):
                if value is None:
                    self._missing(name_of(key, place))
            rows.append(TierConversion(tier, share, deal or Decimal(0), rate or Decimal(0)))
            places.append(place)
        refuse_whole(self, rows, places)
        return rows

    def _missing(self, field: str) -> None:
        if field not in self.errors:
            self.add_error(field, said("is missing"))

    def _sound(self, document: AgreementDocument) -> AgreementDocument | None:
        """What a file could not say is not saved from the page either."""
        try:
            return read(write(document))
        except DocumentError as error:
            for problem in error.problems:
                self.add_error(None, f"{problem.key}: {said(problem.text, **problem.values)}")
            return None


def filled_with(pasted: Pasted, data: Mapping[str, Any], year: PlanningYear, currency: str) -> dict[str, Any]:
    """What was typed, with what was pasted in its place. Parts of which nothing was pasted stay."""
    typed, months = {name: data[name] for name in data}, [month.start_on for month in year.months]
    names = _names(typed.get("part_names", ""))
    names += [part for own in pasted.parts.values() for part in own]
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(words.key(name), name)  # in their order: the fields are named by it
    names = list(known.values())
    typed["part_names"] = ", ".join(names)
    for month in months:
        if month not in pasted.quotas:
            continue
        key = f"{month:%Y-%m}"
        own = {words.key(part): amount for part, amount in pasted.parts.get(month, {}).items()}
        fields = {name: f"part-{place}-{key}" for place, name in enumerate(names)}
        for name, field in fields.items():
            amount = own.get(words.key(name))
            if amount is not None or month in pasted.whole:
                typed[field] = "" if amount is None else _shown(amount)
        is_whole = month in pasted.whole
        typed[f"quota-{key}"] = (
            _shown(pasted.quotas[month]) if is_whole else _sum_of(currency, [typed.get(f) for f in fields.values()])
        )
    return typed


def _sum_of(currency: str, typed: Sequence[Any]) -> str:
    """Empty where one of them is no amount: its field says so."""
    field = AmountField(currency=currency, required=False)
    try:
        return _shown(sum((field.clean(text) or Decimal(0) for text in typed), Decimal(0)))
    except ValidationError:
        return ""


def _shown(amount: Decimal) -> str:
    return exactly(amount).replace(MINUS, "-")


def _tiers(former: AgreementDocument) -> list[str]:
    known = {words.key(tier): tier for tier in reversed((*former.known_tiers, *(row.tier for row in former.by_tier)))}
    return list(dict.fromkeys(known[words.key(t)] for t in (*former.known_tiers, *(r.tier for r in former.by_tier))))


def _parts(former: AgreementDocument, months: Sequence[date]) -> list[str]:
    return list(dict.fromkeys(part for month in months for part in former.quota_parts.get(month, {})))


def _names(text: str) -> list[str]:
    found = {words.key(name): name.strip()[:60] for name in reversed(text.split(",")) if name.strip()}
    return list(found.values())[::-1]


def _nothing_assumed() -> dict[str, Any]:
    return {"by_tier": (), "cycle_days": 0, "is_shifted": False}


assert {*GENERAL, *_nothing_assumed()} == {*ASSUMED}


class PasteForm(forms.Form):
    """Cells out of a spreadsheet, or a file of them; how a quarter or a year is spread over its months."""

    cells = forms.CharField(
        label=_("Cells out of a spreadsheet"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "form-control"}),
        help_text=_("Month or quarter and sum in each line, or twelve, four or one sums alone."),
    )
    file = forms.FileField(
        label=_("or a CSV file"), required=False, widget=forms.ClearableFileInput(attrs={"class": "form-control"})
    )
    spread = forms.ChoiceField(
        label=_("A quarter or a year is spread"),
        choices=SPREADS,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    weights = forms.CharField(
        label=_("Seasonal weights"),
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=_("Twelve numbers, from the first month of the year on, like 8 8 9 8 7 6 5 5 9 11 12 12."),
    )

    def clean_weights(self) -> list[Decimal]:
        text = self.cleaned_data["weights"].replace(";", " ")
        if not text.strip():
            return []
        try:
            found = [Decimal(word.replace(",", ".")) for word in text.split()]
        except ArithmeticError:
            found = []
        if len(found) != 12 or not all(n.is_finite() and 0 <= n < 10**12 for n in found) or not sum(found):
            raise ValidationError(_("Write twelve numbers, none of them below zero and one of them above."))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("file") and not cleaned.get("cells", "").strip():
            raise ValidationError(_("Paste some cells or choose a file."))
        if cleaned.get("spread") == "seasonal" and not cleaned.get("weights") and not self.errors:
            self.add_error("weights", said("is missing"))
        return cleaned

    def text(self) -> str | None:
        """None for a file that is no text."""
        file = self.cleaned_data["file"]
        if not file:
            return str(self.cleaned_data["cells"])
        data = file.read(200_001)
        for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
            try:
                return str(data.decode(encoding))
            except UnicodeDecodeError:
                continue
        return None

    def scale(self, year: PlanningYear, working_days: Mapping[date, int]) -> Weights:
        spread, seasonal = self.cleaned_data["spread"] or "working", self.cleaned_data["weights"]
        by_month = dict(zip((month.start_on for month in year.months), seasonal, strict=False))

        def weights(months: Sequence[Period]) -> Sequence[int | Decimal]:
            known: Mapping[date, int | Decimal] = by_month if spread == "seasonal" else working_days
            found = [known.get(month.start_on, 0) for month in months]
            return found if spread != "evenly" and sum(found) else [1] * len(months)

        return weights
