"""Action: the friction reports of the demonstration, and an exception of service's that makes one due later.

All are sent on time; the latest waits for service's answer.
"""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agreements.document.clauses import PauseClause
from agreements.exceptions.agreeing import accept_exception, propose_exception
from agreements.friction.opening import open_reports_of
from agreements.friction.writing import add_point, answer, send
from agreements.models import Agreement
from agreements.terms import timeline, today_of
from leads.demonstration.company import NORDICS
from smarketing.accounts.models import Side, User
from smarketing.lib.periods import Period

A_DAY = timedelta(days=1)
SALES, SERVICE = "Mads Lindgren", "Astrid Vinter"
POINTS = (
    ("The sensor loses its connection after an update", 7, "A dairy in Odense had no figures for a night."),
    ("Spare parts take longer than said on the telephone", 4, "Three weeks instead of five days, in Malmö."),
    ("The invoice names the wrong place", 3, ""),
    ("Nobody answers the service line after 15:00 on Fridays", 5, "A customer in Vejle tried four times."),
)
ANSWERS = (
    "The next update waits until the connection is back; customers with the old one are called this week.",
    "From next month the day of delivery is said only after the store has confirmed it.",
)


def write_friction(people: dict[str, User], *, at: datetime) -> None:
    """What is not due yet has its first point; told on, once a month."""
    agreement = Agreement.objects.get(slug=NORDICS.slug)
    sales, service = people[SALES], people[SERVICE]
    open_reports_of(agreement, at=at)
    if not agreement.agreed_exceptions.exists():
        _agree_inventory(agreement, sales=sales, service=service, at=at)
    for report in agreement.friction_reports.filter(answered_at=None).order_by("month"):
        due_at = datetime.combine(report.due_on, time(11), ZoneInfo(agreement.time_zone))
        sent_at, answered_at = due_at - timedelta(days=1), due_at + timedelta(days=32)
        if not report.points.exists():
            what, how_many, example = POINTS[report.month.month % len(POINTS)]
            written_at = min(sent_at, at)
            add_point(report, what=what, how_many=how_many, example=example, by=sales, at=written_at)
        if report.sent_at is None and sent_at <= at:
            send(report, nothing=False, by=sales, at=sent_at)
        if answered_at <= at:
            answer(report, text=ANSWERS[report.month.month % len(ANSWERS)], by=service, at=answered_at)


def _agree_inventory(agreement: Agreement, *, sales: User, service: User, at: datetime) -> None:
    """The first two working days of next month, on which no report can be taken in."""
    begins = Period.of(today_of(agreement, at)).next()
    calendar = timeline(agreement).on(begins.start_on).calendar
    first, second, *_others = calendar.working_days(begins.start_on, begins.end_on)
    clause = PauseClause(first, second, "Inventory: the service desk is closed")
    told: dict[str, Any] = {"pauses": frozenset({Side.SERVICE}), "targets": {}}
    made = propose_exception(agreement, clause, **told, by=service, at=at - 3 * A_DAY)
    accept_exception(made, by=sales, at=at - 2 * A_DAY)
