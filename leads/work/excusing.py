"""Actions: a breach is excused with a reason, by two people: one side asks for it, the other approves it."""

from datetime import datetime

from django.utils.translation import gettext as _

from leads.clock import rule
from leads.clock.consequences import changing
from leads.enums import ClockKind, EventKind
from leads.models import Clock, Event
from leads.refusals import Refused
from smarketing.accounts.models import User

EXCUSABLE = frozenset(ClockKind) - {ClockKind.ATTEMPT}  # single attempts are not judged


class NotBreached(Refused):
    """Only what was missed, or is overdue, can be excused."""


class AlreadyAsked(Refused):
    """One excuse for a clock."""


class NotAsked(Refused):
    """There is no excuse that waits for an answer: it was approved, declined or taken back."""


class OwnExcuse(Refused):
    """Who asks for an excuse does not approve it."""


def ask(clock: Clock, *, reason: str, side: str, by: User, at: datetime) -> None:
    """`side` asks: the other one approves; "" is an administrator of neither."""
    with changing(clock.lead_id):
        current = _current(clock)
        if current.excuse:
            raise AlreadyAsked(_("An excuse for this has been asked for already."))
        if current.kind not in EXCUSABLE or current.state(at) not in rule.BREACHED:
            raise NotBreached(_("This promise is not missed: there is nothing to excuse."))
        _set(current, excuse=reason, excuse_side=side, excuse_asked_at=at, excuse_asked_by=by)
        _note(current, EventKind.EXCUSE_ASKED, by=by, at=at, reason=reason)


def approve(clock: Clock, *, by: User, at: datetime) -> None:
    with changing(clock.lead_id):
        current = _open(clock)
        if current.excuse_asked_by_id == by.pk:
            raise OwnExcuse(_("A second person approves an excuse, not the one who asked for it."))
        _set(current, excused_at=at, excused_by=by)
        _note(current, EventKind.EXCUSED, by=by, at=at, reason=current.excuse)


def drop(clock: Clock, *, by: User, at: datetime) -> None:
    """Takes it back, or declines it, as long as it is not approved."""
    with changing(clock.lead_id):
        current = _open(clock)
        _note(current, EventKind.EXCUSE_DROPPED, by=by, at=at, reason=current.excuse)
        _set(current, excuse="", excuse_side="", excuse_asked_at=None, excuse_asked_by=None)


def _open(clock: Clock) -> Clock:
    current = _current(clock)
    if not current.excuse or current.excused_at is not None:
        raise NotAsked(_("This excuse has been answered or taken back in the meantime."))
    return current


def _current(clock: Clock) -> Clock:
    """As it is now that the lead is locked; with another promise a clock may be gone."""
    try:
        return Clock.objects.get(pk=clock.pk)
    except Clock.DoesNotExist as error:
        raise NotBreached(_("This promise no longer exists: there is nothing to excuse.")) from error


def _set(clock: Clock, **values: object) -> None:
    for name, value in values.items():
        setattr(clock, name, value)
    clock.save(update_fields=list(values))


def _note(clock: Clock, kind: EventKind, *, by: User, at: datetime, reason: str) -> None:
    details = {"clock": clock.kind, "reason": reason}
    Event.objects.create(lead_id=clock.lead_id, handoff_id=clock.handoff_id, kind=kind, by=by, at=at, details=details)
