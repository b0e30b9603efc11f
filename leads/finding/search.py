"""Reads: the leads in which all words of a question stand, in any order, and what may have been meant."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from django.db import connection, transaction
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from leads.finding.index import WORDS
from leads.querysets import LeadQuerySet
from smarketing.server.folding import LONGEST, fold, needles, shortened

MOST = 2000  # found at once: of more the newest are looked through instead
MOST_ALIKE, MOST_WORDS = 200, 3  # looked at for a word that stands nowhere; words put right
LIKENESS, SHORTEST = 0.6, 4
_WORD = re.compile(r"[^\s,;()<>\"]+")


def found(leads: LeadQuerySet, question: str) -> LeadQuerySet:
    """Of these leads: what others are there is not felt. All of them for an empty question."""
    pieces = needles(question)
    if not pieces:
        return leads.none() if question.strip() else leads
    holding = with_all(leads, pieces)
    pks = list(holding.order_by().values_list("pk", flat=True)[: MOST + 1])
    return holding if len(pks) > MOST else leads.filter(pk__in=pks)


def with_all(leads: LeadQuerySet, pieces: Iterable[str]) -> LeadQuerySet:
    if connection.vendor == "postgresql":
        return leads.filter(*(Q(found_by__contains=piece) for piece in pieces))
    return leads.filter(pk__in=_matching(" AND ".join(map(_quoted, pieces))))


def _matching(expression: str) -> RawSQL:
    return RawSQL(f"SELECT rowid FROM {WORDS} WHERE {WORDS} MATCH %s", [expression])  # noqa: S608, S611  our own table


def _quoted(piece: str) -> str:
    """Text for FTS5, whatever stands in it."""
    return '"' + piece.replace('"', '""') + '"'


def meant(leads: LeadQuerySet, question: str) -> str:
    """The question with words put right that stand in none of these leads; empty where that finds nothing."""
    words = question[:LONGEST].split()
    strange = [word for word in words if not _stands(leads, word)][:MOST_WORDS]
    closest = {word: _closest(leads, word) for word in strange}
    if not strange or not all(closest.values()):
        return ""
    text = " ".join(closest.get(word, word) for word in words)
    return text if with_all(leads, needles(text)).exists() else ""


def _stands(leads: LeadQuerySet, word: str) -> bool:
    pieces = needles(word)
    return not pieces or with_all(leads, pieces).exists()


def _closest(leads: LeadQuerySet, word: str) -> str:
    wanted = shortened(fold(word))
    if len(wanted) < SHORTEST:
        return ""
    words = {one for texts in _alike(leads, wanted) for text in texts for one in _WORD.findall(text)}
    rated = {one: SequenceMatcher(None, wanted, shortened(fold(one))).ratio() for one in words}
    best = max(sorted(rated), key=rated.__getitem__, default="")
    return best if best and rated[best] >= LIKENESS else ""


def _alike(leads: LeadQuerySet, word: str) -> "list[tuple[str, ...]]":
    """Names, companies and addresses in which something like this word stands."""
    texts = leads.order_by().values_list("name", "company", "email")
    if connection.vendor == "postgresql":
        alike = RawSQL("%s <%% leads_lead.found_by", [word], BooleanField())
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = 0.5")
            return list(texts.filter(alike)[:MOST_ALIKE])
    middle = len(word) // 2  # one slip leaves one half as it was
    halves = [half for half in (f"  {word[:middle]}", word[middle:]) if len(half.strip()) > 1 and len(half) > 2]
    return list(texts.filter(pk__in=_matching(" OR ".join(map(_quoted, halves))))[:MOST_ALIKE])
