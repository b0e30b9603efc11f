from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agreements.models import Agreement
from leads.clock.recompute import preview, recompute
from smarketing.accounts.models import User


class Command(BaseCommand):
    help = "Makes again what stands on every handoff. Shows what would change; changes it only with --apply."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="agreements; without any: all")
        parser.add_argument("--apply", action="store_true", help="change what is wrong")
        parser.add_argument(
            "--terms-in-force",
            action="store_true",
            help="measure by the terms in force now instead of those each handoff was measured under",
        )
        parser.add_argument(
            "--exceptions",
            action="store_true",
            help="let exceptions agreed beyond the terms count also for what was measured before they were agreed",
        )
        parser.add_argument("--by", metavar="EMAIL", help="who does this, for the log of the agreement")

    def handle(self, *args: Any, **options: Any) -> None:
        by = self._author(options["by"])
        for agreement in self._agreements(options["slugs"]):
            how = {"by_terms_in_force": options["terms_in_force"], "with_exceptions": options["exceptions"]}
            if options["apply"]:
                fields = recompute(agreement, **how, by=by, at=timezone.now())
            else:
                fields = preview(agreement, **how)
            self._tell(agreement, fields, applied=options["apply"])

    def _agreements(self, slugs: list[str]) -> list[Agreement]:
        found = list(Agreement.objects.filter(slug__in=slugs) if slugs else Agreement.objects.all())
        unknown = sorted(set(slugs) - {agreement.slug for agreement in found})
        if unknown:
            raise CommandError(f"no such agreement: {', '.join(unknown)}")
        return found

    def _author(self, email: str | None) -> User | None:
        if email is None:
            return None
        try:
            return User.objects.get(email__iexact=email)
        except User.DoesNotExist as error:
            raise CommandError(f"nobody has the e-mail address {email}") from error

    def _tell(self, agreement: Agreement, fields: Counter[str], *, applied: bool) -> None:
        total, leads, reports = (fields.pop(what, 0) for what in ("handoffs", "leads", "friction"))
        if reports:
            verb = "are" if applied else "would be"
            self.stdout.write(f"{agreement.slug}: {reports} friction reports {verb} due on another day")
        if not total and not leads:
            self.stdout.write(f"{agreement.slug}: nothing to mend")
            return
        verb = "changed" if applied else "would change"
        more = f" and {leads} leads not handed over yet" if leads else ""
        self.stdout.write(f"{agreement.slug}: {total} handoffs{more} {verb}")
        for name, count in fields.most_common():
            self.stdout.write(f"  {name}: {count}")
