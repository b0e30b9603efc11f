"""What a clause group says, in the reader's language: names of its fields and their values."""

from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext

from agreements.criterion_words import values_text
from agreements.document.groups.clause_group import AnyGroup, Choice
from agreements.document.groups.every_group import GROUPS
from agreements.document.groups.qualification import CRITERIA
from agreements.pages.reading.overview import dated
from agreements.promises.kinds import Day, Flag, Fraction, MoneySum, Number, ValueKind, Whole
from smarketing.lib.numbers import exact_percent, exactly, money


def path_words(path: tuple[str, ...]) -> list[str]:
    """Of a difference. What people called a contact or a term stays as it stands."""
    group, *row, field = path
    words = GROUPS[group].table.words()
    return [
        gettext(GROUPS[group].name),
        *(_row_words(group, name) for name in row),
        gettext(words[field]) if field in words else gettext("order"),
    ]


def _row_words(group: str, name: str) -> str:
    """What was chosen from a list is said in the reader's language."""
    table = GROUPS[group].table
    kinds = [table.kinds()[field] for field in table.named_by]
    chosen = dict(pair for kind in kinds if isinstance(kind, Choice) for pair in kind.pairs)
    return " · ".join(gettext(chosen[part]) if part in chosen else part for part in name.split(" · "))


def value_words(path: tuple[str, ...], text: str) -> str:
    kinds = GROUPS[path[0]].table.kinds()
    if path[0] == CRITERIA.key and path[-1] == "value":
        fact, _dot, _rule = path[1].partition(" · ")
        return values_text(fact, text.split("; "))
    return said(kinds[path[-1]], text) if path[-1] in kinds else text


def said(kind: ValueKind, value: Any, currency: str = "") -> str:
    """A value, or the text by which the differences know it; a sum of money in the currency, where it is known."""
    if value in (None, ""):
        return ""
    match kind:
        case Choice():
            return capfirst(gettext(dict(kind.pairs).get(value, value)))
        case Day():
            return dated(str(value))
        case Flag():
            return gettext("yes") if value else gettext("no")
        case Whole() | Number():
            return _counted(kind, Decimal(value), currency)
    return str(value)


def _counted(kind: ValueKind, value: Decimal, currency: str) -> str:
    if isinstance(kind, Fraction):
        return exact_percent(value)
    return money(value, currency) if currency and isinstance(kind, MoneySum) else exactly(value)


def titles(group: AnyGroup) -> dict[str, str]:
    return {name: gettext(title) for name, title in group.table.words().items()}
