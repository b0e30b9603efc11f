"""Reads: which friction reports are owed to whom, and how late they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agreements.document.clauses import PauseClause
from agreements.document.groups.friction_clause import FRICTION, FrictionClause
from agreements.enums import ExceptionState
from agreements.exceptions.pauses import AgreedPause, Pauses, counted
from agreements.models import AgreedException, Agreement, FrictionReport, Version
from agreements.terms import agreed_pauses, in_force, measured_again, pause_beyond, pauses_of, today_of, work_calendar
from agreements.worktime import WorkCalendar
from smarketing.accounts.models import Side
from smarketing.lib.periods import Period

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OwedReport:
    """`due_on` is the day that the terms say (`report.due_on`), moved by exceptions; `moved_by` names those.

    `days_late` are the agreement's working days outside exceptions, from then to the day it was sent, or to today.
    """

    report: FrictionReport
    due_on: date
    days_late: int
    is_late: bool
    moved_by: tuple[str, ...] = ()

    @property
    def is_sent(self) -> bool:
        return self.report.sent_at is not None

    @property
    def is_moved(self) -> bool:
        return self.due_on != self.report.due_on


@dataclass(frozen=True)
class MovedReport:
    """What one exception does, or would do, to the day on which a report is due."""

    report: FrictionReport
    due_on: date
    without_on: date


def clause_of(version: Version) -> FrictionClause | None:
    return next(iter(FRICTION.from_stored(version.groups.get(FRICTION.key, []))), None)


def report_to_open(agreement: Agreement, versions: list[Version], month: Period) -> FrictionReport | None:
    """As the terms of the month's last day ask for one; not kept. `versions` in order of time, as far as known."""
    if not versions or versions[0].effective_on > month.end_on:
        return None
    version = in_force(versions, month.end_on)
    clause = clause_of(version)
    if clause is None:
        return None
    days = work_calendar(version.calendar, agreement.time_zone).working_days
    due_on = clause.due_on(month.start_on, days)
    return FrictionReport(agreement=agreement, version=version, month=month.start_on, due_on=due_on)


def coming_report(agreement: Agreement, at: datetime) -> OwedReport | None:
    """That of the month which runs: it opens when the month is over."""
    if agreement.service_team_id is None:
        return None
    versions = list(agreement.versions.dated().order_by("effective_on"))
    coming = report_to_open(agreement, versions, Period.of(today_of(agreement, at)))
    return told(coming, at) if coming else None


def told(report: FrictionReport, at: datetime) -> OwedReport:
    return told_of([report], at)[0]


def told_of(reports: Iterable[FrictionReport], at: datetime) -> list[OwedReport]:
    """A day is one of the agreement's zone."""
    rows = list(reports)
    agreed = agreed_pauses({row.agreement_id: row.agreement.time_zone for row in rows}) if rows else {}
    return [_told(row, agreed.get(row.agreement_id, ()), at) for row in rows]


def reports_of(agreement: Agreement, at: datetime) -> list[OwedReport]:
    return told_of(agreement.friction_reports.select_related("agreement", "version", "sent_by", "answered_by"), at)


def moved_by_exceptions(
    agreement: Agreement, supposed: AgreedException | None = None, at: datetime | None = None
) -> list[tuple[FrictionReport, date]]:
    """Those sent before an exception was agreed that covers them, with the day on which it would have made them due.

    `supposed` still waits: as if it were agreed at that instant.
    """
    sent = agreement.friction_reports.exclude(sent_at=None).select_related("agreement", "version")
    agreed = agreed_pauses({agreement.pk: agreement.time_zone}).get(agreement.pk, ())
    applied = measured_again(agreement, supposed, at)
    if applied == agreed:
        return []
    days = [(row, _due_on(row, agreed), _due_on(row, applied)) for row in sent]
    return [(row, then) for row, due_on, then in days if due_on != then]


def moved_by_each(
    agreement: Agreement, exceptions: Iterable[AgreedException], at: datetime
) -> dict[int, list[MovedReport]]:
    """By exception: the reports that are due on another day because of it, or would be once it is agreed.

    `exceptions` are all of the agreement, also those that count no more.
    """
    rows, zone = list(exceptions), ZoneInfo(agreement.time_zone)
    asked = [row for row in rows if Side.SERVICE in row.sides and _counts_or_waits(row)]
    if not asked:
        return {}
    versions = list(agreement.versions.dated().order_by("effective_on"))
    kept = {row.month: row for row in agreement.friction_reports.select_related("agreement", "version")}
    agreed = {row.pk: pause_beyond(row, zone) for row in rows if row.state == ExceptionState.AGREED}
    found: dict[int, list[MovedReport]] = {}
    for row in asked:
        own = {row.pk: pause_beyond(row, zone, at)}
        if row.state == ExceptionState.AGREED:
            without, full = {pk: one for pk, one in agreed.items() if pk != row.pk}, agreed
        else:
            without, full = agreed, {pk: one for pk, one in agreed.items() if pk != row.replaces_id} | own
        reports = [
            kept.get(month.start_on) or report_to_open(agreement, versions, month) for month in _months(row, zone)
        ]
        days = [(one, _due_on(one, [*full.values()]), _due_on(one, [*without.values()])) for one in reports if one]
        found[row.pk] = [MovedReport(*each) for each in days if each[1] != each[2]]
    return found


def _counts_or_waits(row: AgreedException) -> bool:
    return row.state == ExceptionState.PROPOSED or (row.state == ExceptionState.AGREED and row.replaced_at is None)


def _months(row: AgreedException, zone: ZoneInfo) -> list[Period]:
    """Of the reports that may be due while it lasts, or would have lasted: the month before, and those inside."""
    begin, end = (row.replaces or row).instants(zone)
    month, last = Period.of(begin.astimezone(zone).date()).previous(), Period.of(end.astimezone(zone).date())
    found = []
    while month <= last:
        found.append(month)
        month = month.next()
    return found


def _told(report: FrictionReport, agreed: Sequence[AgreedPause], at: datetime) -> OwedReport:
    due_on, on = _due_on(report, agreed), today_of(report.agreement, report.sent_at or at)
    days_late = _calendar(report).working_days(due_on + A_DAY, on, _pauses(report, agreed))
    moved_by = _movers(report, due_on, agreed) if due_on != report.due_on else ()
    return OwedReport(report, due_on, len(days_late), on > due_on, moved_by)


def _movers(report: FrictionReport, due_on: date, agreed: Sequence[AgreedPause]) -> tuple[str, ...]:
    """The exceptions, of the terms or beyond them, that take a working day until it is due."""
    work, since, zone = _calendar(report), Period(report.month).next().start_on, ZoneInfo(report.agreement.time_zone)
    clauses = map(PauseClause.from_json, report.version.exceptions)
    pauses = [(clause.reason, clause.instants(zone)) for clause in clauses]
    beyond = (one for one in agreed if one.counts_for(Side.SERVICE, report.sent_at))
    pauses += [(one.reason, (one.begin, one.end)) for one in beyond]
    whole = len(work.working_days(since, due_on))
    return tuple(reason for reason, pause in pauses if len(work.working_days(since, due_on, (pause,))) < whole)


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
