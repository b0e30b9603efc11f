"""What a call asks for: its body as JSON, and the parameters of a list."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.utils.translation import gettext as _

from leads.doors.api.problems import Problem
from leads.doors.api.resources import Resource
from leads.doors.api.shapes import CHOICES, ID, INSTANT, TEXT, BodyFault, pointer
from leads.doors.files.reading.dates import EARLIEST, instant
from leads.enums import State
from smarketing.lib.file_problems import FileProblem, Unreadable
from smarketing.lib.words import same_id, tidied

LARGEST_BODY = 1_000_000  # bytes; a hundred rows with long notes
MOST, USUAL = 200, 50
CURSOR = "^[0-9]{1,18}$"
SLUG = "^[-a-zA-Z0-9_]{1,60}$"


def raw_body(request: HttpRequest) -> bytes:
    if request.content_type != "application/json":
        raise Problem(415)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise Problem(413)
    try:
        return request.body
    except UnreadablePostError as error:
        raise Problem(408) from error


def json_body(request: HttpRequest) -> Any:
    body = raw_body(request)
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_each_name_once)
    except NameTwice as error:
        text = _("An object has the name “%(name)s” twice.") % {"name": str(error)[:80]}
        raise Problem(400, text, code="name_twice") from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Problem(400, code="no_json") from error


class NameTwice(ValueError):
    """Which of the two values is meant, only the sender knows."""


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NameTwice(name)
        found[name] = value
    return found


def _refuse(name: str) -> None:
    raise ValueError(name)


def canonical(body: Any) -> bytes:
    """Equal for bodies that say the same, whatever their blanks and the order of their names."""
    return json.dumps(body, sort_keys=True, default=str).encode()


@dataclass(frozen=True)
class Parameter:
    """`pattern` is what its text must be; `words` are all that it may be."""

    name: str
    pattern: str = TEXT
    words: tuple[str, ...] = ()
    longest: int = 200

    def schema(self) -> dict[str, Any]:
        if self.name == "limit":
            return {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
        if self.words:
            return {"type": "string", "enum": list(self.words)}
        return {"type": "string", "pattern": self.pattern, "minLength": 1, "maxLength": self.longest}

    def is_sound(self, text: str) -> bool:
        if self.name == "limit":
            return bool(re.fullmatch("[0-9]{1,3}", text)) and 1 <= int(text) <= MOST
        if self.words:
            return text in self.words
        return 1 <= len(text) <= self.longest and re.fullmatch(self.pattern, text, re.DOTALL) is not None


def parameters(resource: Resource) -> tuple[Parameter, ...]:
    own = tuple(_filter(name) for name in resource.filters)
    every = (
        Parameter("agreement", SLUG, longest=60),
        Parameter("external_id", ID),
        Parameter("recorded_since", INSTANT),
    )
    return (*every, *own, Parameter("limit"), Parameter("cursor", CURSOR, longest=18))


def _filter(name: str) -> Parameter:
    words = tuple(State.values) if name == "state" else tuple(CHOICES.get(name, ()))
    return Parameter(name, words=words)


def checked(params: QueryDict, known: tuple[Parameter, ...]) -> dict[str, str]:
    """Raises Problem for a name that is not known: a filter that is not there would answer everything."""
    rules = {one.name: one for one in known}
    faults = [BodyFault(pointer(name), FileProblem("no_parameter", name[:80])) for name in params if name not in rules]
    for name, rule in rules.items():
        if name in params and not rule.is_sound(str(params[name])):
            faults.append(BodyFault(pointer(name), FileProblem("no_value")))
    if faults:
        raise Problem(422, faults=faults)
    return {name: str(params[name]) for name in rules if name in params}


def filtered(resource: Resource, records: QuerySet[Any], asked: Mapping[str, str]) -> QuerySet[Any]:
    """The newest first."""
    columns, found = resource.columns, records
    for name in resource.filters:
        if name in asked:
            found = _with_word(found, columns.get(name, name), asked[name])
    if "agreement" in asked:
        found = found.filter(**{f"{resource.agreement}__slug": asked["agreement"]})
    if "external_id" in asked:
        found = found.filter(resource.by_lead(same_id(asked["external_id"])))
    if "recorded_since" in asked:
        found = found.filter(recorded_at__gte=_instant(asked["recorded_since"]))
    if "cursor" in asked:
        found = found.filter(pk__lt=int(asked["cursor"]))
    return found.order_by("-pk")


def _with_word(records: QuerySet[Any], column: str, text: str) -> QuerySet[Any]:
    return records.filter(**{f"{column}__iexact": tidied(text)})


def _instant(text: str) -> Any:
    try:
        return instant(text, order="iso", zone=ZoneInfo("UTC")).at
    except Unreadable:
        return EARLIEST
