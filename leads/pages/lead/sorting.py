"""The order of the list of leads. By their creation an index gives it; by anything else only so many are sorted."""

from dataclasses import dataclass

from django.db.models import CharField, F, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from leads.querysets import LeadQuerySet
from smarketing.lib.paging import CAP, address

NEWEST, OLDEST = ("-created_at", "-id"), ("created_at", "id")
BY, MOST = "sort", CAP
SORTS = {
    "created": _("Oldest first"),
    "name": _("Name, A to Z"),
    "-name": _("Name, Z to A"),
    "source": _("Source, A to Z"),
    "-source": _("Source, Z to A"),
    "tier": _("Tier, A to Z"),
    "-tier": _("Tier, Z to A"),
}
_NAMED = Coalesce(
    NullIf(F("name"), Value("")), NullIf(F("company"), Value("")), F("email"), output_field=CharField()
)  # as the list calls it
_VALUES = {"name": Lower(_NAMED), "source": Lower("source"), "tier": Lower("tier")}


@dataclass(frozen=True)
class Sorted:
    """`keys` are for `page_of`. `is_refused`: there are too many of them to be sorted as asked."""

    leads: LeadQuerySet
    keys: tuple[str, ...]
    is_refused: bool = False


def in_order(leads: LeadQuerySet, asked: str, *, is_countable: bool) -> Sorted:
    """`is_countable`: that they are few or many is found out fast."""
    column, is_down = asked.removeprefix("-"), asked.startswith("-")
    if asked not in SORTS or column not in _VALUES:
        return Sorted(leads, OLDEST if asked == "created" else NEWEST)
    if not is_countable or leads.order_by()[: MOST + 1].count() > MOST:
        return Sorted(leads, NEWEST, is_refused=True)
    down = "-" if is_down else ""
    return Sorted(leads.annotate(sorted_by=_VALUES[column]), (f"{down}sorted_by", f"{down}id"))


@dataclass(frozen=True)
class SortHead:
    """Of a column: where a click on it leads, and `aria-sort`."""

    url: str
    direction: str = ""


def heads_of(params: QueryDict, keys: tuple[str, ...]) -> dict[str, SortHead]:
    asked = params.get(BY, "") if keys not in (NEWEST, OLDEST) else ""
    heads = {name: _head(params, name, asked) for name in _VALUES}
    turned, direction = ("created", "descending") if keys == NEWEST else (None, "ascending")
    heads["created"] = SortHead(address(params, **{BY: turned}), direction)
    if asked:
        heads["created"] = SortHead(address(params, **{BY: None}))
    return heads


def _head(params: QueryDict, name: str, asked: str) -> SortHead:
    url = address(params, **{BY: f"-{name}" if asked == name else name})
    return SortHead(url, {name: "ascending", f"-{name}": "descending"}.get(asked, ""))
