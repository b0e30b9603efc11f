"""Clocks of a team lead's sales teams that the sweep has noted and nobody has stopped since; who has seen them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from leads.enums import EscalationStep
from leads.models import Escalation, Handoff
from leads.querysets import HandoffQuerySet
from leads.work.queue import QueueRow, rows
from smarketing.accounts.access import Access
from smarketing.accounts.models import User


@dataclass(frozen=True)
class NotedClock:
    row: QueueRow
    step: EscalationStep
    raised_at: datetime
    is_seen: bool


def noted(access: Access, *, at: datetime) -> HandoffQuerySet:
    """Overdue or due soon now, by the same definition as everywhere, and noted by the sweep."""
    led = Handoff.objects.led_by(access)
    unmet = led.overdue(at) | led.due_soon(at)
    return unmet.filter(Exists(Escalation.objects.filter(clock__handoff=OuterRef("pk"))))


def unseen_count(access: Access, *, at: datetime) -> int:
    unseen = Escalation.objects.filter(clock__handoff=OuterRef("pk"), seen_at=None)
    return noted(access, at=at).filter(Exists(unseen)).count()


def noted_clocks(handoffs: Sequence[Handoff], user: User, *, at: datetime) -> list[NotedClock]:
    found = rows(handoffs, user, at=at)
    notes: dict[int, list[Escalation]] = {row.handoff.pk: [] for row in found}
    for note in Escalation.objects.filter(clock__handoff__in=notes).select_related("clock").order_by("raised_at", "pk"):
        notes[note.clock.handoff_id or 0].append(note)
    return [_escalated(row, notes[row.handoff.pk]) for row in found if notes[row.handoff.pk]]


def _escalated(row: QueueRow, notes: list[Escalation]) -> NotedClock:
    """The latest note tells the step; one that nobody has seen makes the whole unseen."""
    latest = notes[-1]
    return NotedClock(row, EscalationStep(latest.step), latest.raised_at, is_seen=all(note.seen_at for note in notes))


def mark_seen(escalations: "QuerySet[Escalation]", *, by: User, at: datetime) -> int:
    """Who has seen one first is kept."""
    return escalations.filter(seen_at=None).update(seen_at=at, seen_by=by)
