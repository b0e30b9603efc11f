"""Reads: which friction reports are owed to whom, and how late they are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agreements.models import Agreement, FrictionReport
from agreements.querysets import FrictionReportQuerySet
from agreements.terms import today_of, work_calendar
from smarketing.accounts.access import Access
from smarketing.accounts.rights import Verb


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


def open_reports_of(agreement: Agreement, at: datetime) -> list[OwedReport]:
    """Not sent, or not answered; the newest first."""
    rows = agreement.friction_reports.filter(answered_at=None).select_related("agreement", "version")
    return [told(report, at) for report in rows]


def owed_by(access: Access, at: datetime) -> list[OwedReport]:
    """What somebody's own sales teams have to send, the oldest first."""
    return _open(FrictionReport.objects.owed(), access, Verb.FOLLOW_UP, at)


def answers_owed_by(access: Access, at: datetime) -> list[OwedReport]:
    """What the own service teams have to answer."""
    return _open(FrictionReport.objects.to_answer(), access, Verb.ANSWER, at)


def friction_owed(access: Access, at: datetime) -> dict[str, list[OwedReport]]:
    """For the home pages: what is to be written, and what is to be answered."""
    return {"friction_to_send": owed_by(access, at), "friction_to_answer": answers_owed_by(access, at)}


def _open(rows: FrictionReportQuerySet, access: Access, verb: Verb, at: datetime) -> list[OwedReport]:
    if verb not in access.own_verbs:
        return []
    mine = rows.filter(access.where(verb, "agreement__")).select_related("agreement", "version")
    return [told(report, at) for report in mine.order_by("due_on", "pk")]
