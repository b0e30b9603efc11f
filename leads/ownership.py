"""What goes by whose record it is, beside the table of rights: written once, for the button and for the action."""

from django.core.exceptions import PermissionDenied

from agreements.models import Agreement
from leads.models import Attempt, Handoff
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


def may_withdraw(access: Access, attempt: Attempt, *, by: User) -> bool:
    try:
        check_withdraw(access, attempt, by=by)
    except PermissionDenied:
        return False
    return True
