"""What Celery runs: each task is one call of an action."""

from datetime import timedelta

import pytest

from leads import tasks
from leads.models import Escalation
from tests import cast


@pytest.mark.django_db
def test_the_sweep_of_each_minute_notes_what_is_due_soon_or_overdue(north, monkeypatch):
    late, soon, _fresh = [cast.handed(north, at=cast.MONDAY + timedelta(minutes=m)) for m in (0, 50, 58)]
    monkeypatch.setattr(tasks, "now", lambda: cast.MONDAY + timedelta(minutes=100))
    tasks.sweep()
    noted = Escalation.objects.order_by("clock__handoff").values_list("clock__handoff", "step")
    assert list(noted) == [(late.pk, "overdue"), (soon.pk, "due_soon")]
