"""The persons of the demonstration, on its sign-in page and nowhere else."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from leads.demonstration.sign_ins import PASSWORD, PEOPLE, SHOWN_FIRST, Person
from smarketing.accounts.models import User


def demonstration(request: HttpRequest) -> dict[str, object]:
    """Lazy: only the page that shows them asks for them."""
    return {"demonstration": SimpleLazyObject(sign_ins)} if settings.DEMO else {}


def sign_ins() -> dict[str, object]:
    return {"people": people(), "password": PASSWORD}


def people() -> list[Person]:
    """Only those who are there: a portal without the demonstration's data has none of them."""
    shown = [person for person in PEOPLE if person.name in SHOWN_FIRST]
    there = set(User.objects.filter(email__in=[person.email for person in shown]).values_list("email", flat=True))
    return [person for person in shown if person.email in there]
