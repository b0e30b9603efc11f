"""Actions: two leads that are one person become one, and two again.

Everything of both hangs on the one that is kept. Undone, each has its own again; what came since stays with the kept
lead, unless it belongs to a handoff of the other.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from leads.clock.consequences import lock, refresh
from leads.doors.files.writing.waiting import lock_files_of
from leads.enums import ClockKind, EventKind
from leads.models import Attempt, Clock, Deal, Event, Handoff, Inquiry, Lead, Merge, NotSame, OtherId
from leads.refusals import Refused
from smarketing.accounts.models import User

NOTED = (
    *("warned_at", "escalated_at", "recorded_at", "excuse", "excuse_side", "excuse_asked_at", "excuse_asked_by_id"),
    *("excused_at", "excused_by_id"),
)
EVENTS = "events of removed deals"
FOLLOWS_ITS_HANDOFF: tuple[Any, ...] = (Attempt, Inquiry, Event, Clock)


class NotTwo(Refused):
    """Two leads of one agreement are merged."""


class BothWithSales(Refused):
    """A lead is with sales once: two reps would call one person."""


class NotTheLatest(Refused):
    """What is with sales is the latest handoff of a lead: its state and its calls go by that."""


class CannotBeUndone(Refused):
    """It was undone already, or the lead was merged once more since."""


def merge(kept: Lead, gone: Lead, values: Mapping[str, Any], *, by: User, at: datetime) -> Merge:
    """`values` are the fields that are taken from the other one."""
    with transaction.atomic():
        lock_files_of(kept.agreement_id)  # before the leads, as imports do
        found = {lead.pk: lead for lead in lock([kept.pk, gone.pk])}
        if len(found) < 2 or found[kept.pk].agreement_id != found[gone.pk].agreement_id:
            raise NotTwo(_("One of the two leads is no longer there, or belongs to another agreement."))
        kept, gone = found[kept.pk], found[gone.pk]
        if Handoff.objects.open().filter(lead__in=found).values("lead").distinct().count() > 1:
            raise BothWithSales(_("Both are with sales: return the one that was handed over first, as a duplicate."))
        handoffs = Handoff.objects.filter(lead__in=found).order_by("handed_at", "pk")
        open_one = handoffs.open().first()
        if open_one is not None and open_one != handoffs.last():
            text = _("The one that is with sales was handed over before the other: return it first.")
            raise NotTheLatest(text)
        made = Merge(kept=kept, gone_pk=gone.pk, gone=packed(gone), before=packed(kept), at=at, by=by)
        made.clocks = [packed(clock) for clock in Clock.objects.filter(lead__in=found).order_by("pk")]
        Clock.objects.filter(lead__in=found, kind=ClockKind.HANDOVER).delete()  # a lead has one; it is made anew
        _remove_doubles(made, kept, gone)
        _move(made, gone.pk, kept.pk)
        gone.delete()
        _take_over(kept, gone, values)
        made.save()
        Event.objects.create(lead=kept, kind=EventKind.MERGED, by=by, at=at, details={"merge": made.pk})
        refresh([kept.pk])
        _note_again(made.clocks, [kept.pk])
    return made


def undo_merge(made: Merge, *, by: User, at: datetime) -> Lead:
    """Answers the lead that is there again."""
    with transaction.atomic():
        lock_files_of(made.kept.agreement_id)
        (kept,) = lock([made.kept_id])
        latest = Merge.objects.filter(kept=kept, undone_at=None).order_by("-at", "-pk").first()
        if latest is None or latest.pk != made.pk:
            raise CannotBeUndone(_("This merge is undone already, or another one has to be undone first."))
        made = latest
        Clock.objects.filter(lead=kept, kind=ClockKind.HANDOVER).delete()
        _give_back(kept, made)
        gone: Lead = unpacked(Lead, made.gone)
        OtherId.objects.filter(agreement=kept.agreement_id, external_id=gone.external_id, lead=kept).delete()
        gone.save(force_insert=True)
        _move_back(made, kept.pk, gone.pk)
        made.undone_at, made.undone_by = at, by
        made.save(update_fields=["undone_at", "undone_by"])
        for lead in (kept, gone):
            Event.objects.create(lead=lead, kind=EventKind.UNMERGED, by=by, at=at, details={"merge": made.pk})
        refresh([kept.pk, gone.pk])
        _note_again(made.clocks, [kept.pk, gone.pk])
    return gone


def packed(row: models.Model) -> dict[str, Any]:
    """All columns as JSON, but those that the database makes."""
    fields = [field for field in row._meta.concrete_fields if not field.generated]
    stands = {field: getattr(row, field.attname) for field in fields}
    return {field.attname: None if value is None else field.value_to_string(row) for field, value in stands.items()}


def unpacked(model: type[Any], said: Mapping[str, Any]) -> Any:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: None if text is None else fields[name].to_python(text) for name, text in said.items()})


def _relations() -> Iterable[tuple[type[Any], str]]:
    for relation in Lead._meta.get_fields(include_hidden=True):
        if relation.one_to_many and relation.related_model is not NotSame:
            yield relation.related_model, relation.field.name  # type: ignore[misc,union-attr]


def _remove_doubles(made: Merge, kept: Lead, gone: Lead) -> None:
    """Pairs that are two people, and deals of one id, which are one deal."""
    known = Deal.objects.filter(lead=kept).exclude(external_id="").values("external_id")
    doubles = {
        NotSame: NotSame.objects.filter(models.Q(one=gone) | models.Q(other=gone)),
        Deal: Deal.objects.filter(lead=gone, external_id__in=known),
    }
    events = Event.objects.filter(deal__in=doubles[Deal])
    made.removed[EVENTS] = {str(pk): deal for pk, deal in events.values_list("pk", "deal")}
    for model, rows in doubles.items():
        made.removed[model._meta.label] = [packed(row) for row in rows]
        rows.delete()
    for kind in (Handoff, Attempt):
        own = kind.objects.filter(lead=kept).exclude(external_id="").values("external_id")
        twice = kind.objects.filter(lead=gone, external_id__in=own)
        made.removed[f"{kind._meta.label}.external_id"] = dict(twice.values_list("pk", "external_id"))
        twice.update(external_id="")


def _move(made: Merge, source: int, target: int) -> None:
    for model, name in _relations():
        rows = model._base_manager.filter(**{name: source})
        if pks := sorted(rows.values_list("pk", flat=True)):
            made.moved[f"{model._meta.label}.{name}"] = pks
            rows.update(**{f"{name}_id": target})


def _take_over(kept: Lead, gone: Lead, values: Mapping[str, Any]) -> None:
    """The earlier creation, and the other's id as one more."""
    for name, value in values.items():
        setattr(kept, name, value)
    if gone.created_at < kept.created_at:
        kept.created_at, kept.precision = gone.created_at, gone.precision
    if gone.external_id and kept.external_id:
        OtherId.objects.create(agreement_id=kept.agreement_id, external_id=gone.external_id, lead=kept)
    kept.external_id = kept.external_id or gone.external_id
    kept.save()


