"""Action: what a row says otherwise is taken over, with an author and a reason."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.terms import timeline
from leads.clock.consequences import lock, refresh
from leads.doors.files.reading.rows import Values, packed, unpacked
from leads.doors.files.writing.claims import FACTS, stored
from leads.doors.files.writing.reps import RepBook, rep_book
from leads.doors.files.writing.waiting import lock_files_of
from leads.doors.won_first import check_won_first
from leads.enums import EventKind, RowKind
from leads.models import DifferingRow, Event, ImportRun, Lead
from leads.refusals import Refused
from smarketing.accounts.models import User

BATCH = 500
POINTERS = {"handoffs": "handoff", "attempts": "attempt", "outcomes": "deal"}


class NoReason(Refused):
    """Who changes what is known says why."""


class Gone(Refused):
    """The fact is no longer there, or is somewhere else by now."""


@dataclass
class TakenOver:
    """`taken` rows changed what is known; for each of the others its reason."""

    taken: int = 0
    refused: list[tuple[DifferingRow, Refused]] = field(default_factory=list)


def take_over(
    run: ImportRun, *, by: User, at: datetime, reason: str, row_ids: Iterable[int] | None = None
) -> TakenOver:
    """Of the run's rows that say something else all, or those of `row_ids`. One already taken over stays as it is."""
    if not reason.strip():
        raise NoReason(_("Say why this should change."))
    pending = run.differing_rows.filter(taken_at=None)
    pending = pending if row_ids is None else pending.filter(pk__in=list(row_ids))
    answer, pks = TakenOver(), list(pending.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        with transaction.atomic():
            _take(run, pks[start : start + BATCH], answer, by=by, at=at, reason=reason.strip()[:200])
    return answer


def _take(run: ImportRun, pks: list[int], answer: TakenOver, *, by: User, at: datetime, reason: str) -> None:
    lock_files_of(run.agreement_id)  # before the leads, as imports do; whoever comes second finds the rows taken
    rows = list(DifferingRow.objects.filter(pk__in=pks, taken_at=None).order_by("pk"))
    leads = {lead.pk: lead for lead in lock({row.lead_id for row in rows if row.lead_id})}
    reps = rep_book(run.agreement)
    for row in rows:
        try:
            pointer = _apply(run, row, leads, reps)
        except Refused as refusal:
            answer.refused.append((row, refusal))
            continue
        row.taken_at, row.taken_by, row.reason = at, by, reason
        row.save(update_fields=["taken_at", "taken_by", "reason"])
        if row.lead_id:
            details = {"fields": [*row.said], "line": row.line, "run": run.pk, "reason": reason}
            Event.objects.create(
                lead_id=row.lead_id, kind=EventKind.CORRECTED, by=by, at=at, details=details, **pointer
            )
        answer.taken += 1
    refresh(leads.keys(), timeline(run.agreement))


def _apply(run: ImportRun, row: DifferingRow, leads: dict[int, Lead], reps: RepBook) -> dict[str, Any]:
    """Answers what an event points at."""
    values = unpacked(row.said)
    if row.lead_id is None:
        _apply_to_waiting(row, values)
        return {}
    if run.kind == RowKind.LEADS:
        _apply_to_lead(leads[row.lead_id], values)
        return {}
    fact = _apply_to_fact(run.kind, row, values, reps)
    return {POINTERS[run.kind]: fact} if run.kind in POINTERS else {}


def _apply_to_waiting(row: DifferingRow, values: Values) -> None:
    if row.waiting is None:
        raise Gone(_("The lead has arrived since: import the file again."))
    row.waiting.fields = {**row.waiting.fields, **packed(values)}
    row.waiting.save(update_fields=["fields"])


def _apply_to_lead(lead: Lead, values: Values) -> None:
    if won_at := values.get("created_at"):
        check_won_first(lead, won_at, timeline(lead.agreement).day_of)
    for name, value in values.items():
        setattr(lead, name, value)
    lead.save(update_fields=list(values))


def _apply_to_fact(kind: str, row: DifferingRow, values: Values, reps: RepBook) -> Any:
    sort = FACTS[kind]
    facts = sort.model._default_manager.filter(lead=row.lead_id)
    fact: Any = facts.filter(pk=row.record).first() if row.record else facts.filter(external_id=row.own_id).first()
    if fact is None:
        raise Gone(_("This no longer exists."))
    changed = stored(kind, values, reps, getattr(fact, "handed_at", None))
    for name, value in changed.items():
        setattr(fact, name, value)
    fact.save(update_fields=list(changed))
    return fact
