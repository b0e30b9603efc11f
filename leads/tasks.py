from celery import shared_task
from django.utils.timezone import now

from leads.clock.sweep import note_clocks
from leads.doors.api import once
from leads.doors.files import runs, undoing
from leads.doors.hooks import keeping as incoming_hooks
from leads.doors.telling import keeping as outgoing_hooks
from leads.doors.telling import news, sending
from leads.ledger.proposal import propose_months
from smarketing.accounts import sent_forms


@shared_task(name="leads.tasks.run_import")
def run_import(run_id: int) -> None:
    runs.process(run_id, clock=now)


@shared_task(name="leads.tasks.undo_import")
def undo_import(run_id: int) -> None:
    undoing.undo(run_id, clock=now)


@shared_task(name="leads.tasks.sweep")
def sweep() -> None:
    """Each minute: notes clocks due soon and overdue; forgets old forms and calls."""
    at = now()
    note_clocks(at=at)
    sent_forms.forget(at=at)
    once.forget(at=at)
    incoming_hooks.forget(at=at)
    outgoing_hooks.forget(at=at)


@shared_task(name="leads.tasks.take_up_imports")
def take_up_imports() -> None:
    """Each quarter of a minute: imports that a lost message or a killed worker left undone."""
    for run_id in runs.tidy(now()):
        run_import.delay(run_id=run_id)
    for run in undoing.left_undone(now()):
        undo_import.delay(run_id=run.pk)


@shared_task(name="leads.tasks.tell_news")
def tell_news() -> None:
    """Each ten seconds: what happened is told to the systems that want to know."""
    while news.look_for_news(at=now()):
        pass
    sending.send_what_is_due(clock=now)


@shared_task(name="leads.tasks.propose_targets")
def propose_targets() -> None:
    """Each hour: the next month's target, for agreements whose day for it has come."""
    propose_months(at=now())
