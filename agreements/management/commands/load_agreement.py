import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone

from agreements.document.faults import LONGEST, decoded, parsed
from agreements.document.lines import line_of
from agreements.document.text import DocumentError, read_file
from agreements.document.versions import Amendment, AmendmentRefused, apply


class Command(BaseCommand):
    help = (
        "Creates or updates an agreement from its TOML file and prints what changed. Once a party has signed the "
        "agreement its terms become a draft, which is proposed and signed on its page."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.toml", help="the file; - reads standard input")

        parser.add_argument(
            "--in-force", action="store_true", help="put it in force past the parties; the history says so"
        )

    def handle(self, *args: Any, file: str, in_force: bool, **options: Any) -> None:
        data = self._data(file)
        try:
            document = read_file(data)
            self._tell(apply(document, by=None, at=timezone.now(), in_force=in_force))
        except DocumentError as error:
            self._refuse(*(f"{file}:{problem.line}: {problem}" for problem in error.problems))
        except AmendmentRefused as refusal:
            line = line_of(parsed(decoded(data))[1], refusal.path)
            self._refuse(f"{file}:{line}: {refusal.key}: {refusal}")

    def _data(self, file: str) -> bytes:
        try:
            with sys.stdin.buffer if file == "-" else Path(file).open("rb") as source:
                return source.read(4 * LONGEST + 1)
        except OSError as error:
            self._refuse(f"{file}: {error.strerror}")

    def _tell(self, amendment: Amendment) -> None:
        slug = amendment.agreement.slug
        changed = "created" if amendment.is_new else "changed" if amendment.differences else "nothing changed"
        self.stdout.write(f"{slug}: {'a draft, nothing is in force yet' if amendment.draft else changed}")
        for line in (*amendment.lines, *amendment.told):
            self.stdout.write(f"  {line}")
        if amendment.note:
            self.stdout.write(amendment.note)

    def _refuse(self, *lines: str) -> NoReturn:
        for line in lines:
            self.stderr.write(line)
        sys.exit(1)
