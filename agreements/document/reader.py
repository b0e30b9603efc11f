"""PURE. Reads a TOML text key by key and notes every problem with its line, instead of stopping at the first.

Reasons are templates, so that a page can show them in the reader's language.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation, localcontext
from difflib import get_close_matches
from typing import Any

from agreements.document.lines import Path, line_of, lines_of
from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR, Period, PeriodError

LONGEST = 1_000_000

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def _(text: str) -> str:
    """Marks a reason for translation; whoever shows it translates."""
    return text


@dataclass(frozen=True)
class Problem:
    """`line` counts from 1 and is None where there is no text; `text` is a template for `values`."""

    line: int | None
    path: Path
    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The keys without the indices: the line says which of several is meant."""
        return ".".join(_CONTROL.sub("�", key) for key in self.path if isinstance(key, str))

    @property
    def reason(self) -> str:
        return self.text.format(**self.values)

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}" if self.path else self.reason


class DocumentError(ValueError):
    """The text is no agreement. `problems` holds all that is wrong with it, in the order of the lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        super().__init__("\n".join(f"line {problem.line}: {problem}" for problem in self.problems))


def decoded(data: bytes) -> str:
    """The text of a file, which TOML wants in UTF-8. Raises DocumentError with the line that is not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError([Problem(line, (), _("this is no UTF-8 text: save the file as UTF-8"))]) from None


