"""Reads: what the rules of an agreement have given to whom, and what they should have: why it is uneven."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, OuterRef

from agreements.models import Agreement
from leads.assignment.rotation import POOL
from leads.models import DeskSettings, Draw, Handoff, Seat
from smarketing.accounts.models import User


@dataclass(frozen=True)
class FairRow:
    """`here`: leads that this rep could have got, of `asked` for which the rules asked; `due` is the share of them by
    weight, `got` what came, `by_hand` what came besides. `passed` says why not, counted."""

    rep: User
    weight: int
    asked: int
    here: int
    due: float
    got: int
    by_hand: int
    passed: dict[str, int]

    @property
    def over(self) -> float:
        return self.got - self.due


@dataclass(frozen=True)
class Fairness:
    """`rows` are those that the reader may see by name; the counts are of the whole team."""

    decided: int
    nobody_free: int
    widest: float
    reps: int
    rows: list[FairRow] = field(default_factory=list)


def may_name_reps(agreement: Agreement) -> bool:
    """Whether figures about one named rep are shown to others: every page about assignment asks here."""
    return DeskSettings.objects.filter(agreement=agreement, names_reps=True).exists()


def fairness(agreement: Agreement, *, since: datetime, until: datetime, reader: User) -> Fairness:
    """Of what the rules decided in that time and what still stands; the own figures are everybody's own."""
    due, got, here, asked = defaultdict[int, float](float), Counter[int](), Counter[int](), Counter[int]()
    passed: dict[int, Counter[str]] = defaultdict(Counter)
    decided = nobody = 0
    draws = Draw.objects.filter(agreement=agreement, at__gte=since, at__lte=until).exclude(way=POOL)
    for rep, shares, others in draws.values_list("rep_id", "shares", "passed").iterator():
        decided += 1
        nobody += rep is None and not shares
        got.update([rep] if rep else [])
        for one, share in shares.items():
            due[int(one)] += share
            here[int(one)] += 1
            asked[int(one)] += 1
        for one, why in others.items():
            passed[int(one)][why] += 1
            asked[int(one)] += 1
    by_hand = _by_hand(agreement, since, until)
    people = User.objects.in_bulk({*due, *passed, *by_hand})
    weights = dict(Seat.objects.filter(agreement=agreement).values_list("rep_id", "weight"))
    rows = [
        FairRow(
            person,
            weights.get(pk, 1),
            asked[pk],
            here[pk],
            due[pk],
            got[pk],
            by_hand[pk],
            dict(passed[pk]),
        )
        for pk, person in people.items()
    ]
    rows.sort(key=lambda row: (row.rep.name, row.rep.pk))
    widest = max((abs(row.over) for row in rows), default=0.0)
    shown = rows if may_name_reps(agreement) else [row for row in rows if row.rep.pk == reader.pk]
    return Fairness(decided, nobody, widest, len(rows), shown)


def _by_hand(agreement: Agreement, since: datetime, until: datetime) -> Counter[int]:
    """What each has got in that time and still has, and not by a rule: by hand, out of the pool, from a file."""
    rows = Handoff.objects.filter(agreement=agreement, assigned_at__gte=since, assigned_at__lte=until)
    by_rule = Draw.objects.filter(handoff=OuterRef("pk"), rep=OuterRef("rep"), at=OuterRef("assigned_at"))
    others = rows.exclude(rep=None).filter(~Exists(by_rule))
    found = others.order_by().values_list("rep_id").annotate(Count("pk"))
    return Counter({rep: count for rep, count in found if rep is not None})
