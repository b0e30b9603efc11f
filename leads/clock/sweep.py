"""Action: finds clocks newly due soon or overdue and notes each once."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from leads.enums import ClockKind, EscalationStep
from leads.models import Clock, Escalation
from leads.querysets import ClockQuerySet
from smarketing.server.giving_way import give_way

BATCH = 250
TOLD = (ClockKind.RESPONSE,)  # the others stand in the rep's own queue


def note_clocks(*, at: datetime) -> dict[EscalationStep, int]:
    """Notes every clock that is due soon or overdue and was not noted yet, and answers of how many it told.

    May run twice, also at the same time: a clock that one of them notes is passed over by the other.
    """
    return {
        EscalationStep.OVERDUE: _note_all(
            EscalationStep.OVERDUE, Clock.objects.to_escalate, ("escalated_at", "warned_at"), at
        ),
        EscalationStep.DUE_SOON: _note_all(EscalationStep.DUE_SOON, Clock.objects.to_warn, ("warned_at",), at),
    }


def _note_all(
    step: EscalationStep, unnoted: Callable[[datetime], ClockQuerySet], marks: tuple[str, ...], at: datetime
) -> int:
    told = 0
    while True:
        with transaction.atomic():
            batch = list(unnoted(at).select_for_update(skip_locked=True)[:BATCH])
            if not batch:
                return told
            Clock.objects.filter(pk__in=[clock.pk for clock in batch]).update(**dict.fromkeys(marks, at))
            told += _tell(step, batch, at)
        give_way()


def _tell(step: EscalationStep, clocks: list[Clock], at: datetime) -> int:
    """A clock made after its due time came from a file: it is measured, but nobody is told."""
    due = [clock for clock in clocks if clock.kind in TOLD and clock.recorded_at < clock.due_at]
    rows = [Escalation(clock=clock, step=step, raised_at=at) for clock in due]
    Escalation.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
