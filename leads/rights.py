"""Which side of an agreement a person stands on. What a person may see is said by the querysets."""

from agreements.models import Agreement
from leads.models import Attempt, Handoff
from smarketing.accounts.access import Access
from smarketing.accounts.models import User


def may_market(access: Access, agreement: Agreement) -> bool:
    """May edit leads, hand them over and take them back."""
    return access.is_administrator or agreement.marketing_team_id in access.marketing


def may_follow_up(access: Access, agreement: Agreement) -> bool:
    """May accept, record attempts, return and close."""
    return access.is_administrator or agreement.sales_team_id in access.sales


def may_put_tier_right(access: Access, agreement: Agreement) -> bool:
    """Marketing, which gave the tier, and who leads the sales team."""
    return may_market(access, agreement) or may_assign(access, agreement)


def may_assign(access: Access, agreement: Agreement) -> bool:
    """May give a handoff to any rep of the team; everybody else only takes one, or gives the own one up."""
    return access.is_administrator or agreement.sales_team_id in access.led


def may_give(access: Access, handoff: Handoff, *, rep: User | None, by: User) -> bool:
    if may_assign(access, handoff.agreement):
        return True
    return rep == by or (rep is None and handoff.rep_id == by.pk)


def may_withdraw(access: Access, attempt: Attempt, agreement: Agreement, *, by: User) -> bool:
    return attempt.recorded_by_id == by.pk or may_assign(access, agreement)
