"""Action: each month the friction report of the month before is opened, once, where the agreement asks for one."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction

from agreements.document.groups.friction_clause import FRICTION, FrictionClause
from agreements.models import Agreement, FrictionReport, Version
from agreements.terms import in_force, today_of, work_calendar

logger = logging.getLogger(__name__)
MONTHS_BACK = 12  # of a worker that stood still


def open_reports(*, at: datetime) -> int:
    """Also of months that went by while no worker ran. One agreement that fails holds up no other."""
    count = 0
    for agreement in Agreement.objects.filter(service_team__isnull=False).order_by("pk"):
        try:
            count += open_reports_of(agreement, at=at)
        except Exception:
            logger.exception("The friction reports of %s could not be opened.", agreement.slug)
    return count


def open_reports_of(agreement: Agreement, *, at: datetime) -> int:
    """Of two workers one writes a row: the other finds it there."""
    versions = list(agreement.versions.dated().order_by("effective_on"))
    missing = _asked(versions, today_of(agreement, at))
    if not missing:
        return 0
    with transaction.atomic():
        known = set(agreement.friction_reports.values_list("month", flat=True))
        rows = [
            FrictionReport(
                agreement=agreement,
                version=version,
                month=month,
                due_on=clause.due_on(month, work_calendar(version.calendar, agreement.time_zone).working_days),
                opened_at=at,
            )
            for month, version, clause in missing
            if month not in known
        ]
        FrictionReport.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _asked(versions: list[Version], today: date) -> list[tuple[date, Version, FrictionClause]]:
    """The months that are over and of which the terms of their last day ask for a report."""
    found: list[tuple[date, Version, FrictionClause]] = []
    last = today.replace(day=1) - timedelta(days=1)
    for _month in range(MONTHS_BACK):
        if not versions or versions[0].effective_on > last:
            break
        version = in_force(versions, last)
        clauses = FRICTION.from_stored(version.groups.get(FRICTION.key, []))
        found += [(last.replace(day=1), version, clause) for clause in clauses]
        last = last.replace(day=1) - timedelta(days=1)
    return found
