"""Action: each month the friction report of the month before is opened, once, where the agreement asks for one."""

import logging
from datetime import datetime

from django.db import transaction

from agreements.friction.owed import report_to_open
from agreements.models import Agreement, FrictionReport
from agreements.terms import today_of
from smarketing.lib.periods import Period

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
    versions, month = list(agreement.versions.dated().order_by("effective_on")), Period.of(today_of(agreement, at))
    asked: list[FrictionReport] = []
    for _month in range(MONTHS_BACK):
        month = month.previous()
        if report := report_to_open(agreement, versions, month):
            report.opened_at = at
            asked.append(report)
    if not asked:
        return 0
    with transaction.atomic():
        known = set(agreement.friction_reports.values_list("month", flat=True))
        rows = [report for report in asked if report.month not in known]
        FrictionReport.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
