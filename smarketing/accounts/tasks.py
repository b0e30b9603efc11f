from celery import shared_task
from django.utils.timezone import now

from smarketing.accounts import invitations


@shared_task(name="accounts.mail")
def mail() -> None:
    """Letters of invitations that have not left yet."""
    for pk in invitations.waiting(now()):
        invitations.mail(pk, at=now())
