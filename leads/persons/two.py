"""Action and read: two leads that look like one person, and somebody has said that they are two."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from leads.models import NotSame
from smarketing.accounts.models import User


def say_not_same(pk: int, others: Iterable[int], *, by: User | None, at: datetime) -> None:
    pairs = (sorted((pk, other)) for other in others if other != pk)
    rows = [NotSame(one_id=one, other_id=other, by=by, at=at) for one, other in pairs]
    NotSame.objects.bulk_create(rows, ignore_conflicts=True)


def said_not_same(pk: int) -> set[int]:
    rows = NotSame.objects.filter(Q(one=pk) | Q(other=pk)).values_list("one", "other")
    return {one if other == pk else other for one, other in rows}
