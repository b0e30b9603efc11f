"""The persons of the demonstration, on its sign-in page and nowhere else."""

from django import template
from django.conf import settings

from leads.demonstration.company import PASSWORD, PEOPLE, SHOWN_FIRST, Person
from smarketing.accounts.models import User

register = template.Library()


@register.inclusion_tag("parts/demo_sign_ins.html", takes_context=True)
def demo_sign_ins(context: template.Context) -> dict[str, object]:
    return {"people": people() if settings.DEMO else [], "password": PASSWORD, "csrf_token": context.get("csrf_token")}


def people() -> list[Person]:
    """Only those who are there: a portal without the demonstration's data has none of them."""
    shown = [person for person in PEOPLE if person.name in SHOWN_FIRST]
    there = set(User.objects.filter(email__in=[person.email for person in shown]).values_list("email", flat=True))
    return [person for person in shown if person.email in there]
