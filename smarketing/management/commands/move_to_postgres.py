from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from smarketing.backups.moving import MoveRefused, move


class Command(BaseCommand):
    help = "Takes all rows of a SQLite file into the empty PostgreSQL that DATABASE_URL names. Stop the portal before."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.sqlite3")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            if connection.vendor == "postgresql":
                call_command("migrate", verbosity=0, interactive=False)
            counts = move(file, connection)
        except (Error, MoveRefused) as refusal:
            raise CommandError(f"Nothing was moved. {refusal}") from refusal
        for table, rows in counts.items():
            self.stdout.write(f"{rows:>10} {table}")
        self.stdout.write(f"{sum(counts.values()):>10} rows, as many as in {file}. Uploaded files stay in VAR_DIR.")
