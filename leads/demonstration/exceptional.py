"""Action: what the two sides of the demonstration agreed beyond the terms, and a breach that one excused the other."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F

from agreements.document.clauses import PauseClause
from agreements.exceptions.agreeing import accept_exception, propose_exception
from agreements.models import AgreedException, Agreement
from agreements.terms import timeline, today_of
from leads.clock.recompute import recompute
from leads.enums import ClockKind
from leads.models import Clock
from leads.work import excusing
from smarketing.accounts.models import Side, User

A_DAY = timedelta(days=1)


def agree_exceptions(agreement: Agreement, *, marketing: User, sales: User, at: datetime) -> None:
    """An outage agreed after the fact, a trade fair announced, and one proposal that waits; told once."""
    if agreement.agreed_exceptions.exists():
        return
    zone, today = ZoneInfo(agreement.time_zone), today_of(agreement, at)
    down_on, fair_on = _working_day(agreement, today - 16 * A_DAY), _working_day(agreement, today + 24 * A_DAY)
    begins, ends = datetime.combine(down_on, time(10)), datetime.combine(down_on, time(14, 30))
    reported_at = ends.replace(tzinfo=zone) + A_DAY
    outage = PauseClause(begins, ends, "The telephone system was down")
    accept_exception(
        _proposed(agreement, outage, by=sales, at=reported_at, covers_measured=True),
        by=marketing,
        at=reported_at + A_DAY,
    )
    recompute(agreement, with_exceptions=True, by=marketing, at=reported_at + A_DAY)
    fair = PauseClause(fair_on, fair_on + 2 * A_DAY, "Trade fair: the whole sales team is at the stand")
    accept_exception(_proposed(agreement, fair, by=sales, at=at - 9 * A_DAY), by=marketing, at=at - 8 * A_DAY)
    moving_on = _working_day(agreement, today + 40 * A_DAY)
    _proposed(agreement, PauseClause(moving_on, moving_on, "The office moves"), by=sales, at=at - 2 * A_DAY)


def excuse_one(agreement: Agreement, *, marketing: User, sales: User, at: datetime) -> None:
    clocks = Clock.objects.filter(handoff__agreement=agreement, kind=ClockKind.RESPONSE)
    late = clocks.filter(stopped_at__gt=F("due_at"), stopped_at__lt=at - 2 * A_DAY).order_by("-stopped_at").first()
    if late is None or late.stopped_at is None or clocks.exclude(excuse="").exists():
        return
    excusing.ask(late, reason="Snow: nobody came to the office", side=Side.SALES, by=sales, at=late.stopped_at)
    late.refresh_from_db()
    excusing.approve(late, by=marketing, at=late.stopped_at + A_DAY)


def _proposed(agreement: Agreement, clause: PauseClause, **how: Any) -> AgreedException:
    return propose_exception(agreement, clause, pauses=frozenset({Side.SALES}), targets={}, **how)


def _working_day(agreement: Agreement, on: date) -> date:
    """That day, or the next on which somebody works."""
    calendar = timeline(agreement).on(on).calendar
    return calendar.working_days(on, on + 14 * A_DAY)[0]
