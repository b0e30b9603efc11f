"""Actions: record an attempt, withdraw one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads.clock.consequences import changing
from leads.enums import Direction, EventKind
from leads.models import Attempt, Event, Handoff, Inquiry
from leads.refusals import Refused
from leads.work.handoffs import (
    NotFollowedUp,
    current_for,
    is_followed_up,
    refuse_unreached_too_early,
    take_if_nobodys,
)
from leads.work.states import CLOSED, LOST, RETURNED
from smarketing.accounts.models import User


class InTheFuture(Refused):
    """An attempt that has not happened yet."""


class BeforeTheLead(Refused):
    """Nobody was there to be called: a slip of the hand, which would keep a promise for nothing."""


class AlreadyWithdrawn(Refused):
    """Somebody else was faster."""


def record(
    handoff: Handoff,
    *,
    channel: str,
    result: str,
    by: User,
    at: datetime,
    attempted_at: datetime | None = None,
    direction: str = Direction.OUTBOUND,
    note: str = "",
) -> Attempt:
    """Writes down one try to reach the lead; it belongs to the lead's handoff at that time.

    Who records the first one for a handoff that nobody has, gets it.
    """
    if attempted_at is not None and attempted_at > at:
        raise InTheFuture(_("An attempt cannot be in the future."))
    with changing(handoff.lead_id) as lead:
        if attempted_at is not None and attempted_at < lead.created_at.replace(second=0, microsecond=0):
            raise BeforeTheLead(_("The lead did not exist yet at that time."))
        current = current_for(handoff, "inquiry" if is_asked_again(handoff) else "attempt")
        take_if_nobodys(current, by=by, at=at)
        attempt = Attempt.objects.create(
            lead=lead,
            handoff=current,
            attempted_at=attempted_at or at,
            channel=channel,
            result=result,
            direction=direction or Direction.OUTBOUND,
            rep=by,
            rep_name=by.name,
            note=note,
            recorded_at=at,
            recorded_by=by,
        )
        Event.objects.create(
            lead=lead,
            handoff=current,
            attempt=attempt,
            kind=EventKind.ATTEMPTED,
            by=by,
            at=at,
            details={"channel": channel, "result": result},
        )
    return Attempt.objects.filter(pk=attempt.pk).first() or attempt  # somebody may have withdrawn it by now


def is_asked_again(handoff: Handoff) -> bool:
    """The lead asks again and waits for an answer, also where the handoff has ended since."""
    return Inquiry.objects.unsettled().filter(handoff=handoff).exists()


def withdraw(attempt: Attempt, *, by: User, at: datetime) -> None:
    """Takes a wrongly recorded attempt out again; the history keeps that it was there."""
    with transaction.atomic():
        _withdraw(attempt, by=by, at=at)
        for handoff in Handoff.objects.filter(pk__in=[attempt.handoff_id], state__in=CLOSED):
            _refuse_end_without(handoff)


def _withdraw(attempt: Attempt, *, by: User, at: datetime) -> None:
    with changing(attempt.lead_id) as lead:
        if not Attempt.objects.filter(pk=attempt.pk).exists():
            raise AlreadyWithdrawn(_("This attempt has already been withdrawn."))
        Event.objects.create(
            lead=lead,
            handoff_id=attempt.handoff_id,
            kind=EventKind.WITHDRAWN,
            by=by,
            at=at,
            details={
                "attempt": attempt.pk,
                "channel": attempt.channel,
                "result": attempt.result,
                "attempted_at": attempt.attempted_at.isoformat(),
            },
        )
        attempt.delete()
        _give_up(attempt)


def _refuse_end_without(handoff: Handoff) -> None:
    """An end that would be refused now does not stand without the attempt that allowed it."""
    if handoff.state == RETURNED:
        refuse_unreached_too_early(handoff, handoff.return_reason)
        return
    if not is_followed_up(handoff):
        raise NotFollowedUp(_("This lead is closed, and this is its only attempt: reopen the lead first."))
    lost = handoff.lead.deals.filter(outcome=LOST).order_by("closed_at", "pk").last()
    refuse_unreached_too_early(handoff, lost.reason if lost and handoff.state == LOST else "")


def _give_up(attempt: Attempt) -> None:
    """Who got the handoff by recording this attempt has it no longer."""
    taken = Handoff.objects.filter(lead=attempt.lead_id, rep=attempt.recorded_by_id, assigned_at=attempt.recorded_at)
    taken.filter(accepted_at=None, attempts=None).update(rep=None, rep_name="", assigned_at=None)
