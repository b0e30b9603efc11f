from typing import Any

from django.core.management.base import BaseCommand

from leads.demonstration.sign_ins import PASSWORD, PEOPLE, SHOWN_FIRST


class Command(BaseCommand):
    help = "Prints who can sign in to the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        shown = [person for name in SHOWN_FIRST for person in PEOPLE if person.name == name]
        self.stdout.write(f"Sign in with one of these addresses; the password is always {PASSWORD}")
        for person in shown + [person for person in PEOPLE if person not in shown]:
            self.stdout.write(f"  {person.email:<26} {person.name}, {person.does}")
