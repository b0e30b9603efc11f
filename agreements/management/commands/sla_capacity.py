import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agreements.models import Agreement
from agreements.months.workload import MonthWork, month_works
from agreements.terms import timeline
from smarketing.lib.periods import Period, PeriodError, period_of


class Command(BaseCommand):
    help = "Says whether the sales team has the time to work the leads agreed for a month as promised."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the short name of the agreement")
        parser.add_argument("month", metavar="MONTH", help="like 2026-04")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, slug: str, month: str, **options: Any) -> None:
        agreement = Agreement.objects.filter(slug=slug).first()
        if agreement is None:
            raise CommandError(f"there is no agreement {slug!r}")
        told = _told(_work(agreement, _month(month)))
        self.stdout.write(json.dumps(told) if options["json"] else "\n".join(f"{k}: {v}" for k, v in told.items()))


def _month(label: str) -> Period:
    try:
        period = period_of(label)
    except PeriodError as error:
        raise CommandError(str(error)) from None
    if period.kind != "month":
        raise CommandError(f"{label!r} is not a month: write one like 2026-04")
    return period


def _work(agreement: Agreement, month: Period) -> MonthWork:
    works = month_works(agreement, [month.start_on], timeline(agreement).versions)
    if not works:
        raise CommandError(f"the terms of {agreement.slug} in {month.label} say nothing of the sales team's [capacity]")
    if not works[0].is_agreed:
        raise CommandError(f"no leads are agreed for {month.label}")
    return works[0]


def _told(work: MonthWork) -> dict[str, Any]:
    """Hours as numbers, not rounded."""
    return {
        "needed_hours": float(work.check.needed),
        "available_hours": float(work.check.supply.hours),
        "verdict": work.check.verdict,
        "leads_possible": work.check.leads_possible,
    }
