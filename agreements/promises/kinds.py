"""PURE. Kinds of values that stand in an agreement: each reads a value of its text, or refuses it with a reason.

Reasons are templates, so that a page can show them in the reader's language. A kind is written in an annotation:
`share: Annotated[Decimal, Fraction(places=6)]`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import Any, ClassVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from smarketing.lib.decimals import MOST_DIGITS, is_kept
from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR, Period, PeriodError

Fault = tuple[tuple[str | int, ...], PydanticCustomError]

STORED = "stored"  # the context in which numbers come as text, as JSON keeps them

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _(text: str) -> str:
    """Marks a reason for translation; whoever shows it translates."""
    return text


def refused(reason: str, **values: object) -> PydanticCustomError:
    return PydanticCustomError("refused", "{reason}", {"reason": reason, **values})


def refuse(faults: Sequence[Fault]) -> None:
    """Raises all of them, each at its place below the table or key that is being read."""
    if faults:
        details = [InitErrorDetails(type=error, loc=place, input=None) for place, error in faults]
        raise ValidationError.from_exception_data("agreement", details)


def without_controls(text: str) -> str:
    return _CONTROL.sub("\ufffd", text)


def shown(value: object) -> str:
    text = without_controls(repr(value) if isinstance(value, str) else str(value))
    return text if len(text) <= 60 else f"{text[:57]}..."


def is_one(value: object, *kinds: type) -> bool:
    """For Python a truth value is a number and an instant is a day; for the reader of a file they are not."""
    return isinstance(value, kinds) and (not isinstance(value, bool | datetime) or type(value) in kinds)


class ValueKind(ABC):
    """`read` answers the value or raises what `refused` makes; `schema` is what the JSON schema says of it."""

    schema: ClassVar[dict[str, Any]] = {}

    @abstractmethod
    def read(self, value: Any, info: ValidationInfo) -> Any: ...

    def described(self) -> dict[str, Any]:
        return dict(self.schema)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(_plain, when_used="json")
        )

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return self.described()


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | date) else value


@dataclass(frozen=True)
class Text(ValueKind):
    longest: int
    may_be_empty: bool = False

    def read(self, value: Any, info: ValidationInfo) -> str:
        if not is_one(value, str):
            raise refused(_("must be text in quotes, not {value}"), value=shown(value))
        text = str(value).strip()
        if not text and not self.may_be_empty:
            raise refused(_("is empty"))
        if len(text) > self.longest:
            raise refused(_("is longer than {longest} characters"), longest=self.longest)
        if _CONTROL.search(text):
            raise refused(_("holds a control character"))
        return text

    def described(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest, **({} if self.may_be_empty else {"minLength": 1})}


@dataclass(frozen=True)
class OneOf(ValueKind):
    choices: tuple[str, ...]

    def read(self, value: Any, info: ValidationInfo) -> str:
        if not is_one(value, str):
            raise refused(_("must be text in quotes, not {value}"), value=shown(value))
        if value not in self.choices:
            raise refused(
                _("must be one of {choices}, not {value}"), choices=", ".join(self.choices), value=shown(value)
            )
        return str(value)

    def described(self) -> dict[str, Any]:
        return {"enum": list(self.choices)}


class Flag(ValueKind):
    schema: ClassVar[dict[str, Any]] = {"type": "boolean"}

    def read(self, value: Any, info: ValidationInfo) -> bool:
        if not is_one(value, bool):
            raise refused(_("must be true or false, not {value}"), value=shown(value))
        return bool(value)


@dataclass(frozen=True)
class Whole(ValueKind):
    low: int
    high: int

    def read(self, value: Any, info: ValidationInfo) -> int:
        if not is_one(value, int):
            raise refused(_("must be a whole number, not {value}"), value=shown(value))
        if not self.low <= value <= self.high:
            raise refused(_("must be a whole number from {low} to {high}"), low=self.low, high=self.high)
        return int(value)

    def described(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Number(ValueKind):
    """A finite number with at most so many decimal places, below 10^18."""

    places: int

    def read(self, value: Any, info: ValidationInfo) -> Decimal:
        if not is_one(value, int, Decimal) and not (info.context == STORED and is_one(value, str)):
            raise refused(_("must be a number, not {value}"), value=shown(value))
        number = Decimal(value)
        if not number.is_finite():
            raise refused(_("must be a number, not {value}"), value=str(number))
        if abs(number) >= 10**18:
            raise refused(_("is too large"))
        if self._has_more_places(number):
            raise refused(_("has more than {places} decimal places"), places=self.places)
        if not is_kept(number):
            raise refused(_("has more than {digits} digits"), digits=MOST_DIGITS)
        return self.fitting(number)

    def _has_more_places(self, number: Decimal) -> bool:
        with localcontext(prec=60):  # a remainder must not fail for want of digits
            return bool(number % Decimal(1).scaleb(-self.places))

    def fitting(self, number: Decimal) -> Decimal:
        return number

    def described(self) -> dict[str, Any]:
        return {"type": "number"}


@dataclass(frozen=True)
class Fraction(Number):
    """A share of one."""

    may_be_zero: bool = True

    def fitting(self, number: Decimal) -> Decimal:
        if 0 <= number <= 1 and (number or self.may_be_zero):
            return number
        reason = _("must be between 0 and 1: 0.9 means 90%") if self.may_be_zero else _("must be above 0 and at most 1")
        raise refused(reason)

    def described(self) -> dict[str, Any]:
        low = {"minimum": 0} if self.may_be_zero else {"exclusiveMinimum": 0}
        return {"type": "number", **low, "maximum": 1}


@dataclass(frozen=True)
class Minutes(Number):
    most: int

    def fitting(self, number: Decimal) -> Decimal:
        if not 0 < number <= self.most:
            raise refused(_("must be above 0 and at most {most} minutes"), most=self.most)
        return number

    def described(self) -> dict[str, Any]:
        return {"type": "number", "exclusiveMinimum": 0, "maximum": self.most}


@dataclass(frozen=True)
class Amount(Number):
    may_be_zero: bool = True

    def fitting(self, number: Decimal) -> Decimal:
        if number < 0 or (not number and not self.may_be_zero):
            raise refused(_("must not be negative") if self.may_be_zero else _("must be above zero"))
        return number

    def described(self) -> dict[str, Any]:
        return {"type": "number", "minimum" if self.may_be_zero else "exclusiveMinimum": 0}


class MoneySum(Amount):
    """In the currency of the agreement, which says so beside it."""


class Day(ValueKind):
    """A date, of TOML's own kind or in quotes."""

    schema: ClassVar[dict[str, Any]] = {"type": "string", "format": "date"}

    def read(self, value: Any, info: ValidationInfo) -> date:
        return day_of(value)


def day_of(value: object) -> date:
    try:
        on = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else value
    except ValueError:
        on = None
    if not isinstance(on, date) or not is_one(on, date):
        raise refused(_("must be a date like 2018-04-01, not {value}"), value=shown(value))
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise refused(_("is outside the years {first} to {last}"), first=FIRST_YEAR, last=LAST_YEAR)
    return on


class Month(ValueKind):
    """The first day of a month like "2018-04"."""

    schema: ClassVar[dict[str, Any]] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}

    def read(self, value: Any, info: ValidationInfo) -> date:
        try:
            period = Period.parse(value) if isinstance(value, str) else None
        except PeriodError:
            period = None
        if period is None or period.kind != "month":
            raise refused(_('must be a month like "2018-04", not {value}'), value=shown(value))
        return day_of(period.start_on)


def kind_of(metadata: Sequence[object]) -> ValueKind:
    """The kind with which a field was annotated."""
    return next(one for one in metadata if isinstance(one, ValueKind))
