"""Action: what the sales team of the demonstration stated month by month, with a correction and an objection to it."""

from datetime import datetime, timedelta
from decimal import Decimal

from agreements.models import Agreement
from agreements.months.stated import object_to, state_figures
from agreements.terms import today_of
from smarketing.accounts.models import User
from smarketing.lib.periods import Period

MEETINGS = (31, 27, 34, 24, 33)  # by turns
MONTHS = 5
CORRECTED_BY = 3


def state_months(agreement: Agreement, *, marketing: User, sales: User, at: datetime) -> None:
    """Of the months before this one, those that nobody has stated yet."""
    known = set(agreement.stated_figures.values_list("month", flat=True))
    this = Period.of(today_of(agreement, at))
    for month in (this.moved(-n) for n in range(MONTHS, 0, -1)):
        held = Decimal(MEETINGS[month.start_on.month % len(MEETINGS)])
        if month.start_on not in known:
            state_figures(agreement, month.start_on, {("meetings", ""): held}, note="", by=sales, at=at)
    if not known:
        former = this.moved(-2).start_on
        counted = Decimal(MEETINGS[former.month % len(MEETINGS)] - CORRECTED_BY)
        later, why = at + timedelta(seconds=1), "Three were put off"
        (row,) = state_figures(agreement, former, {("meetings", ""): counted}, note=why, by=sales, at=later)
        object_to(row, note="One of them was with a lead of the trade fair", by=marketing, at=at + timedelta(seconds=2))
