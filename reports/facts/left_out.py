"""Reads: how many figures of a period excuses and agreed exceptions have changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from agreements.models import Agreement
from agreements.terms import Timeline
from leads.enums import ClockKind
from leads.models import Clock
from leads.work.excusing import EXCUSABLE
from smarketing.accounts.models import Side
from smarketing.lib.periods import Period

SIDES = {kind: Side.MARKETING if kind == ClockKind.HANDOVER else Side.SALES for kind in EXCUSABLE}


@dataclass(frozen=True)
class LeftOut:
    """Promises about the handoffs of a period: those excused, and those that an exception beyond the terms paused."""

    excused: int = 0
    paused: int = 0

    def __bool__(self) -> bool:
        return bool(self.excused or self.paused)


def left_out(agreement: Agreement, period: Period, terms: Timeline, at: datetime) -> LeftOut:
    days = (period.start_on, period.end_on)
    clocks = Clock.objects.filter(handoff__agreement=agreement, handoff__handed_on__range=days, kind__in=EXCUSABLE)
    paused = Q(pk__in=[])
    for pause in terms.agreed:
        kinds = [kind for kind, side in SIDES.items() if side in pause.sides]
        paused |= Q(kind__in=kinds, started_at__lt=pause.end, due_at__gt=pause.begin) & ~Q(pauses=[])
    counted = {"excused": Count("pk", filter=Q(excused_at__lte=at)), "paused": Count("pk", filter=paused)}
    return LeftOut(**clocks.aggregate(**counted))


def sum_of(some: Iterable[LeftOut]) -> LeftOut:
    found = list(some)
    return LeftOut(sum(one.excused for one in found), sum(one.paused for one in found))
