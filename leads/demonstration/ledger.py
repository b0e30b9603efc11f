"""Action: what people enter into the ledger of the demonstration, and the proposal that waits in it."""

from datetime import date, datetime
from decimal import Decimal

from agreements.models import Agreement
from agreements.months.entries import Amounts, enter, settle
from agreements.months.ledger import Figure
from agreements.months.suggestion import twelve_before
from agreements.terms import today_of
from leads.ledger.collected import ledger_of
from leads.ledger.proposal import propose_month
from smarketing.accounts.models import Role, Team, User

SHARES = (44, 47, 41, 49, 45, 52, 43, 46)  # per cent of the total revenue that came of marketing's leads, by turns
BOOKED_LATE = Decimal(18_400)


def keep_ledger(agreement: Agreement, *, at: datetime) -> None:
    """The total revenue of each month that is over, a correction of one of them, and the next month's proposal."""
    ledger = ledger_of(agreement, today=today_of(agreement, at))
    is_new = not ledger.corrected
    totals: dict[tuple[date, Figure], Decimal | None] = {}
    for month in twelve_before(ledger.today):
        key, revenue = (month.start_on, Figure.TOTAL_REVENUE), ledger.actuals(month).revenue
        if key not in ledger.corrected and revenue:
            totals[key] = round(100 * revenue / SHARES[month.start_on.month % len(SHARES)], -2)
    if totals:
        enter(agreement, totals, reason="Monthly close", by=_lead_of(agreement.marketing_team), at=at)
    if totals and is_new:
        enter(agreement, _more(totals), reason="Invoices booked late", by=_lead_of(agreement.sales_team), at=at)
        settle(agreement, propose_on=1, fewest_customers=agreement.fewest_customers, by=None, at=at)
        agreement.refresh_from_db()
    propose_month(agreement, at=at)


def _more(totals: Amounts) -> Amounts:
    """Of the third month."""
    key = sorted(totals)[2]
    return {key: (totals[key] or 0) + BOOKED_LATE}


def _lead_of(team: Team) -> User | None:
    membership = team.memberships.filter(role=Role.LEAD).select_related("user").first()
    return membership.user if membership else None
