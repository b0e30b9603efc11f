"""Reads: which friction reports are owed to whom, and how late they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from agreements.exceptions.pauses import AgreedPause, Pauses, counted
from agreements.models import Agreement, FrictionReport
from agreements.terms import agreed_pauses, pauses_of, today_of, work_calendar
from agreements.worktime import WorkCalendar
from smarketing.accounts.models import Side
from smarketing.lib.periods import Period

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OwedReport:
    """`due_on` is the day that the terms say (`report.due_on`), moved by exceptions.

    `days_late` are the agreement's working days outside exceptions, from then to the day it was sent, or to today.
    """

    report: FrictionReport
    due_on: date
    days_late: int
    is_late: bool

    @property
    def is_sent(self) -> bool:
        return self.report.sent_at is not None

    @property
    def is_moved(self) -> bool:
        return self.due_on != self.report.due_on


def told(report: FrictionReport, at: datetime) -> OwedReport:
    return told_of([report], at)[0]


def told_of(reports: Iterable[FrictionReport], at: datetime) -> list[OwedReport]:
    """A day is one of the agreement's zone."""
    rows = list(reports)
    agreed = agreed_pauses({row.agreement_id: row.agreement.time_zone for row in rows}) if rows else {}
    return [_told(row, agreed.get(row.agreement_id, ()), at) for row in rows]


def reports_of(agreement: Agreement, at: datetime) -> list[OwedReport]:
    return told_of(agreement.friction_reports.select_related("agreement", "version", "sent_by", "answered_by"), at)


def moved_by_exceptions(agreement: Agreement) -> list[tuple[FrictionReport, date]]:
    """Those that were sent before an exception was agreed, with the day on which it would have made them due."""
    sent = agreement.friction_reports.exclude(sent_at=None).select_related("agreement", "version")
    agreed = agreed_pauses({agreement.pk: agreement.time_zone}).get(agreement.pk, ())
    if all(one.is_applied for one in agreed):
        return []
    applied = tuple(replace(one, is_applied=True) for one in agreed if one.replaced_at is None)
    days = [(row, _due_on(row, agreed), _due_on(row, applied)) for row in sent]
    return [(row, then) for row, due_on, then in days if due_on != then]


def _told(report: FrictionReport, agreed: Sequence[AgreedPause], at: datetime) -> OwedReport:
    due_on, on = _due_on(report, agreed), today_of(report.agreement, report.sent_at or at)
    days_late = _calendar(report).working_days(due_on + A_DAY, on, _pauses(report, agreed))
    return OwedReport(report, due_on, len(days_late), on > due_on)


def _due_on(report: FrictionReport, agreed: Sequence[AgreedPause]) -> date:
    """Later by as many working days as lie wholly in pauses from the first day of the month on in which it is due."""
    due_on, work, pauses = report.due_on, _calendar(report), _pauses(report, agreed)
    since = Period(report.month).next().start_on
    lost = len(work.working_days(since, due_on)) - len(work.working_days(since, due_on, pauses))
    while lost:
        due_on += A_DAY
        lost -= len(work.working_days(due_on, due_on, pauses))
    return due_on


def _pauses(report: FrictionReport, agreed: Sequence[AgreedPause]) -> Pauses:
    """An exception counts for what had not been sent when it was agreed, as for whatever is recorded from then on."""
    pauses = pauses_of(report.version.exceptions, report.agreement.time_zone)
    return counted(pauses, agreed, Side.SERVICE, report.sent_at)


def _calendar(report: FrictionReport) -> WorkCalendar:
    return work_calendar(report.version.calendar, report.agreement.time_zone)
