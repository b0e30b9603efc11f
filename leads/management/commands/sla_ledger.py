import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from agreements.models import Agreement
from agreements.months.year import PlanningYear
from agreements.terms import today_of
from leads.ledger.as_json import ledger_json
from leads.ledger.as_text import ledger_text
from leads.ledger.collected import ledger_of
from smarketing.lib.periods import Period, PeriodError, period_of


class Command(BaseCommand):
    help = "The ledger of an agreement in a year of its own: what became of the leads, by event month and by cohort."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("year", type=_year)
        parser.add_argument("--json", action="store_true", help="as JSON, nothing rounded")
        parser.add_argument(
            "--on", "--today", type=_day, metavar="DAY", help="look at it as on the evening of this day (YYYY-MM-DD)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            agreement = Agreement.objects.get(slug=options["slug"])
        except Agreement.DoesNotExist as error:
            raise CommandError(f"there is no agreement {options['slug']!r}") from error
        today = options["on"] or today_of(agreement, now())
        year = PlanningYear(options["year"].start_on.year, agreement.year_begins)
        ledger = ledger_of(agreement, today=today)
        if options["json"]:
            self.stdout.write(json.dumps(ledger_json(ledger, year.months), indent=1, ensure_ascii=False))
        else:
            self.stdout.write(ledger_text(ledger, year.months, year.label, agreement.currency))


def _year(text: str) -> Period:
    try:
        found = period_of(text)
    except PeriodError as error:
        raise ArgumentTypeError(str(error)) from error
    if found.kind != "year":
        raise ArgumentTypeError(f"{text!r} is not a year: write 2026")
    return found


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
        period_of(Period.of(day).label)
    except PeriodError as error:
        raise ArgumentTypeError(str(error)) from error
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day: write 2026-10-31") from error
    return day
