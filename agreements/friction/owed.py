"""Reads: which friction reports are owed to whom, and how late they are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agreements.models import Agreement, FrictionReport
from agreements.terms import today_of, work_calendar


@dataclass(frozen=True)
class OwedReport:
    """`days_late` are the agreement's working days from the due day to the day it was sent, or to today."""

    report: FrictionReport
    days_late: int
    is_late: bool

    @property
    def is_sent(self) -> bool:
        return self.report.sent_at is not None


def told(report: FrictionReport, at: datetime) -> OwedReport:
    """A day is one of the agreement's zone."""
    agreement = report.agreement
    on = today_of(agreement, report.sent_at or at)
    return OwedReport(report, _late(report, on), on > report.due_on)


def _late(report: FrictionReport, on: date) -> int:
    work = work_calendar(report.version.calendar, report.agreement.time_zone)
    return len(work.working_days(report.due_on + timedelta(days=1), on))


def reports_of(agreement: Agreement, at: datetime) -> list[OwedReport]:
    rows = agreement.friction_reports.select_related("agreement", "version", "sent_by", "answered_by")
    return [told(report, at) for report in rows]
