"""Actions: give handoffs to a rep of the team, one or many; the team's clock runs on."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads.clock.consequences import lock
from leads.enums import EventKind
from leads.models import Event, Handoff
from leads.work.handoffs import HandoffClosed, WithSomebodyElse, refuse_stranger
from smarketing.accounts.models import User


def assign(handoff: Handoff, *, rep: User | None, by: User, at: datetime, seen: str | None = None) -> None:
    """Gives it to a rep of the team, or (None) back to the team.

    `seen` is the id of whom it was with when the person looked, empty for nobody: raises WithSomebodyElse where that is
    no longer so.
    """
    with transaction.atomic():
        lock([handoff.lead_id])
        current = Handoff.objects.select_related("rep").filter(pk=handoff.pk).first()
        if current is not None and seen not in (None, str(current.rep_id or "")) and current.rep != rep:
            raise WithSomebodyElse(current)
        if not assign_many([handoff], rep=rep, by=by, at=at):
            raise HandoffClosed(_("This handoff is closed."))


def assign_many(
    handoffs: Iterable[Handoff], *, rep: User | None, by: User, at: datetime, unassigned: bool = False
) -> list[Handoff]:
    """Answers those that were given: one that is closed by now stays as it is; with `unassigned` one that is taken."""
    asked = list(handoffs)
    with transaction.atomic():
        lock([handoff.lead_id for handoff in asked])
        open_ones = Handoff.objects.open().of_nobody() if unassigned else Handoff.objects.open()
        found = open_ones.filter(pk__in=[handoff.pk for handoff in asked])
        given = list(found.select_related("lead", "agreement").order_by("handed_at", "pk"))
        for agreement in {handoff.agreement for handoff in given}:
            if rep is not None:
                refuse_stranger(rep, agreement)
        _write([(handoff, rep, rep.name if rep else "") for handoff in given], by=by, at=at)
    return given


def give_back(handoffs: Iterable[Handoff], *, by: User, at: datetime) -> int:
    """Undoes what this person gave away last: each goes to whoever had it before, if nobody else was faster."""
    asked = list(handoffs)
    with transaction.atomic():
        lock([handoff.lead_id for handoff in asked])
        found = list(Handoff.objects.open().filter(pk__in=[handoff.pk for handoff in asked]))
        last = {e.handoff_id: e for e in Event.objects.filter(handoff__in=found, kind=EventKind.ASSIGNED)}
        own = [h for h in found if h.pk in last and last[h.pk].by_id == by.pk and last[h.pk].at == h.assigned_at]
        before = User.objects.in_bulk({last[handoff.pk].details.get("before") for handoff in own} - {None})
        changes = [(h, before.get(last[h.pk].details.get("before")), last[h.pk].details["name"]) for h in own]
        _write(changes, by=by, at=at)
    return len(changes)


def _write(changes: list[tuple[Handoff, User | None, str]], *, by: User, at: datetime) -> None:
    Event.objects.bulk_create(
        Event(
            lead_id=handoff.lead_id,
            handoff=handoff,
            kind=EventKind.ASSIGNED,
            by=by,
            at=at,
            details={"rep": rep.pk if rep else None, "before": handoff.rep_id, "name": handoff.rep_name},
        )
        for handoff, rep, _name in changes
    )
    for handoff, rep, name in changes:
        handoff.rep, handoff.rep_name, handoff.assigned_at = rep, name, at if rep or name else None
    Handoff.objects.bulk_update([handoff for handoff, _rep, _name in changes], ["rep", "rep_name", "assigned_at"])
