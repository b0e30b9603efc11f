"""Long lists, page by page from the last row seen: the thousandth page costs what the first one does."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext, ngettext

from smarketing.lib.figures import number

Row = TypeVar("Row", bound=Model)
AFTER, BEFORE = "after", "before"
CAP = 10_000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`parts/paging.html` shows it. The URLs are query strings of the same page, empty where there is no such page."""

    rows: list[Row] = field(default_factory=list)
    previous_url: str = ""
    next_url: str = ""
    count_text: str = ""


def page_of(queryset: QuerySet[Row], keys: Sequence[str], params: QueryDict, *, size: int = 50) -> Page[Row]:
    """`keys` are the order, as in ("-created_at", "-id"): the last one unique, none of them nullable."""
    backwards = BEFORE in params and AFTER not in params
    order = [reversed_key(key) for key in keys] if backwards else list(keys)
    seen = place_of(queryset, keys, params.get(BEFORE if backwards else AFTER, ""))
    if seen is None:
        backwards, order = False, list(keys)
    rows = list(queryset.filter(beyond(order, seen)).order_by(*order)[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_previous, has_next = (has_more, True) if backwards else (seen is not None, has_more)
    return Page(
        rows=rows,
        previous_url=link(params, BEFORE, rows[0], keys) if has_previous and rows else "",
        next_url=link(params, AFTER, rows[-1], keys) if has_next and rows else "",
        count_text=counted(queryset),
    )


def counted(queryset: QuerySet[Any]) -> str:
    """Counting stops at the cap: nobody needs to know whether it is a million or two."""
    count = queryset.order_by()[: CAP + 1].count()
    if count > CAP:
        return gettext("more than %(count)s") % {"count": number(CAP)}
    return ngettext("%(count)s in all", "%(count)s in all", count) % {"count": number(count)}


def reversed_key(key: str) -> str:
    return key.removeprefix("-") if key.startswith("-") else f"-{key}"


def beyond(order: Sequence[str], seen: Sequence[Any] | None) -> Q:
    """Rows that come after the one seen: further in the first key, or equal in it and further in the next."""
    if seen is None:
        return Q()
    equal, choices = Q(), []
    for key, value in zip(order, seen, strict=True):
        name, direction = key.removeprefix("-"), "lt" if key.startswith("-") else "gt"
        choices.append(equal & Q((f"{name}__{direction}", value)))
        equal &= Q((name, value))
    return reduce(Q.__or__, choices)


def link(params: QueryDict, direction: str, row: Model, keys: Sequence[str]) -> str:
    kept = params.copy()
    kept.pop(AFTER, None)
    kept.pop(BEFORE, None)
    place = [getattr(row, key.removeprefix("-")) for key in keys]
    kept[direction] = json.dumps(place, cls=PlaceEncoder, separators=(",", ":"))
    return f"?{kept.urlencode()}"


def place_of(queryset: QuerySet[Any], keys: Sequence[str], text: str) -> list[Any] | None:
    """The values of the row seen, or None: what was tampered with leads to the first page."""
    try:
        values = json.loads(text)
        if not isinstance(values, list) or len(values) != len(keys) or None in values:
            return None
        return [field_of(queryset, key).to_python(value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, ValidationError, RecursionError):
        return None


def field_of(queryset: QuerySet[Any], key: str) -> "Field[Any, Any]":
    name = key.removeprefix("-")
    try:
        own: Field[Any, Any] = queryset.model._meta.get_field(name)
        return own
    except FieldDoesNotExist:
        annotated: Field[Any, Any] = queryset.query.annotations[name].output_field
        return annotated


class PlaceEncoder(DjangoJSONEncoder):
    """Instants to the microsecond: Django's own encoder cuts them at the millisecond, and rows would be lost."""

    def default(self, value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else super().default(value)
