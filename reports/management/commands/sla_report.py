import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from agreements.models import Agreement
from agreements.terms import Timeline, timeline
from reports.facts.reading import end_of, measures, read, verdicts
from reports.pages.exports import as_json
from reports.pages.terminal import as_text
from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR, Period, PeriodError, period_of


class Command(BaseCommand):
    help = "The figures of an agreement in a month (2011-10), a quarter (2011-Q4) or a year (2011)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("period")
        parser.add_argument("--json", action="store_true", help="as JSON, nothing rounded")
        parser.add_argument(
            "--without-excuses",
            action="store_true",
            help="as if no breach had been excused and no exception agreed beyond the terms",
        )
        parser.add_argument("--today", type=_day, help="look at it as on the evening of this day (YYYY-MM-DD)")

    def handle(self, *_args: Any, **options: Any) -> None:
        agreement, period = _agreement(options["slug"]), _period(options["period"])
        terms = timeline(agreement)
        if not terms.versions:
            raise CommandError(f"agreement {agreement.slug!r} has no terms yet")
        at, today = _standpoint(options["today"], terms)
        how = {"looks_back": options["today"] is not None, "without": options["without_excuses"]}
        reading = read(agreement, period, at=at, today=today, terms=terms, **how)
        found = measures(reading, verdicts(reading))
        self.stdout.write(
            json.dumps(as_json(found), indent=1, ensure_ascii=False) if options["json"] else as_text(found)
        )


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
        period_of(Period.of(day).label)
    except PeriodError as error:
        raise ArgumentTypeError(f"{text} is outside the years {FIRST_YEAR} to {LAST_YEAR}") from error
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day: write 2011-10-31") from error
    return day


def _agreement(slug: str) -> Agreement:
    try:
        found: Agreement = Agreement.objects.get(slug=slug)
        return found
    except Agreement.DoesNotExist as error:
        raise CommandError(f"there is no agreement {slug!r}") from error


def _period(label: str) -> Period:
    try:
        return period_of(label)
    except PeriodError as error:
        raise CommandError(str(error)) from error


def _standpoint(today: date | None, terms: Timeline) -> tuple[datetime, date]:
    """The end of that local day, or now."""
    at = now() if today is None else end_of(today, terms)
    return at, today or terms.day_of(at)
