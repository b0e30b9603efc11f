"""Reads: the leads in which all words of a question stand, in any order, and what may have been meant."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from django.apps import apps
from django.db import connection
from django.db.models import Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex

from leads.finding.index import WORDS
from leads.querysets import LeadQuerySet
from smarketing.server.folding import LONGEST, fold, needles, shortened

MOST = 1000  # found by the index: of more the newest are looked through instead
MOST_ALIKE, MOST_WORDS = 40, 3  # looked at for a word that stands nowhere; words put right
LIKENESS, SHORTEST = 0.6, 4
_WORD = re.compile(r"[^\s,;()<>\"]+")


def found(leads: LeadQuerySet, question: str) -> LeadQuerySet:
    """Of these leads: what others are there is not felt. All of them for an empty question."""
    pieces = needles(question)
    if not pieces:
        return leads.none() if question.strip() else leads
    return _containing(leads, pieces)


def at_once(question: str) -> list[int]:
    """Some leads that hold it, whoever may see them, where there are more than are read; else none."""
    pieces = needles(question)
    pks = _first(pieces) if pieces else []
    return pks if len(pks) > MOST else []


def _first(pieces: list[str]) -> list[int]:
    return list(_with_all(pieces).order_by().values_list("pk", flat=True)[: MOST + 1])


def _containing(leads: LeadQuerySet, pieces: list[str]) -> LeadQuerySet:
    """Few are found by the index, whoever may see them, and only then asked who may. Where it finds so many that
    reading them would take long, the newest are asked one after the other until there are enough."""
    pks = _first(pieces)
    if len(pks) > MOST:
        return _holding(leads, pieces)
    if connection.vendor == "postgresql":
        return leads.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [pks]))
    return leads.filter(pk__in=pks)


def _with_all(pieces: Iterable[str]) -> LeadQuerySet:
    every: LeadQuerySet = apps.get_model("leads", "Lead").objects.all()
    if connection.vendor == "postgresql":
        return every.filter(*(Q(found_by__contains=piece) for piece in pieces))
    return every.filter(pk__in=_matching(" AND ".join(map(_quoted, pieces))))


def _holding(leads: LeadQuerySet, pieces: Iterable[str]) -> LeadQuerySet:
    """In words of SQL that the index does not know."""
    return leads.alias(**{f"piece_{n}": StrIndex("found_by", Value(piece)) for n, piece in enumerate(pieces)}).filter(
        **{f"piece_{n}__gt": 0 for n, _piece in enumerate(pieces)}
    )


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
    return text if found(leads, text).exists() else ""


def _stands(leads: LeadQuerySet, word: str) -> bool:
    return not needles(word) or found(leads, word).exists()


def _closest(leads: LeadQuerySet, word: str) -> str:
    wanted = shortened(fold(word))
    if len(wanted) < SHORTEST:
        return ""
    middle = len(wanted) // 2  # one slip leaves one half as it was
    texts = [text for half in (f"  {wanted[:middle]}", wanted[middle:].rjust(3)) for text in _texts(leads, half)]
    spelt = {shortened(fold(one)): one for text in texts for one in _WORD.findall(text)}
    return next((spelt[one] for one in get_close_matches(wanted, sorted(spelt), 1, LIKENESS)), "")


def _texts(leads: LeadQuerySet, piece: str) -> list[str]:
    """Names, companies and addresses of some leads in which this stands."""
    some = _containing(leads, [piece]).order_by("-created_at", "-id")[:MOST_ALIKE]
    return [text for texts in some.values_list("name", "company", "email") for text in texts]
