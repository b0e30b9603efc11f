import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agreements.models import Agreement
from agreements.months.year import PlanningYear, agreed_targets, as_json
from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR


class Command(BaseCommand):
    help = "The targets of a year of an agreement, by month and tier, each with the numbers it came of."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("year", type=int, help="the year in which it begins")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        agreement = Agreement.objects.filter(slug=options["slug"]).first()
        if agreement is None:
            raise CommandError(f"there is no agreement {options['slug']!r}")
        if not FIRST_YEAR <= options["year"] < LAST_YEAR:
            raise CommandError(f"years run from {FIRST_YEAR} to {LAST_YEAR - 1}")
        months = [
            as_json(target)
            for target in agreed_targets(agreement, PlanningYear(options["year"], agreement.year_begins))
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"months": months}, indent=1, ensure_ascii=False))
            return
        for month in months:
            tiers = ", ".join(f"{name} {tier['leads']}" for name, tier in month["by_tier"].items())
            value = f", {month['value']} points" if month["value"] is not None else ""
            self.stdout.write(
                f"{month['month']}: {month['leads']} leads{f' ({tiers})' if tiers else ''}{value}, {month['how']}"
            )
        if not months:
            self.stdout.write(f"{agreement.slug}: no targets in {options['year']}")
