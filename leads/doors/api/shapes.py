"""PURE. What stands in a JSON body: the schema of each field, and reading it by that schema and by the rules of files.

What is not written as the schema says is a fault; what is written well and does not go with what the portal knows
(the time, the agreement, what is kept) conflicts.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from leads.doors.fields import Field, Reads
from leads.doors.files.reading.choices import CHANNELS, DIRECTIONS, RESULTS, VERDICTS
from leads.doors.files.reading.dates import Moment, check_day, instant
from leads.doors.files.reading.rows import LARGEST as LARGEST_COUNT
from leads.doors.files.reading.rows import Notation, Values, own_currency, parser, values_of
from leads.doors.texts import Partly, read_text
from smarketing.lib.file_problems import FileProblem, Unreadable

CHOICES = {"channel": CHANNELS, "result": RESULTS, "direction": DIRECTIONS, "outcome": VERDICTS}
LARGEST = 10**16
_SIGNS = "\\u0000-\\u0008\\u000e-\\u001f\\u007f"
TEXT = rf"^[^{_SIGNS}]*$"
ID = rf"^[^{_SIGNS}]*[!-~\u00a1-\u00ac\u00ae-\u167f\u3001-\ud7ff][^{_SIGNS}]*$"
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = (
    "^[A-Za-z0-9_+-][A-Za-z0-9!#$%&'*+/=^_{}~-]*"
    rf"(\.[A-Za-z0-9!#$%&'*+/=^_{{}}~-]+)*@({_LABEL}\.)+[A-Za-z]{{2,63}}$"
)
CURRENCY = "^[A-Z]{3}$"
AMOUNT = r"^[0-9]{1,16}(\.[0-9]{1,2})?$"
SIGNED_AMOUNT = r"^-?[0-9]{1,16}(\.[0-9]{1,2})?$"
_DAY = (
    "((19[7-9][0-9]|20[0-9]{2})-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))|(19(7[26]|8[048]|9[26])|20([02468][048]|[13579][26]))-02-29)"
)
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
DAY = f"^{_DAY}$"
INSTANT = f"^{_DAY}([T ]{_CLOCK}(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?)?$"
CONFLICTS = frozenset({"in_future", "long_ago", "other_currency", "no_choice", "no_country", "no_language"})


@dataclass(frozen=True)
class BodyFault:
    """`pointer` is the place in the body (RFC 6901)."""

    pointer: str
    problem: FileProblem

    @property
    def is_conflict(self) -> bool:
        return self.problem.code in CONFLICTS


class Faulty(Exception):
    def __init__(self, faults: Sequence[BodyFault]) -> None:
        self.faults = list(faults)
        super().__init__(", ".join(f"{fault.pointer}: {fault.problem}" for fault in self.faults))


def schema_of(field: Field) -> dict[str, Any]:
    """JSON schema of a field as it is sent; one that need not be there may also be null."""
    if field.reads is Reads.AMOUNT:
        low = -LARGEST + 1 if field.may_be_negative else 0
        pattern = SIGNED_AMOUNT if field.may_be_negative else AMOUNT
        number = {"type": "number", "minimum": low, "maximum": LARGEST - 1}
        return {"anyOf": [{"type": "string", "pattern": pattern}, number, {"type": "null"}]}
    if field.reads is Reads.COUNT:
        return {"type": ["integer", "null"], "minimum": 0, "maximum": LARGEST_COUNT}
    if field.reads is Reads.FLAG:
        return {"type": ["boolean", "null"]}
    return {"type": "string" if field.is_required else ["string", "null"], **_of_text(field)}


def _of_text(field: Field) -> dict[str, Any]:
    if field.reads is Reads.INSTANT:
        return {"pattern": INSTANT, "examples": ["2026-03-02T09:30:00+01:00", "2026-03-02T09:30", "2026-03-02"]}
    if field.reads is Reads.DAY:
        return {"pattern": DAY, "examples": ["2026-03-02"]}
    if field.reads is Reads.CURRENCY:
        return {"pattern": CURRENCY, "examples": ["EUR"]}
    if field.name in CHOICES:
        return {"enum": [*CHOICES[field.name], *([] if field.is_required else [None])]}
    if field.reads is Reads.EMAIL:
        return {"pattern": EMAIL, "maxLength": field.longest, "examples": ["ada@example.org"]}
    is_id = field.reads is Reads.ID and field.is_required
    return {"pattern": ID if is_id else TEXT, "maxLength": field.longest or 100}


def read(kind: str, fields: Sequence[Field], body: Mapping[str, Any], reading: Notation, at: datetime) -> Values:
    """Raises Faulty with all that is wrong. What is null or blank says nothing. `at`: what lies after it is refused."""
    known = {field.name for field in fields}
    faults = [BodyFault(pointer(name), FileProblem("no_field", name[:80])) for name in body if name not in known]
    found: Values = {}
    for field in fields:
        try:
            value = _value(field, body.get(field.name), reading)
            if isinstance(value, Moment) and value.at > at:
                raise Unreadable("in_future")
            if isinstance(value, date):
                check_day(value, at, reading.zone)
            if value not in (None, ""):
                found[field.name] = value
            elif field.is_required:
                raise Unreadable("required")
        except Partly as partly:
            faults.append(BodyFault(pointer(field.name), partly.problem))
        except Unreadable as error:
            faults.append(BodyFault(pointer(field.name), error.problem))
    if faults:
        raise Faulty(faults)
    return values_of(kind, found, reading)


def pointer(name: str) -> str:
    return "/" + name[:80].replace("~", "~0").replace("/", "~1")


def _value(field: Field, sent: Any, reading: Notation) -> Any:
    if sent is None:
        return None
    if field.reads is Reads.AMOUNT and isinstance(sent, int | Decimal) and not isinstance(sent, bool):
        return _number(field, sent)
    if field.reads is Reads.COUNT:
        return _count(sent)
    if field.reads is Reads.FLAG:
        if not isinstance(sent, bool):
            raise Unreadable("no_option", "true, false")
        return sent
    if not isinstance(sent, str):
        raise Unreadable("no_text_value")
    return _text(field, sent, reading)


def _number(field: Field, sent: Any) -> Decimal:
    """To the cent: a number of JSON is not exact."""
    if abs(sent) >= LARGEST:
        raise Unreadable("too_large")
    if sent < 0 and not field.may_be_negative:
        raise Unreadable("negative")
    return Decimal(str(sent)).quantize(Decimal("0.01"))


def _count(sent: Any) -> int:
    if isinstance(sent, bool) or not isinstance(sent, int | Decimal) or sent != int(sent):
        raise Unreadable("no_count")
    if sent < 0:
        raise Unreadable("negative")
    if sent > LARGEST_COUNT:
        raise Unreadable("too_large")
    return int(sent)


def _text(field: Field, text: str, reading: Notation) -> Any:
    rule = schema_of(field)
    if field.name in CHOICES:
        if text not in CHOICES[field.name]:
            raise Unreadable("no_option", ", ".join(CHOICES[field.name]))
        return text
    if field.reads is Reads.AMOUNT:
        pattern = SIGNED_AMOUNT if field.may_be_negative else AMOUNT
        if not re.fullmatch(pattern, text):
            raise Unreadable("no_number")
        return Decimal(text)
    if len(text) > rule.get("maxLength", 40):
        raise Unreadable("too_long", str(rule.get("maxLength", 40)))
    if not re.fullmatch(rule["pattern"], text, re.DOTALL):
        raise Unreadable(_mismatch(field, text))
    return _sound(field, text, reading)


def _sound(field: Field, text: str, reading: Notation) -> Any:
    readers: dict[Reads, Callable[[], Any]] = {
        Reads.INSTANT: lambda: instant(text, order="iso", zone=reading.zone),
        Reads.DAY: lambda: date.fromisoformat(text),
        Reads.CURRENCY: lambda: own_currency(text, reading.currency),
        Reads.CHOICE: lambda: parser(field, reading)(text) if text.strip() else None,
    }
    if field.reads in readers:
        return readers[field.reads]()
    return read_text(field, text) if text.strip() else None


def _mismatch(field: Field, text: str) -> str:
    codes = {
        Reads.INSTANT: "no_rfc_date",
        Reads.DAY: "no_rfc_date",
        Reads.CURRENCY: "no_currency",
        Reads.EMAIL: "no_email",
    }
    return codes.get(field.reads) or ("control_characters" if text.strip() else "required")