def parsed(text: str) -> tuple[dict[str, Any], dict[Path, int]]:
    """The data of a TOML text and the lines of its keys. A byte order mark and CRLF are accepted."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if len(text) > LONGEST:
        raise DocumentError([Problem(1, (), _("the text is longer than a million characters"))])
    try:
        return tomllib.loads(text, parse_float=Decimal), lines_of(text)
    except tomllib.TOMLDecodeError as error:
        raise DocumentError([_syntax_problem(text, str(error))]) from None
    except RecursionError:
        raise DocumentError([Problem(1, (), _("the text is nested too deeply"))]) from None
    except (ValueError, InvalidOperation):
        raise DocumentError([Problem(1, (), _("the text holds a number of impossible length"))]) from None


def _syntax_problem(text: str, message: str) -> Problem:
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
    return Problem(line, (), _("this is no TOML: {message}"), {"message": _PLACE.sub("", message)})


def _has_more_places(number: Decimal, places: int) -> bool:
    with localcontext(prec=60):  # a remainder must not fail for want of digits
        return bool(number % Decimal(1).scaleb(-places))


def shown(value: object) -> str:
    text = _CONTROL.sub("�", repr(value) if isinstance(value, str) else str(value))
    return text if len(text) <= 60 else f"{text[:57]}..."


@dataclass
class Table:
    """One table while it is read: each method takes a key, and answers None where it noted a problem."""

    data: Mapping[str, Any]
    path: Path = ()
    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    known: list[str] = field(default_factory=list)

    def refuse(self, key: str | Path, text: str, **values: object) -> None:
        path = self.path + ((key,) if isinstance(key, str) else key)
        self.problems.append(Problem(line_of(self.lines, path), path, text, values))

    def line(self, *keys: str | int) -> int | None:
        return line_of(self.lines, self.path + keys)

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def value(self, key: str, kinds: tuple[type, ...], text: str, *, is_required: bool = True) -> Any:
        self.known.append(key)
        if key not in self.data:
            if is_required:
                self.refuse(key, _("is missing"))
            return None
        value = self.data[key]
        # For Python a truth value is a number and an instant is a day; for the reader of a file they are not.
        if not isinstance(value, kinds) or (isinstance(value, bool | datetime) and type(value) not in kinds):
            self.refuse(key, text, value=shown(value))
            return None
        return value

    def text(self, key: str, longest: int, *, is_required: bool = True) -> str | None:
        value = self.value(key, (str,), _("must be text in quotes, not {value}"), is_required=is_required)
        if value is None:
            return None
        value = str(value).strip()
        if not value and is_required:
            self.refuse(key, _("is empty"))
        elif len(value) > longest:
            self.refuse(key, _("is longer than {longest} characters"), longest=longest)
        elif _CONTROL.search(value):
            self.refuse(key, _("holds a control character"))
        else:
            return value
        return None

    def one_of(self, key: str, choices: Sequence[str], *, is_required: bool = True) -> str | None:
        value = self.value(key, (str,), _("must be text in quotes, not {value}"), is_required=is_required)
        if value is None or value in choices:
            return None if value is None else str(value)
        self.refuse(key, _("must be one of {choices}, not {value}"), choices=", ".join(choices), value=shown(value))
        return None

    def flag(self, key: str) -> bool | None:
        value: bool | None = self.value(key, (bool,), _("must be true or false, not {value}"), is_required=False)
        return value

    def whole(self, key: str, low: int, high: int) -> int | None:
        value = self.value(key, (int,), _("must be a whole number, not {value}"))
        if value is None or low <= value <= high:
            return None if value is None else int(value)
        self.refuse(key, _("must be a whole number from {low} to {high}"), low=low, high=high)
        return None

    def number(self, key: str, places: int, *, is_required: bool = True) -> Decimal | None:
        """A finite number with at most so many decimal places, below 10^18."""
        kind = _("must be a number, not {value}")
        value = self.value(key, (int, Decimal), kind, is_required=is_required)
        if value is None:
            return None
        number = Decimal(value)
        if not number.is_finite():
            self.refuse(key, kind, value=number)
        elif abs(number) >= 10**18:
            self.refuse(key, _("is too large"))
        elif _has_more_places(number, places):
            self.refuse(key, _("has more than {places} decimal places"), places=places)
        else:
            return number
        return None

    def fraction(self, key: str, places: int, *, is_required: bool = True, may_be_zero: bool = True) -> Decimal | None:
        number = self.number(key, places, is_required=is_required)
        if number is None or (0 <= number <= 1 and (number or may_be_zero)):
            return number
        reason = _("must lie between 0 and 1: 90 % is 0.9") if may_be_zero else _("must be above 0 and at most 1")
        self.refuse(key, reason)
        return None

    def day(self, key: str) -> date | None:
        kind = _("must be a date like 2018-04-01, not {value}")
        value = self.value(key, (date, str), kind)
        return None if value is None else self.as_day(key, value)

    def as_day(self, key: str | Path, value: object) -> date | None:
        try:
            on = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else value
        except ValueError:
            on = None
        if not isinstance(on, date) or isinstance(on, datetime):
            self.refuse(key, _("must be a date like 2018-04-01, not {value}"), value=shown(value))
        elif not FIRST_YEAR <= on.year <= LAST_YEAR:
            self.refuse(key, _("lies outside the years {first} to {last}"), first=FIRST_YEAR, last=LAST_YEAR)
        else:
            return on
        return None

    def month(self, key: str) -> date | None:
        value = self.value(key, (str,), _('must be a month like "2018-04", not {value}'))
        if value is None:
            return None
        try:
            period = Period.parse(value)
        except PeriodError:
            period = None
        if period is None or period.kind != "month":
            self.refuse(key, _('must be a month like "2018-04", not {value}'), value=shown(value))
            return None
        return self.as_day(key, period.start_on)

    def table(self, key: str, *, is_required: bool = False) -> "Table | None":
        value = self.value(key, (dict,), _("must be a table, not {value}"), is_required=is_required)
        return None if value is None else self._inner(value, key)

    def tables(self, key: str) -> Iterator["Table"]:
        rows = self.value(key, (list,), _("must be a list of tables, not {value}"), is_required=False) or []
        for index, row in enumerate(rows):
            if isinstance(row, dict):
                yield self._inner(row, key, index)
            else:
                self.refuse((key, index), _("must be a table, not {value}"), value=shown(row))

    def _inner(self, data: Mapping[str, Any], *keys: str | int) -> "Table":
        return Table(data, self.path + keys, self.lines, self.problems)

    def refuse_unknown(self) -> None:
        for key in self.data:
            if key in self.known:
                continue
            close = get_close_matches(key, self.known, n=1)
            if close:
                self.refuse(key, _("is unknown here: did you mean {close}?"), close=close[0])
            else:
                self.refuse(key, _("is unknown here: known are {known}"), known=", ".join(dict.fromkeys(self.known)))
