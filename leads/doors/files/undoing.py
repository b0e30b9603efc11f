"""Actions: what an import brought goes again, chunk by chunk. What somebody has worked on since stays, and is told.

Leads, handoffs, attempts and deals that the run made are removed, and what it wrote where nothing stood is taken out.
What other files brought for a lead that goes waits for its lead again. The run itself stays on record.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from agreements.terms import timeline
from leads.assignment.drawing import take_back_turns
from leads.clock.consequences import lock, refresh
from leads.doors.files.lease import LEASE, Clock
from leads.doors.files.reading.rows import packed
from leads.doors.files.runs import drop_files
from leads.doors.files.writing.claims import FACTS
from leads.doors.files.writing.filling import EMPTY
from leads.doors.files.writing.waiting import lock_files_of, name_of
from leads.enums import EventKind, RowKind, RunStatus
from leads.models import Addition, DifferingRow, Event, Handoff, ImportRun, Lead, OtherId, WaitingRow
from smarketing.accounts.models import User
from smarketing.lib import bulk
from smarketing.server.giving_way import give_way

AT_ONCE = 500  # leads of one transaction
MOST_TOLD = 50  # leads that stayed
WORKED_ON, LATER_FILE = "worked_on", "later_file"
NOBODYS = (EventKind.DUE_SOON, EventKind.OVERDUE, EventKind.IMPORT_UNDONE, EventKind.GIVEN)
ENDED = (RunStatus.DONE, RunStatus.FAILED)
FOLLOWS = frozenset({"handoffs", "attempts", "deals", "events", "clocks"})  # what a lead that goes takes along
STAYS = frozenset({"currency"})  # of a deal: it has one before it has revenue


def can_be_undone(run: ImportRun) -> bool:
    return run.status in ENDED and bool(run.read) and run.started_at is not None


def begin_undoing(run: ImportRun, *, by: User, at: datetime) -> bool:
    """What must follow the commit is `leads.tasks.undo_import`."""
    ended = ImportRun.objects.filter(pk=run.pk, status__in=ENDED, read__gt=0, started_at__isnull=False)
    new = {"undone_by": by, "undone": {"after": 0, "kept": 0, "kept_leads": []}}
    return ended.update(status=RunStatus.UNDOING, touched_at=at, **new) == 1


def undo(run_id: int, *, clock: Clock) -> None:
    """Two at once take turns, and of a killed one another goes on: each chunk is whole."""
    while _undo_some(run_id, clock()):
        give_way()


def left_undone(at: datetime) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(status=RunStatus.UNDOING, touched_at__lt=at - LEASE)


def would_stay(run: ImportRun) -> tuple[dict[int, str], bool]:
    """Of the run's first leads those that would stay, each with why; and whether these are all its leads."""
    pks = _leads_after(run, 0, AT_ONCE)
    return _worked_on(run, pks), len(pks) < AT_ONCE


def _undo_some(run_id: int, at: datetime) -> bool:
    with transaction.atomic():
        run = ImportRun.objects.select_for_update(of=("self",)).filter(pk=run_id, status=RunStatus.UNDOING)
        found = run.select_related("agreement").first()
        if found is None:
            return False
        lock_files_of(found.agreement_id)
        pks = _leads_after(found, found.undone["after"], AT_ONCE)
        if pks:
            lock(pks)
            _take_back(found, pks, at)
            found.undone["after"] = pks[-1]
        else:
            _take_back_waiting(found)
            drop_files(found)
            found.status, found.undone_at, found.file, found.workbook = RunStatus.UNDONE, at, "", ""
        found.touched_at = at
        found.save(update_fields=["undone", "touched_at", "status", "undone_at", "file", "workbook"])
    return bool(pks)


def _leads_after(run: ImportRun, after: int, most: int) -> list[int]:
    """The next leads that have something of the run."""
    own = Lead.objects.filter(run=run, pk__gt=after).order_by("pk").values_list("pk", flat=True)[:most]
    found = set(own)
    models: list[Any] = [*(sort.model for sort in FACTS.values()), Addition]
    for model in models:
        rows = model._default_manager.filter(run=run, lead__gt=after).order_by("lead")
        found |= set(rows.values_list("lead_id", flat=True).distinct()[:most])
    return sorted(found)[:most]


def _worked_on(run: ImportRun, pks: Collection[int]) -> dict[int, str]:
    """Why leads stay: somebody did something with them since, or a later file builds on what this one brought."""
    since = Event.objects.filter(lead__in=pks, at__gte=run.started_at).exclude(kind__in=NOBODYS)
    found = dict.fromkeys(since.values_list("lead_id", flat=True), WORKED_ON)
    made = set(Lead.objects.filter(pk__in=pks, run=run).values_list("pk", flat=True))
    for relation in Lead._meta.related_objects:
        model: Any = relation.related_model
        if relation.get_accessor_name() not in FOLLOWS and model not in (Addition, DifferingRow):
            rows = model._base_manager.filter(**{f"{relation.field.name}__in": made})
            rows = rows.exclude(run=run) if hasattr(model, "run_id") else rows
            found |= dict.fromkeys(rows.values_list(relation.field.attname, flat=True), WORKED_ON)
    nameless = [lead.pk for lead in Lead.objects.filter(pk__in=made, external_id="") if not name_of(lead)]
    for sort in FACTS.values():  # they would have nothing by which to find their lead again
        others = sort.model._default_manager.filter(lead__in=nameless).exclude(run=run)
        found |= dict.fromkeys(others.values_list("lead_id", flat=True), LATER_FILE)
    later = Addition.objects.filter(lead__in=pks).exclude(run=run)
    for pk, kind, record in later.values_list("lead_id", "kind", "record"):
        if pk in made or (kind != RowKind.LEADS and FACTS[kind].model._default_manager.filter(pk=record, run=run)):
            found.setdefault(pk, LATER_FILE)
    for sort in FACTS.values():
        met = sort.model._default_manager.filter(lead__in=pks, run=run).exclude(seen_in=F("run"))
        for pk in met.values_list("lead_id", flat=True):
            found.setdefault(pk, LATER_FILE)
    return found


