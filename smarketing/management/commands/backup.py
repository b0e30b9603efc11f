from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection
from django.utils.timezone import now

from smarketing.backups.backup import NothingToBackUp, back_up, forget_older
from smarketing.backups.postgres import ToolFailed


class Command(BaseCommand):
    help = "Writes the database and the uploaded files into one archive, also while the portal runs."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BACKUP_DIR, metavar="FOLDER", help="var/backups")
        parser.add_argument("--keep", type=int, default=0, metavar="N", help="afterwards forget all but the newest N")

    def handle(self, *args: Any, to: Path, keep: int, **options: Any) -> None:
        if keep < 0:
            raise CommandError("--keep is a number of backups: 1 or more.")
        try:
            path, manifest = back_up(connection, to, at=now())
            older = forget_older(to, keep) if keep else []
        except OSError as error:
            raise CommandError(f"No backup was made: {error.strerror} ({error.filename or to}).") from error
        except (Error, NothingToBackUp, ToolFailed) as error:
            raise CommandError(f"No backup was made. {error}") from error
        files = len(manifest.digests) - 1
        self.stdout.write(f"{path}: {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables, {files} files")
        for one in older:
            self.stdout.write(f"forgotten: {one}")
