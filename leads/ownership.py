"""What goes by whose record it is, beside the table of rights: written once, for the button and for the action."""

from django.core.exceptions import PermissionDenied

from agreements.models import Agreement
from leads.models import Attempt, Clock, Handoff
from smarketing.accounts.access import Access
from smarketing.accounts.models import User
from smarketing.accounts.rights import Verb


def check_give(access: Access, handoff: Handoff, *, rep: User | None, by: User) -> None:
    """A rep takes a handoff or gives the own one up; giving it to somebody is for the team's lead."""
    if rep == by or (rep is None and handoff.rep_id == by.pk):
        access.check(Verb.FOLLOW_UP, handoff.agreement)
    else:
        access.check(Verb.ASSIGN, handoff.agreement)


def check_withdraw(access: Access, attempt: Attempt, *, by: User) -> None:
    """Everybody the own attempts, the team's lead all of them."""
    agreement = attempt.handoff.agreement if attempt.handoff else attempt.lead.agreement
    access.check(Verb.FOLLOW_UP if attempt.recorded_by_id == by.pk else Verb.ASSIGN, agreement)


def may_put_tier_right(access: Access, agreement: Agreement) -> bool:
    """Marketing, which gave the tier, and who leads the sales team."""
    return access.may(Verb.MARKET, agreement) or access.may(Verb.ASSIGN, agreement)


def check_approve(access: Access, clock: Clock, agreement: Agreement, *, by: User) -> None:
    """Who leads the side that did not ask, or an administrator; never the person who asked."""
    other = [side for side in access.sides(Verb.APPROVE, agreement) if side != clock.excuse_side]
    if clock.excuse_asked_by_id == by.pk or not (other or access.is_administrator):
        raise PermissionDenied


def may_approve(access: Access, clock: Clock, agreement: Agreement, *, by: User) -> bool:
    try:
        check_approve(access, clock, agreement, by=by)
    except PermissionDenied:
        return False
    return True


def check_drop(access: Access, clock: Clock, agreement: Agreement, *, by: User) -> None:
    """Who asked, or somebody of that side, takes it back; who might approve it declines it."""
    if clock.excuse_side not in access.sides(Verb.EXCUSE, agreement) and clock.excuse_asked_by_id != by.pk:
        check_approve(access, clock, agreement, by=by)


def may_drop(access: Access, clock: Clock, agreement: Agreement, *, by: User) -> bool:
    try:
        check_drop(access, clock, agreement, by=by)
    except PermissionDenied:
        return False
    return True


def may_withdraw(access: Access, attempt: Attempt, *, by: User) -> bool:
    try:
        check_withdraw(access, attempt, by=by)
    except PermissionDenied:
        return False
    return True
