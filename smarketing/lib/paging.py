"""Long lists, page by page from the last row seen: the thousandth page costs what the first one does.

One interface for all of them: `page_of` for rows of a table, `page_of_list` for what is in memory already; both are
shown by `parts/paging.html`. A page that is turned keeps its instant, so that nothing moves between two pages.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext, ngettext

from smarketing.lib.numbers import number, whole
from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR
from smarketing.lib.request import PortalRequest
from smarketing.server.sound import is_sound

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")
AFTER, BEFORE, AT = "after", "before", "at"
CAP = 10_000
SIZE = 50
KEPT_FOR = timedelta(minutes=15)  # who comes back to a page later wants to see what is the case now


@dataclass(frozen=True)
class Page(Generic[Item]):
    """`parts/paging.html` shows it. The URLs are query strings of the same page, empty where there is no such page."""

    rows: list[Item] = field(default_factory=list)
    previous_url: str = ""
    next_url: str = ""
    count_text: str = ""


def kept_instant(request: PortalRequest) -> datetime:
    """The instant at which the first page was read, while its pages are turned; else this one."""
    try:
        kept = parse_datetime(request.GET.get(AT, ""))
    except ValueError:
        return request.now
    is_sound = kept is not None and is_aware(kept) and request.now - KEPT_FOR <= kept <= request.now
    return kept if kept is not None and is_sound else request.now


def page_of(
    queryset: QuerySet[Row],
    keys: Sequence[str],
    params: QueryDict,
    *,
    size: int = SIZE,
    at: datetime | None = None,
    total: int | None = None,
    count_text: str = "",
) -> Page[Row]:
    """`keys` are the order, as in ("-created_at", "-id"): the last one unique, none of them nullable.

    `at` is the instant on which the choice of rows depends, if it does; `total` their number, if it is known, or
    `count_text` what can be said of it.
    """
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
        previous_url=link(params, BEFORE, values_of(rows[0], keys), at) if has_previous and rows else "",
        next_url=link(params, AFTER, values_of(rows[-1], keys), at) if has_next and rows else "",
        count_text=count_text or (counted(queryset) if total is None else in_all(total)),
    )


def page_of_list(
    items: Sequence[int], params: QueryDict, *, size: int = SIZE, at: datetime | None = None, count_text: str = ""
) -> Page[int]:
    """Of ids in their order. One that is not there any more leads to the first page."""
    backwards = BEFORE in params and AFTER not in params
    text = params.get(BEFORE if backwards else AFTER, "")
    seen = whole(text)
    place = items.index(seen) if seen is not None and seen in items else -1
    start = max(place - size, 0) if backwards else place + 1
    rows = list(items[start : place if backwards and place > 0 else start + size])
    return Page(
        rows=rows,
        previous_url=link(params, BEFORE, rows[0], at) if rows and start > 0 else "",
        next_url=link(params, AFTER, rows[-1], at) if rows and start + len(rows) < len(items) else "",
        count_text=count_text or in_all(len(items)),
    )


def counted(queryset: QuerySet[Any]) -> str:
    """Counting stops at the cap: nobody needs to know whether it is a million or two."""
    count = queryset.order_by()[: CAP + 1].count()
    if count > CAP:
        return gettext("more than %(count)s") % {"count": number(CAP)}
    return in_all(count)


def at_least(count: int) -> str:
    return gettext("at least %(count)s") % {"count": number(count)}


def in_all(count: int) -> str:
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


def values_of(row: Model, keys: Sequence[str]) -> list[Any]:
    return [getattr(row, key.removeprefix("-")) for key in keys]


def link(params: QueryDict, direction: str, place: Any, at: datetime | None) -> str:
    kept = params.copy()
    for name in (AFTER, BEFORE, AT):
        kept.pop(name, None)
    kept[direction] = json.dumps(place, cls=PlaceEncoder, separators=(",", ":"))
    if at is not None:
        kept[AT] = at.isoformat()
    return f"?{kept.urlencode()}"


def address(params: QueryDict, **changed: str | None) -> str:
    """The same list otherwise filtered, from its first page on."""
    kept = params.copy()
    for name, value in {AFTER: None, BEFORE: None, AT: None, **changed}.items():
        kept.pop(name, None)
        if value:
            kept[name] = value
    return f"?{kept.urlencode()}"


def place_of(queryset: QuerySet[Any], keys: Sequence[str], text: str) -> list[Any] | None:
    """The values of the row seen, or None: what was tampered with leads to the first page."""
    try:
        values = json.loads(text)
        if not isinstance(values, list) or len(values) != len(keys) or None in values:
            return None
        return [seen_value(field_of(queryset, key), value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, ValidationError, RecursionError, OverflowError):
        return None


def seen_value(field: "Field[Any, Any]", value: Any) -> Any:
    """A value that a column can hold; raises ValueError for an instant or a text that none does."""
    found = field.to_python(value)
    if isinstance(found, datetime) and not (is_aware(found) and FIRST_YEAR <= found.year <= LAST_YEAR):
        raise ValueError
    if isinstance(found, str) and not is_sound(found):
        raise ValueError
    return found


def field_of(queryset: QuerySet[Any], key: str) -> "Field[Any, Any]":
    name = key.removeprefix("-")
    if name in queryset.query.annotations:
        annotated: Field[Any, Any] = queryset.query.annotations[name].output_field
        return annotated
    own: Field[Any, Any] = queryset.model._meta.get_field(name)
    return own


class PlaceEncoder(DjangoJSONEncoder):
    """Instants to the microsecond: Django's own encoder cuts them at the millisecond, and rows would be lost."""

    def default(self, value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else super().default(value)
