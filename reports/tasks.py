from celery import shared_task
from django.utils.timezone import now

from reports.strikes.judging import judge_months


@shared_task(name="reports.tasks.judge_months")
def judge() -> None:
    """Each hour: the months whose day has come, once each."""
    judge_months(at=now())
