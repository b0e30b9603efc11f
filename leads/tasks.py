from celery import shared_task
from django.utils.timezone import now

from leads.importing import runs


@shared_task(name="leads.tasks.run_import")
def run_import(run_id: int) -> None:
    runs.process(run_id, clock=now)
