from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agreements.models import Agreement
from leads.doors.api.resources import SCOPES
from leads.doors.api.tokens import make_token


class Command(BaseCommand):
    help = "Makes a token for a program that uses the API, and prints it. It is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the integration")
        parser.add_argument("--scope", nargs="+", action="extend", required=True, choices=list(SCOPES), metavar="SCOPE")
        parser.add_argument(
            "--agreement",
            nargs="+",
            action="extend",
            default=[],
            metavar="SLUG",
            help="without any: all",
        )
        parser.add_argument("--days", type=int, metavar="N", help="for how many days; otherwise until revoked")

    def handle(self, *args: Any, **options: Any) -> None:
        slugs, at, days = set(options["agreement"]), timezone.now(), options["days"]
        agreements = list(Agreement.objects.filter(slug__in=slugs))
        if unknown := sorted(slugs - {agreement.slug for agreement in agreements}):
            raise CommandError(f"no such agreement: {', '.join(unknown)}")
        if not 1 <= len(options["name"].strip()) <= 100 or (days is not None and not 1 <= days <= 3650):
            raise CommandError("a name has 1 to 100 characters, and a token is valid for 1 to 3650 days")
        _row, text = make_token(
            options["name"].strip(),
            options["scope"],
            agreements,
            by=None,
            at=at,
            expires_at=at + timedelta(days=days) if days else None,
        )
        self.stdout.write(text)
