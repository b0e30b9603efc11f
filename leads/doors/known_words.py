"""Reads: the words already in use for sources and tiers."""

from collections.abc import Iterable
from dataclasses import dataclass

from agreements.models import Agreement, Objective
from leads.models import Lead

RECENT = 1000


@dataclass(frozen=True)
class Vocabulary:
    sources: list[str]
    tiers: list[str]


def vocabulary(agreements: Iterable[Agreement]) -> Vocabulary:
    """Of the latest leads, for all that ever was is slow to find and full of old mistakes; and the tiers promised."""
    own = list(agreements)
    recent = Lead.objects.filter(agreement__in=own).order_by("-created_at", "-id").values_list("source", "tier")
    used = list(recent[:RECENT])
    promised = Objective.objects.filter(version__agreement__in=own, version__superseded_at=None)
    tiers = {tier for _source, tier in used} | set(promised.values_list("tier", flat=True))
    return Vocabulary(sources=_sorted({source for source, _tier in used}), tiers=_sorted(tiers))


def _sorted(words: set[str]) -> list[str]:
    return sorted(words - {""}, key=str.casefold)
