"""Actions: hand over, take back, assign, accept, return, and hand over again."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from agreements.enums import DefaultReason
from agreements.models import Agreement, ReturnReason
from agreements.terms import Timeline
from leads.assignment.drawing import draw, note_earlier, take_back_turns
from leads.assignment.staffing import is_away
from leads.clock.consequences import changing, lock, refresh
from leads.clock.happened import Timelines
from leads.enums import EventKind
from leads.models import Deal, Event, Handoff, Inquiry, Lead
from leads.refusals import Refused
from leads.work import states
from leads.work.qualification import freeze
from smarketing.accounts.models import Membership, User

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class AlreadyHandedOver(Refused):
    """Sales has this lead: a second handoff would count it twice."""


class LeadClosed(Refused):
    """The lead was won or lost."""


class OutsideCriteria(Refused):
    """The lead does not meet the criteria: it is handed over with a reason only."""


class NotInForce(Refused):
    """Nothing is promised for it: what is handed over now, is handed over under terms that are in force."""


class AlreadyInWork(Refused):
    """Sales has done something with the handoff, so it cannot be taken back."""


class WithSomebodyElse(Refused):
    """Another rep was faster; the text names who has the lead."""

    def __init__(self, handoff: Handoff) -> None:
        super().__init__(_("%(rep)s has this lead already.") % {"rep": holder_of(handoff)})


class HandoffClosed(Refused):
    """The handoff was returned, won or lost."""


class TooFewAttempts(Refused):
    """ "Could not be reached" may be said only once the promised attempts are made."""


class NoSuchReason(Refused):
    """Handoffs are returned for one of the agreement's reasons."""


class NotAccepted(Refused):
    """There is no acceptance to undo."""


class NotReturned(Refused):
    """Only a returned handoff can be taken out of return."""


class NotInTheTeam(Refused):
    """A handoff is assigned to a member of the agreement's sales team."""


class NotFollowedUp(Refused):
    """Closing a lead that nobody tried to reach would leave its clock running for ever."""


class NotClosed(Refused):
    """There is no deal to take away."""


CLOSED_ONLY = ("undo_return", "reopen")
REFUSALS: dict[str, tuple[type[Refused], "StrPromise"]] = {
    "take_back": (AlreadyInWork, _lazy("Sales has begun to work on it: ask for a return instead.")),
    "accept": (AlreadyInWork, _lazy("Attempts have been recorded already.")),
    "unaccept": (NotAccepted, _lazy("This handoff is not accepted, or attempts have been recorded since.")),
    "undo_return": (NotReturned, _lazy("This handoff is not returned.")),
    "close": (NotFollowedUp, _lazy("Record an attempt first: nobody has followed up on this lead yet.")),
    "reopen": (NotClosed, _lazy("This lead is not closed.")),
}


@dataclass
class HandedOver:
    """What became of many leads: the handoffs, `again` of them not the first, and for each lead left out its reason.

    For `nobody_free` of them the rules of assignment found nobody who was here and below the caps.
    """

    handoffs: list[Handoff] = field(default_factory=list)
    again: int = 0
    nobody_free: int = 0
    refused: list[tuple[Lead, Refused]] = field(default_factory=list)


@dataclass(frozen=True)
class Handing:
    """Who hands over, when, to whom; `reason` (an OutsideReason) and `note` are for leads outside the criteria."""

    by: User | None
    at: datetime
    rep: User | None = None
    reason: str = ""
    note: str = ""


def hand_over(
    lead: Lead, *, by: User | None, at: datetime, rep: User | None = None, reason: str = "", note: str = ""
) -> Handoff:
    answer = hand_over_many([lead], by=by, at=at, rep=rep, reason=reason, note=note)
    for _lead, refusal in answer.refused:
        raise refusal
    return answer.handoffs[0]


def hand_over_many(
    leads: Iterable[Lead], *, by: User | None, at: datetime, rep: User | None = None, reason: str = "", note: str = ""
) -> HandedOver:
    """One that is refused does not hold up the others. `reason` is asked for leads outside the criteria."""
    asked = [lead.pk for lead in leads]
    with transaction.atomic():
        answer = _handed_over(lock(asked), Handing(by, at, rep, reason, note))
    made = Handoff.objects.select_related("lead", "agreement").in_bulk([handoff.pk for handoff in answer.handoffs])
    answer.handoffs = sorted(made.values(), key=lambda handoff: asked.index(handoff.lead_id))
    return answer


