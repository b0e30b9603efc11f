"""Reads: the words already in use for sources and tiers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from agreements.models import Agreement, Objective
from leads.models import Word

MOST = 1000


@dataclass(frozen=True)
class Vocabulary:
    sources: list[str]
    tiers: list[str]


def vocabulary(agreements: Iterable[Agreement]) -> Vocabulary:
    """Each word once, in its spelling; and the tiers promised."""
    own = list(agreements)
    promised = Objective.objects.filter(version__agreement__in=own, version__superseded_at=None)
    tiers = set(promised.values_list("tier", flat=True)) - {""}
    words = Word.objects.filter(Q(means=""), agreement__in=own)
    return Vocabulary(
        sources=_sorted(words.filter(field="source").values_list("spelling", flat=True)[:MOST]),
        tiers=_sorted({*tiers, *words.filter(field="tier").values_list("spelling", flat=True)[:MOST]}),
    )


def _sorted(words: Iterable[str]) -> list[str]:
    return sorted(set(words), key=str.casefold)
