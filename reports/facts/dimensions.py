"""The words of the dimensions by which figures are split; `reports.measures.handoff_columns.DIMENSIONS` lists them."""

from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext, gettext_lazy

from reports.measures.handoff_columns import DIMENSIONS, Scope

Words = str | Lazy


@dataclass(frozen=True)
class Dimension:
    """`title` names one group where nothing else says which dimension it is of."""

    label: Words
    all: Words
    none: Words
    title: Words

    def say(self, name: str) -> str:
        return name or str(self.none)

    def titled(self, name: str) -> str:
        return str(self.title) % {"name": name} if name else str(self.none)


WORDS = {
    "source": Dimension(gettext_lazy("Source"), gettext_lazy("all sources"), gettext_lazy("no source"), "%(name)s"),
    "tier": Dimension(
        gettext_lazy("Tier"), gettext_lazy("all tiers"), gettext_lazy("no tier"), gettext_lazy("Tier %(name)s")
    ),
}


def scope_name(scope: Scope) -> str:
    """The chosen groups in words, "" for all handoffs."""
    parts = [WORDS[name].titled(word) for name in DIMENSIONS if (word := scope.word(name)) is not None]
    return " · ".join([*parts, gettext("all other tiers")] if scope.others else parts)