def _handed_over(leads: list[Lead], how: Handing) -> HandedOver:
    answer, terms = HandedOver(), Timelines()
    before: dict[int, list[Handoff]] = defaultdict(list)
    for handoff in Handoff.objects.filter(lead__in=leads):
        before[handoff.lead_id].append(handoff)
    asking = set(Inquiry.objects.unsettled().filter(lead__in=leads).values_list("lead_id", flat=True))
    closed = set(Deal.objects.filter(lead__in=leads).values_list("lead_id", flat=True)) - asking
    for lead in leads:
        try:
            _check_hand_over(lead, before[lead.pk], is_closed=lead.pk in closed, rep=how.rep)
            refuse_not_in_force(terms[lead.agreement_id], how.at)
            back = _earlier_rep(before[lead.pk]) if lead.pk in asking and how.rep is None else None
            if back and is_away(back.pk, lead.agreement, at=how.at, terms=terms[lead.agreement_id]):
                back = None
            made = _made(lead, terms[lead.agreement_id], replace(how, rep=back) if back else how)
        except Refused as reason:
            answer.refused.append((lead, reason))
        else:
            answer.again += bool(before[lead.pk])
            answer.handoffs.append(made)
    Handoff.objects.bulk_create(answer.handoffs)
    Event.objects.bulk_create(
        Event(
            lead_id=handoff.lead_id,
            handoff=handoff,
            kind=EventKind.RECYCLED if before[handoff.lead_id] else EventKind.HANDED_OVER,
            by=how.by,
            at=how.at,
        )
        for handoff in answer.handoffs
    )
    note_earlier([handoff for handoff in answer.handoffs if how.rep is None and handoff.rep_id], how.at)
    drawn = draw([handoff for handoff in answer.handoffs if handoff.rep_id is None], at=how.at)
    answer.nobody_free = len(drawn.nobody_free)
    refresh([handoff.lead_id for handoff in answer.handoffs], *terms.values())
    return answer


def _earlier_rep(before: list[Handoff]) -> User | None:
    """Who had the lead that asks again, if still of the team."""
    latest = max(before, key=lambda handoff: (handoff.handed_at, handoff.pk), default=None)
    if latest is None or latest.rep is None:
        return None
    try:
        refuse_stranger(latest.rep, latest.agreement)
    except NotInTheTeam:
        return None
    return latest.rep


def _check_hand_over(lead: Lead, before: list[Handoff], *, is_closed: bool, rep: User | None) -> None:
    if any(handoff.is_open for handoff in before):
        raise AlreadyHandedOver(_("This lead is already with sales."))
    if is_closed:
        raise LeadClosed(_("This lead is closed: reopen it first."))
    if rep is not None:
        refuse_stranger(rep, lead.agreement)


def refuse_not_in_force(terms: Timeline, at: datetime) -> None:
    """What a file brings is history, and taken all the same."""
    day = terms.day_of(at)
    if terms.is_in_force(day):
        return
    begins = next((own.effective_on for own in terms.versions if own.effective_on > day and own.version_id), None)
    if begins is None:
        raise NotInForce(_("The agreement has ended: nothing is handed over under it any more."))
    words = _("The agreement is in force from %(day)s: until then leads are logged and not handed over.")
    raise NotInForce(words % {"day": date_format(begins, "DATE_FORMAT")})


def _made(lead: Lead, terms: Timeline, how: Handing) -> Handoff:
    on, rep = terms.day_of(how.at), how.rep
    handoff = Handoff(
        lead=lead,
        agreement_id=lead.agreement_id,
        handed_at=how.at,
        handed_by=how.by,
        handed_on=on,
        version_id=terms.on(on).version_id,
        source=lead.source,
        tier=lead.tier,
        rep=rep,
        rep_name=rep.name if rep else "",
        assigned_at=how.at if rep else None,
        recorded_at=how.at,
    )
    freeze(handoff, lead, terms.on(on), reason=how.reason, note=how.note)
    if handoff.is_outside and not how.reason:
        raise OutsideCriteria(_("This lead does not meet the criteria: say why it is handed over all the same."))
    return handoff


def take_back(handoff: Handoff, *, by: User, at: datetime) -> None:
    """Undoes a handing over that sales has not yet touched."""
    with changing(handoff.lead_id):
        current = current_for(handoff, "take_back")
        if current.attempts.exists():  # automated ones leave it waiting
            raise AlreadyInWork(_("Sales has begun to work on it: ask for a return instead."))
        _note(current, EventKind.TAKEN_BACK, by=by, at=at, handed_at=current.handed_at.isoformat(), taken=current.pk)
        take_back_turns([current.pk])
        current.delete()


def accept(handoff: Handoff, *, by: User, at: datetime) -> None:
    """Sales takes the handoff on; who accepts one that nobody has, gets it. Accepting twice changes nothing.

    Raises WithSomebodyElse where another rep was faster.
    """
    with changing(handoff.lead_id):
        current = _current(handoff)
        is_begun = current.is_open and current.state != states.WAITING
        if is_begun and by.pk not in (current.rep_id, current.accepted_by_id):
            raise WithSomebodyElse(current)
        if is_begun and current.accepted_at is not None:
            return
        current = current_for(handoff, "accept")
        take_if_nobodys(current, by=by, at=at)
        _note(current, EventKind.ACCEPTED, by=by, at=at)
        _set(current, accepted_at=at, accepted_by=by)