def _give_back(kept: Lead, made: Merge) -> None:
    """What the merge changed on the kept lead, unless somebody changed it since."""
    before, gone = unpacked(Lead, made.before), unpacked(Lead, made.gone)
    for name in {field.attname for field in Lead._meta.concrete_fields if not field.generated} - {"id", "notes"}:
        stood, now = getattr(before, name), getattr(kept, name)
        if now != stood and now == getattr(gone, name):
            setattr(kept, name, stood)
    kept.save()


def _move_back(made: Merge, source: int, target: int) -> None:
    own = made.moved.get("leads.Handoff.lead", [])
    # What the kept lead had before may hang on a handoff of the other only because that one was the later.
    since = models.Q(recorded_at__gt=made.at)
    came_since: dict[Any, models.Q] = {Attempt: since, Inquiry: since}
    for model, name in _relations():
        pks = made.moved.get(f"{model._meta.label}.{name}", [])
        theirs = models.Q(pk__in=pks)
        if model in FOLLOWS_ITS_HANDOFF:
            theirs |= models.Q(handoff__in=own) & came_since.get(model, models.Q())
        model._base_manager.filter(theirs, **{name: source}).update(**{f"{name}_id": target})
    for model in (NotSame, Deal):
        for said in made.removed.get(model._meta.label, []):
            unpacked(model, said).save(force_insert=True)
    for pk, deal in made.removed.get(EVENTS, {}).items():
        Event.objects.filter(pk=int(pk)).update(deal=deal)
    for kind in (Handoff, Attempt):
        for pk, external_id in made.removed.get(f"{kind._meta.label}.external_id", {}).items():
            kind.objects.filter(pk=int(pk), external_id="").update(external_id=external_id)


def _note_again(clocks: Iterable[Mapping[str, Any]], lead_ids: Iterable[int]) -> None:
    """What was noted and excused of clocks that were made anew."""
    for said in clocks:
        stood = unpacked(Clock, said)
        same = Clock.objects.filter(lead__in=lead_ids, handoff=stood.handoff_id, kind=stood.kind, nth=stood.nth)
        if stood.handoff_id is None:
            same = same.filter(lead=stood.lead_id)
        same.filter(due_at=stood.due_at).update(**{name: getattr(stood, name) for name in NOTED})
