from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from smarketing.backups.archive import Damaged
from smarketing.backups.backup import RestoreRefused, restore
from smarketing.backups.postgres import ToolFailed


class Command(BaseCommand):
    help = "Brings a backup back: all of it, or nothing. Stop the portal before."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path, metavar="ARCHIVE.zip")
        parser.add_argument("--over", action="store_true", help="in place of the data that are here, which are lost")

    def handle(self, *args: Any, archive: Path, over: bool, **options: Any) -> None:
        try:
            manifest = restore(connection, archive, over=over)
        except RestoreRefused as refusal:
            raise CommandError(f"{archive} was not restored. {refusal}") from refusal
        except Damaged as damage:
            raise CommandError(f"{archive} was not restored: {damage}. Nothing here was touched.") from damage
        except OSError as error:
            where = error.filename or archive
            raise CommandError(f"Nothing was restored: {error.strerror} ({where}).") from error
        except (Error, ToolFailed) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        call_command("createcachetable", verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
        rows, files = sum(manifest.rows.values()), len(manifest.digests) - 1
        self.stdout.write(
            f"Restored as of {manifest.made_at}: {rows} rows of {len(manifest.rows)} tables, {files} files"
        )
        self.stdout.write("Everybody signs in anew.")
