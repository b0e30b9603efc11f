import pytest
from django.db import transaction

from agreements.terms import timeline
from leads.doors.files.writing.waiting import link_waiting
from leads.models import Deal, Handoff, WaitingRow
from tests import cast
from tests.cast import MONDAY
from tests.unit.leads.doors.files.files import taken


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_a_lead_logged_by_hand_gets_the_rows_that_waited_for_it(north):
    for kind in ("outcomes", "attempts", "handoffs"):
        taken(north, kind)
    lead = cast.lead(north, external_id="1")
    with transaction.atomic():
        assert link_waiting([lead], terms=timeline(north), at=MONDAY) == 5
    assert [h.attempts_count for h in Handoff.objects.order_by("handed_at")] == [1, 1]
    assert Deal.objects.get().lead == lead
    assert not WaitingRow.objects.filter(external_id="1").exists()


def test_a_lead_without_an_external_id_has_nothing_waiting(north, django_assert_num_queries):
    lead, terms = cast.lead(north, email=""), timeline(north)
    with django_assert_num_queries(0):
        assert link_waiting([lead], terms=terms, at=MONDAY) == 0
