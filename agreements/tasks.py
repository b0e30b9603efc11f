from celery import shared_task
from django.utils.timezone import now

from agreements.friction.opening import open_reports


@shared_task(name="agreements.tasks.open_friction_reports")
def open_friction_reports() -> None:
    """Each hour: the friction report of a month that is over, for agreements that ask for one."""
    open_reports(at=now())
