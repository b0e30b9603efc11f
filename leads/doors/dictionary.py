"""The words of an agreement: each source, tier and rep in one spelling, and what foreign words mean."""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from agreements.models import Agreement, Tier
from leads.models import Word
from smarketing.lib.words import key, tidied

SPELLED = {"source": 100, "tier": 60, "rep": 150}


def read_for(agreement: Agreement) -> dict[str, Any]:
    """What an agreement says of files where they say nothing themselves."""
    reasons = dict(agreement.return_reasons.values_list("key", "label"))
    return {"time_zone": agreement.time_zone, "currency": agreement.currency, "reasons": reasons}


def settle(agreement_id: int, rows: Sequence[MutableMapping[str, Any]]) -> None:
    """Writes sources, tiers and reps in their one spelling: what is meant, or as agreed, or as first seen.

    The caller holds `lock_files_of`, so that a word is seen first once.
    """
    asked: dict[tuple[str, str], str] = {}
    for field in SPELLED:
        for text in dict.fromkeys(row.get(field, "") for row in rows):
            if text:
                asked.setdefault((field, key(text)), tidied(text))
    if not asked:
        return
    spelled = _spelled(agreement_id, set(asked))
    _remember(agreement_id, asked, spelled)
    for field in SPELLED:
        words = {text: spelled[field, key(text)] for text in {row.get(field, "") for row in rows} if text}
        for row in rows if any(text != word for text, word in words.items()) else ():
            if text := row.get(field):
                row[field] = words[text]


def _spelled(agreement_id: int, pairs: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    words = Word.objects.filter(agreement=agreement_id, field__in=SPELLED, key__in={word for _field, word in pairs})
    spelled = {(word.field, word.key): word.means or word.spelling for word in words}
    if any(field == "tier" for field, _word in pairs):
        meant = {(word.field, word.key) for word in words if word.means}
        tiers = Tier.objects.filter(version__agreement=agreement_id).values_list("name", flat=True)
        agreed = {("tier", key(tier)): tier for tier in tiers.order_by("version__effective_on", "pk")}
        spelled |= {pair: tier for pair, tier in agreed.items() if pair not in meant}
    return spelled


def _remember(agreement_id: int, seen: Mapping[tuple[str, str], str], spelled: dict[tuple[str, str], str]) -> None:
    fresh = {pair: text for pair, text in seen.items() if pair not in spelled}
    spelled |= fresh
    Word.objects.bulk_create(
        Word(agreement_id=agreement_id, field=field, key=word, spelling=text) for (field, word), text in fresh.items()
    )


def words_to_choose(agreement: Agreement) -> dict[str, list[str]]:
    """Sources and tiers of which a new word of a file may be another name: those in use, and the agreed tiers."""
    words = Word.objects.filter(agreement=agreement, field="source", means="").order_by("spelling")
    tiers = Tier.objects.filter(version__agreement=agreement).order_by("name").values_list("name", flat=True)
    return {"source": list(words.values_list("spelling", flat=True)), "tier": list(dict.fromkeys(tiers))}


def meanings(agreement_id: int) -> dict[str, dict[str, str]]:
    """Field -> key of a foreign word -> our value, as told for earlier files."""
    found: dict[str, dict[str, str]] = {}
    for word in Word.objects.filter(agreement=agreement_id).exclude(means=""):
        found.setdefault(word.field, {})[word.key] = word.means
    return found


def mean(agreement_id: int, field: str, foreign: str, ours: str) -> None:
    """From now on this word of files means that word of ours."""
    Word.objects.update_or_create(
        agreement_id=agreement_id,
        field=field,
        key=key(foreign),
        defaults={"means": ours},
        create_defaults={"means": ours, "spelling": tidied(foreign)},
    )
