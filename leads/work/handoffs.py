"""Actions: hand over, take back, assign, accept, return, and hand over again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements.terms import timeline
from leads.clock.consequences import changing
from leads.enums import EventKind, ReturnReason
from leads.models import Deal, Event, Handoff, Lead
from leads.refusals import Refused
from smarketing.accounts.models import User


class AlreadyHandedOver(Refused):
    """Sales has this lead: a second handoff would count it twice."""


class LeadClosed(Refused):
    """The lead was won or lost."""


class AlreadyInWork(Refused):
    """Sales has done something with the handoff, so it cannot be taken back."""


class HandoffClosed(Refused):
    """The handoff was returned, won or lost."""


class TooFewAttempts(Refused):
    """ "Could not be reached" may be said only once the promised attempts are made."""


class NotReturned(Refused):
    """Only a returned handoff can be taken out of return."""


class NotInTheTeam(Refused):
    """A handoff is assigned to a member of the agreement's sales team."""


@dataclass
class HandedOver:
    """What became of many leads: the handoffs, and for each lead left out its reason."""

    handoffs: list[Handoff] = field(default_factory=list)
    refused: list[tuple[Lead, Refused]] = field(default_factory=list)


def hand_over(lead: Lead, *, by: User | None, at: datetime, rep: User | None = None) -> Handoff:
    with changing(lead.pk) as locked:
        handoffs = list(Handoff.objects.filter(lead=locked))
        if any(handoff.is_open for handoff in handoffs):
            raise AlreadyHandedOver(_("This lead is with sales already."))
        if Deal.objects.filter(lead=locked).exists():
            raise LeadClosed(_("This lead is closed: reopen it first."))
        if rep is not None:
            _refuse_stranger(rep, locked)
        handoff = Handoff.objects.create(
            lead=locked,
            agreement=locked.agreement,
            handed_at=at,
            handed_by=by,
            rep=rep,
            rep_name=rep.name if rep else "",
            assigned_at=at if rep else None,
            recorded_at=at,
            handed_on=timeline(locked.agreement).day_of(at),
        )
        _note(handoff, EventKind.RECYCLED if handoffs else EventKind.HANDED_OVER, by=by, at=at)
    handoff.refresh_from_db()
    return handoff


def hand_over_many(leads: Iterable[Lead], *, by: User | None, at: datetime) -> HandedOver:
    """Each lead on its own: one that is refused does not hold up the others."""
    answer = HandedOver()
    for lead in leads:
        try:
            answer.handoffs.append(hand_over(lead, by=by, at=at))
        except Refused as reason:
            answer.refused.append((lead, reason))
    return answer


def take_back(handoff: Handoff, *, by: User, at: datetime) -> None:
    """Undoes a handing over that sales has not yet touched."""
    with changing(handoff.lead_id):
        current = _current(handoff)
        if current.accepted_at or current.returned_at or current.attempts.exists() or not current.is_open:
            raise AlreadyInWork(_("Sales has begun to work on it: ask for a return instead."))
        _note(current, EventKind.TAKEN_BACK, by=by, at=at, handed_at=current.handed_at.isoformat(), taken=current.pk)
        current.delete()


def assign(handoff: Handoff, *, rep: User | None, by: User, at: datetime) -> None:
    """Gives the handoff to a rep of the team, or (None) back to the team. The team's clock runs on."""
    with changing(handoff.lead_id) as lead:
        current = _open(handoff)
        if rep is not None:
            _refuse_stranger(rep, lead)
        name = rep.name if rep else ""
        _note(current, EventKind.ASSIGNED, by=by, at=at, rep=rep.pk if rep else None)
        _set(current, rep=rep, rep_name=name, assigned_at=at if rep else None)


def accept(handoff: Handoff, *, by: User, at: datetime) -> None:
    """Sales takes the handoff on; who accepts one that nobody has, gets it. Accepting twice changes nothing."""
    with changing(handoff.lead_id):
        current = _open(handoff)
        if current.accepted_at is not None:
            return
        if current.rep_id is None and not current.rep_name:
            _set(current, rep=by, rep_name=by.name, assigned_at=at)
        _note(current, EventKind.ACCEPTED, by=by, at=at)
        _set(current, accepted_at=at, accepted_by=by)


def unaccept(handoff: Handoff, *, by: User, at: datetime) -> None:
    with changing(handoff.lead_id):
        current = _open(handoff)
        if current.attempts.exists():
            raise AlreadyInWork(_("Attempts have been recorded since."))
        _note(current, EventKind.UNACCEPTED, by=by, at=at)
        if current.accepted_at is not None and current.assigned_at == current.accepted_at:
            _set(current, rep=None, rep_name="", assigned_at=None)
        _set(current, accepted_at=None, accepted_by=None)


def send_back(handoff: Handoff, *, reason: str, note: str = "", by: User, at: datetime) -> None:
    """Returns the handoff to marketing, with a reason from the short list."""
    with changing(handoff.lead_id):
        current = _open(handoff)
        refuse_unreached_too_early(current, reason)
        _note(current, EventKind.SENT_BACK, by=by, at=at, reason=reason)
        _set(current, returned_at=at, returned_by=by, return_reason=ReturnReason(reason), return_note=note)


def undo_return(handoff: Handoff, *, by: User, at: datetime) -> None:
    with changing(handoff.lead_id) as lead:
        current = _current(handoff)
        if current.returned_at is None:
            raise NotReturned(_("This handoff is not returned."))
        if Handoff.objects.filter(lead=lead, handed_at__gt=current.handed_at).exists():
            raise AlreadyHandedOver(_("This lead was handed over again since."))
        _note(current, EventKind.RETURN_UNDONE, by=by, at=at, reason=current.return_reason)
        _set(current, returned_at=None, returned_by=None, return_reason="", return_note="")


def refuse_unreached_too_early(handoff: Handoff, reason: str) -> None:
    promised = handoff.promised_attempts or 1
    if reason == ReturnReason.NOT_REACHED and handoff.attempts_count < promised:
        raise TooFewAttempts(
            _("“Could not be reached” needs the promised attempts: %(made)d of %(promised)d are made.")
            % {"made": handoff.attempts_count, "promised": promised}
        )


def _refuse_stranger(rep: User, lead: Lead) -> None:
    if not rep.memberships.working().filter(team=lead.agreement.sales_team_id).exists():
        raise NotInTheTeam(_("This person is not in the sales team of the agreement."))


def _current(handoff: Handoff) -> Handoff:
    """The handoff as it is now that the lead is locked."""
    try:
        return Handoff.objects.get(pk=handoff.pk)
    except Handoff.DoesNotExist as error:
        raise HandoffClosed(_("This handoff was taken back.")) from error


def _open(handoff: Handoff) -> Handoff:
    current = _current(handoff)
    if not current.is_open:
        raise HandoffClosed(_("This handoff is closed."))
    return current


def _set(handoff: Handoff, **values: Any) -> None:
    for name, value in values.items():
        setattr(handoff, name, value)
    handoff.save(update_fields=list(values))


def _note(handoff: Handoff, kind: EventKind, *, by: User | None, at: datetime, **details: Any) -> None:
    Event.objects.create(lead_id=handoff.lead_id, handoff=handoff, kind=kind, by=by, at=at, details=details)
