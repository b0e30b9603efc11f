"""Reads: the words already in use for sources and tiers."""

from collections.abc import Iterable
from dataclasses import dataclass

from agreements.models import Agreement, Tier
from leads.models import Word

MOST = 1000


@dataclass(frozen=True)
class WordsInUse:
    sources: list[str]
    tiers: list[str]


def words_in_use(agreements: Iterable[Agreement]) -> WordsInUse:
    """Each word once, in its spelling; and the tiers agreed."""
    own = list(agreements)
    agreed = Tier.objects.filter(version__agreement__in=own, version__superseded_at=None)
    spellings = Word.objects.filter(agreement__in=own, field__in=("source", "tier"), means="")
    used = set(spellings.values_list("field", "spelling")[:MOST])
    tiers = {spelling for field, spelling in used if field == "tier"} | set(agreed.values_list("name", flat=True))
    return WordsInUse(
        sources=_sorted({spelling for field, spelling in used if field == "source"}), tiers=_sorted(tiers)
    )


def _sorted(words: set[str]) -> list[str]:
    return sorted(words - {""}, key=str.casefold)
