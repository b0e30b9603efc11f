from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from leads.demonstration.stage import load
from reports.demonstration import keep_reviews, keep_strikes


class Command(BaseCommand):
    help = "Loads the demonstration: an invented company with three agreements and up to thirteen months until today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--even-so", action="store_true", help="also where the portal is not started as a demonstration (DEMO=1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO and not options["even_so"]:
            raise CommandError("The demonstration's people have a known password: set DEMO=1 if that is what you want.")
        at = timezone.now()
        with transaction.atomic():
            count = load(at=at)
            keep_reviews(at=at)
            keep_strikes(at=at)
        self.stdout.write(f"{count} leads told" if count else "the demonstration is up to date")
