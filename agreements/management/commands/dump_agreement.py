from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agreements.document.stored import document_of
from agreements.document.text import write
from agreements.models import Agreement


class Command(BaseCommand):
    help = "Prints an agreement as TOML: its latest version, its quotas and its targets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the short name of the agreement")

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        agreement = Agreement.objects.with_teams().filter(slug=slug).first()
        if agreement is None:
            known = ", ".join(Agreement.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"there is no agreement {slug!r}; known are: {known}")
        self.stdout.write(write(document_of(agreement)), ending="")
