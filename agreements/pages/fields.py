"""Form fields for what an agreement holds: numbers as the language writes them, per cent, hours, days."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format, get_format
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from agreements.document.clauses import PauseClause, WrittenHours, moment_of
from agreements.document.differences import hours_text
from agreements.worktime import CalendarError, WorkCalendar
from smarketing.lib.amounts import typed_money, ways
from smarketing.lib.file_problems import Unreadable
from smarketing.lib.numbers import MINUS, exactly, number, places_of, refuse_too_many_digits

_WINDOW = re.compile(r"\s*([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)\s*[-–—]\s*([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)\s*")
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")
_SPACES = re.compile(r"[\s\u202f]")
LONGEST_DAY, LONGEST_LIST = 1_000, 20_000  # characters: of the hours of a day, of days in lines


class NumberField(forms.DecimalField):
    """A number in the separators of the reader's language, and only in those.

    "0,45" is no number in English: dropping the comma, as Django would, makes it 45.
    """

    widget = forms.TextInput
    default_error_messages = {"invalid": _("Write a number like %(example)s.")}

    def __init__(self, *, decimal_places: int = 6, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18 + decimal_places)
        kwargs.setdefault("validators", [refuse_too_many_digits])
        super().__init__(decimal_places=decimal_places, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = _SPACES.sub("", str(value or "")).replace("−", "-").translate(FULL_WIDTH)
        if not text:
            return None
        plain = self.plain(text)
        if plain is None:
            raise ValidationError(self.error_messages["invalid"], "invalid", {"example": number(Decimal("1234.5"), 1)})
        return Decimal(plain)

    @staticmethod
    def plain(text: str) -> str | None:
        """The number with a point and without groups, else None. Spaces may group in every language."""
        point, comma = get_format("DECIMAL_SEPARATOR"), get_format("THOUSAND_SEPARATOR")
        grouped = rf"[1-9][0-9]{{0,2}}(?:{re.escape(comma)}[0-9]{{3}})+"
        match = re.fullmatch(rf"(-?)({grouped}|[0-9]+)(?:{re.escape(point)}([0-9]+))?", text)
        if match is None:
            return None
        whole = match[1] + match[2].replace(comma, "")
        return f"{whole}.{match[3]}" if match[3] else whole

    def prepare_value(self, value: Any) -> Any:
        return exactly(value).replace(MINUS, "-") if isinstance(value, Decimal | int) else value


class AmountField(NumberField):
    """A sum as people type it or paste it out of a spreadsheet, with or without the agreement's currency."""

    default_error_messages = {
        "no_number": _("“%(text)s” is no amount."),
        "too_large": _("This is too large."),
        "other_currency": _("“%(text)s” is not in %(currency)s."),
        "two_ways": _("“%(text)s” can be read in two ways: write %(whole)s or %(small)s."),
        "min_value": _("This must not be below zero."),
    }

    def __init__(self, *, currency: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.currency = currency

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return typed_money(text, mark=get_format("DECIMAL_SEPARATOR"), currency=self.currency)
        except Unreadable as refusal:
            code = refusal.problem.code
            values = ways(text) if code == "two_ways" else {"text": text[:40], "currency": self.currency}
            raise ValidationError(self.error_messages[code], code, values) from None

    def prepare_value(self, value: Any) -> Any:
        """Three decimals get a fourth: what the page shows it can read again."""
        if isinstance(value, Decimal) and places_of(value) == 3:
            return number(value, 4).replace(MINUS, "-")
        return super().prepare_value(value)


class PercentField(NumberField):
    """Shown and typed as per cent, with or without the sign; kept as a share of one. "0.45" is 0.45 per cent."""

    default_error_messages = {"is_zero": _("Must be above 0 and at most 100%.")}

    def __init__(
        self, *, label: str | Promise, decimal_places: int = 4, may_be_zero: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(label=format_lazy("{} (%)", label), decimal_places=decimal_places, **kwargs)
        self.may_be_zero = may_be_zero

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        return super().to_python(str(value or "").strip().removesuffix("%"))

    def clean(self, value: Any) -> Decimal | None:
        percent = super().clean(value)
        if percent == 0 and not self.may_be_zero:
            raise ValidationError(self.error_messages["is_zero"], "is_zero")
        return None if percent is None else percent.scaleb(-2)

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value(value.scaleb(2) if isinstance(value, Decimal) else value)


class WholeField(NumberField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(decimal_places=0, **kwargs)

    def clean(self, value: Any) -> Any:
        whole = super().clean(value)
        return None if whole is None else int(whole)


class HoursField(forms.CharField):
    """Windows of a day as text: "09:00-12:00, 13:00-17:00"; empty is closed. Cleans to a tuple of pairs."""

    default_error_messages = {
        "invalid": _("Write hours like 09:00-12:00, 13:00-17:00."),
        "overlap": _("These hours overlap."),
        "impossible": _("Times run from 00:00 to 24:00, and an end differs from its start."),
    }

    def __init__(self, *, max_length: int = LONGEST_DAY, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        parts = [part for part in text.split(",") if part.strip()]
        matches = [_WINDOW.fullmatch(part) for part in parts]
        if not all(matches):
            raise ValidationError(self.error_messages["invalid"], "invalid")
        hours = tuple((match[1].zfill(5), match[2].zfill(5)) for match in matches if match)
        self.refuse_impossible(hours)
        return hours

    def refuse_impossible(self, hours: WrittenHours) -> None:
        try:
            for window in hours:
                WorkCalendar("UTC", {"mon": [window]})
        except CalendarError:
            raise ValidationError(self.error_messages["impossible"], "impossible") from None
        try:
            if hours:
                WorkCalendar("UTC", {"mon": hours})
        except CalendarError:
            raise ValidationError(self.error_messages["overlap"], "overlap") from None

    def prepare_value(self, value: Any) -> Any:
        return hours_text(value) if isinstance(value, tuple) else value


class DaysField(forms.CharField):
    """One day a line. Cleans to a sorted tuple of dates."""

    widget = forms.Textarea(attrs={"rows": 4})
    default_error_messages = {"invalid": _("“%(line)s” is not a date: write one like %(example)s.")}

    def __init__(self, *, max_length: int = LONGEST_LIST, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def clean(self, value: Any) -> Any:
        return tuple(sorted({self.day(line) for line in super().clean(value).split("\n") if line.strip()}))

    def day(self, text: str) -> date:
        try:
            day: date = forms.DateField().clean(text.strip())
        except ValidationError:
            values = {"line": text.strip()[:40], "example": "2026-12-24"}
            raise ValidationError(self.error_messages["invalid"], "invalid", values) from None
        return day

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else value


class OtherHoursField(DaysField):
    """One day a line with its hours after it; a day alone is closed. Cleans to a dictionary."""

    default_error_messages = {"twice": _("%(day)s is listed twice.")}

    def clean(self, value: Any) -> Any:
        days: dict[Any, WrittenHours] = {}
        for line in filter(str.strip, forms.CharField.clean(self, value).split("\n")):
            text, _space, hours = line.strip().partition(" ")
            day = self.day(text)
            if day in days:
                raise ValidationError(self.error_messages["twice"], "twice", {"day": self.said(day)})
            days[day] = HoursField(required=False).clean(hours)
        return days

    def said(self, day: date) -> str:
        return date_format(day)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return "\n".join(f"{day} {hours_text(hours)}".strip() for day, hours in value.items())


class YearlyHoursField(OtherHoursField):
    """The same for days of every year, like 12-24."""

    default_error_messages = {"invalid": _("“%(line)s” is not a day of the year: write one like %(example)s.")}

    def day(self, text: str) -> Any:
        try:
            return f"{date.fromisoformat(f'2000-{text.strip()}'):%m-%d}"
        except ValueError:
            values = {"line": text.strip()[:40], "example": "12-24"}
            raise ValidationError(self.error_messages["invalid"], "invalid", values) from None

    def said(self, day: Any) -> str:
        return str(day)


class PausesField(forms.CharField):
    """One exception a line: from, to, and the reason. Cleans to a tuple of exceptions as in the TOML form."""

    widget = forms.Textarea(attrs={"rows": 3})
    default_error_messages = {"invalid": _("“%(line)s” is not an exception: write one like %(example)s.")}

    def __init__(self, *, max_length: int = LONGEST_LIST, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def clean(self, value: Any) -> Any:
        return tuple(self.pause(line) for line in super().clean(value).split("\n") if line.strip())

    def pause(self, line: str) -> PauseClause:
        begins, _space, rest = line.strip().partition(" ")
        ends, _space, reason = rest.strip().partition(" ")
        try:
            return PauseClause(moment_of(begins), moment_of(ends), reason.strip())
        except ValueError:
            values = {"line": line.strip()[:40], "example": "2026-12-24 2026-12-31"}
            raise ValidationError(self.error_messages["invalid"], "invalid", values) from None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, tuple):
            return value
        return "\n".join(f"{p.begins.isoformat()} {p.ends.isoformat()} {p.reason}".strip() for p in value)