def _take_back(run: ImportRun, pks: list[int], at: datetime) -> None:
    kept = _worked_on(run, pks)
    free = [pk for pk in pks if pk not in kept]
    going = set(Lead.objects.filter(pk__in=free, run=run).values_list("pk", flat=True))
    told = run.undone
    told["kept"] += len(kept)
    told["kept_leads"] = [*told["kept_leads"], *kept.items()][:MOST_TOLD]
    _count(told, "waiting_again", _wait_again(run, going))
    take_back_turns(list(Handoff.objects.filter(lead__in=free, run=run).values_list("pk", flat=True)))
    for kind, sort in FACTS.items():
        _, by_model = sort.model._default_manager.filter(lead__in=free, run=run).delete()
        _count(told, kind, by_model.get(sort.model._meta.label, 0))
    OtherId.objects.filter(lead__in=free, run=run).delete()
    _count(told, "values", _take_out(run, set(free) - going))
    DifferingRow.objects.filter(lead__in=going).update(lead=None)
    Lead.objects.filter(pk__in=going).delete()
    _count(told, RowKind.LEADS, len(going))
    _note(run, set(free) - going, at)


def _count(told: dict[str, Any], name: str, number: int) -> None:
    told[name] = told.get(name, 0) + number


def _wait_again(run: ImportRun, going: Collection[int]) -> int:
    """What other files or programs brought for these leads."""
    ids, rows = {lead.pk: name_of(lead) for lead in Lead.objects.filter(pk__in=going)}, []
    for kind, sort in FACTS.items():
        facts: Iterable[Any] = sort.model._default_manager.filter(lead__in=going).exclude(run=run)
        for fact in facts:
            values = {name: getattr(fact, column) for name, column in sort.columns.items()}
            said = {name: value for name, value in values.items() if value not in EMPTY or name == "precision"}
            said["external_id"] = ids[fact.lead_id]
            came = {"run_id": fact.run_id, "seen_in_id": fact.seen_in_id, "token_id": fact.token_id}
            own = {"agreement_id": run.agreement_id, "kind": kind, "external_id": ids[fact.lead_id]}
            rows.append(WaitingRow(**own, **came, own_id=fact.external_id, fields=packed(said)))
    bulk.insert(rows)
    return len(rows)


def _take_out(run: ImportRun, pks: Collection[int]) -> int:
    """The values that the run added to leads that stay, and to facts of other origin on them."""
    alike: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    added = Addition.objects.filter(run=run, lead__in=pks)
    for kind, record, names in added.values_list("kind", "record", "fields"):
        alike[kind, tuple(sorted(set(names) - STAYS))].append(record)
    for (kind, names), records in alike.items():
        model: Any = Lead if kind == RowKind.LEADS else FACTS[kind].model
        for record in model._default_manager.filter(pk__in=records):
            for name in names:
                setattr(record, name, None if _may_be_null(model, name) else "")
            record.save(update_fields=list(names))
    added.delete()
    return sum(len(names) * len(records) for (_kind, names), records in alike.items())


def _may_be_null(model: Any, name: str) -> bool:
    """`name` is an attribute: that of a rep is its number."""
    return any(field.null for field in model._meta.concrete_fields if name in (field.name, field.attname))


def _note(run: ImportRun, pks: Collection[int], at: datetime) -> None:
    """On leads that stay, and whose handoffs are made again from what is left."""
    if not pks:
        return
    details = {"run": run.pk, "file": run.file_name}
    own: dict[str, Any] = {"kind": EventKind.IMPORT_UNDONE, "by": run.undone_by, "at": at, "details": details}
    Event.objects.bulk_create(Event(lead_id=pk, **own) for pk in sorted(pks))
    refresh(pks, timeline(run.agreement))


def _take_back_waiting(run: ImportRun) -> None:
    """Rows that still wait for their lead, but for those that a later file has too."""
    for added in Addition.objects.filter(run=run, lead=None):
        for row in WaitingRow.objects.filter(pk=added.record):
            row.fields = {name: value for name, value in row.fields.items() if name not in added.fields}
            row.save(update_fields=["fields"])
    waiting = WaitingRow.objects.filter(run=run)
    waiting.exclude(seen_in=run).update(run=F("seen_in"))
    _count(run.undone, "waiting", WaitingRow.objects.filter(run=run).delete()[0])
