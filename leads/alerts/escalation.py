"""Actions: find clocks newly due soon or overdue, note each once; the team lead marks them as seen."""

from datetime import datetime

from django.db.models import F, QuerySet

from leads.enums import Step
from leads.models import Escalation, Handoff
from smarketing.accounts.models import User

BATCH = 1000


def sweep(*, at: datetime) -> dict[Step, int]:
    """Notes every clock that is due soon or overdue and was not noted yet. May run twice, also at the same time."""
    due = {
        Step.OVERDUE: Handoff.objects.overdue(at),
        Step.DUE_SOON: Handoff.objects.due_soon(at),
    }
    return {step: _note(step, handoffs, at) for step, handoffs in due.items()}


def _note(step: Step, handoffs: "QuerySet[Handoff]", at: datetime) -> int:
    # What was recorded after its due time came from a file: it is measured, but nobody is told.
    fresh = handoffs.filter(recorded_at__lt=F("due_at")).exclude(escalations__step=step)
    ids = list(fresh.order_by("due_at").values_list("pk", flat=True)[:BATCH])
    rows = [Escalation(handoff_id=pk, step=step, raised_at=at) for pk in ids]
    Escalation.objects.bulk_create(rows, ignore_conflicts=True)
    return len(ids)


def mark_seen(escalations: "QuerySet[Escalation]", *, by: User, at: datetime) -> int:
    return escalations.filter(seen_at=None).update(seen_at=at, seen_by=by)