def unaccept(handoff: Handoff, *, by: User, at: datetime) -> None:
    with changing(handoff.lead_id):
        current = current_for(handoff, "unaccept")
        if current.attempts.exists():
            raise AlreadyInWork(_("Attempts have been recorded since."))
        _note(current, EventKind.UNACCEPTED, by=by, at=at)
        if current.assigned_at == current.accepted_at:
            _set(current, rep=None, rep_name="", assigned_at=None)
        _set(current, accepted_at=None, accepted_by=None)


def send_back(handoff: Handoff, *, reason: str, note: str = "", by: User, at: datetime) -> None:
    """Returns the handoff to marketing, with a reason of the agreement's, by its key."""
    with changing(handoff.lead_id):
        current = current_for(handoff, "send_back")
        known = ReturnReason.objects.select_for_update().filter(agreement=current.agreement_id, key=reason)
        if known.first() is None:
            raise NoSuchReason(_("The agreement no longer has this reason: choose another one."))
        refuse_unreached_too_early(current, reason)
        _note(current, EventKind.SENT_BACK, by=by, at=at, reason=reason)
        _set(current, returned_at=at, returned_by=by, return_reason=reason, return_note=note)


def undo_return(handoff: Handoff, *, by: User, at: datetime) -> None:
    with changing(handoff.lead_id) as lead:
        current = current_for(handoff, "undo_return")
        if Handoff.objects.filter(lead=lead, handed_at__gt=current.handed_at).exists():
            raise AlreadyHandedOver(_("This lead has been handed over again since."))
        _note(current, EventKind.RETURN_UNDONE, by=by, at=at, reason=current.return_reason)
        _set(current, returned_at=None, returned_by=None, return_reason="", return_note="")


def put_tier_right(handoff: Handoff, *, tier: str, reason: str, by: User, at: datetime) -> None:
    """The tier is fixed at the handover: another one is a correction with a reason, which both sides see."""
    with changing(handoff.lead_id):
        current = _current(handoff)
        if current.tier == tier:
            return
        _note(current, EventKind.TIER_PUT_RIGHT, by=by, at=at, before=current.tier, tier=tier, reason=reason)
        _set(current, tier=tier)


def is_followed_up(handoff: Handoff) -> bool:
    """Whether it might be closed, or its being closed may stand, after the attempts that there are."""
    state = states.state_of(
        accepted_at=handoff.accepted_at,
        attempts=handoff.attempts_count,
        connected_at=handoff.connected_at,
        returned_at=None,
        verdict=None,
    )
    return states.may("close", state)


def refuse_unreached_too_early(handoff: Handoff, reason: str) -> None:
    """Once the promised attempts are made; where none are promised, after one."""
    promised = handoff.promised_attempts
    if reason != DefaultReason.NOT_REACHED or handoff.attempts_count >= (promised or 1):
        return
    if promised is None:
        raise TooFewAttempts(_("“Could not be reached” needs an attempt first."))
    raise TooFewAttempts(
        _("“Could not be reached” needs the promised attempts: %(made)d of %(promised)d are made.")
        % {"made": handoff.attempts_count, "promised": promised}
    )


def refuse_stranger(rep: User, agreement: Agreement) -> None:
    if not rep.is_active or not rep.memberships.working().filter(team=agreement.sales_team_id).exists():
        raise NotInTheTeam(_("This person is not in the sales team of the agreement."))


def _current(handoff: Handoff) -> Handoff:
    """The handoff as it is now that the lead is locked."""
    try:
        return Handoff.objects.select_related("agreement").get(pk=handoff.pk)
    except Handoff.DoesNotExist as error:
        raise HandoffClosed(_("This handoff was taken back.")) from error


def current_for(handoff: Handoff, action: str) -> Handoff:
    """The handoff as it is now, if its state allows the action."""
    current = _current(handoff)
    if states.may(action, current.state):
        return current
    if not current.is_open and action not in CLOSED_ONLY:
        raise HandoffClosed(_("This handoff is closed."))
    refusal, words = REFUSALS[action]
    raise refusal(str(words))


def holder_of(handoff: Handoff) -> str:
    """Who has it: the rep, else whoever accepted it, else nobody."""
    return handoff.rep_name or str(handoff.rep or handoff.accepted_by or _("nobody"))


def take_if_nobodys(handoff: Handoff, *, by: User, at: datetime) -> None:
    """Who does the first thing for a handoff that nobody has, gets it, if a member of the sales team."""
    team = Membership.objects.working().filter(team=handoff.agreement.sales_team_id, user__is_active=True)
    holders = set(team.filter(user__in=[pk for pk in (handoff.rep_id, by.pk) if pk]).values_list("user", flat=True))
    if by.pk in holders and handoff.rep_id not in holders:
        _set(handoff, rep=by, rep_name=by.name, assigned_at=at)


def _set(handoff: Handoff, **values: Any) -> None:
    for name, value in values.items():
        setattr(handoff, name, value)
    handoff.save(update_fields=list(values))


def _note(handoff: Handoff, kind: EventKind, *, by: User | None, at: datetime, **details: Any) -> None:
    Event.objects.create(lead_id=handoff.lead_id, handoff=handoff, kind=kind, by=by, at=at, details=details)
