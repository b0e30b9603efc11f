"""Somebody says who a name of files is, while that person records."""

import pytest

from leads.clock.recompute import preview
from leads.doors.files.writing.reps import match_rep
from leads.models import Attempt, Handoff
from leads.work.attempts import record
from tests import cast
from tests.threads import at_once
from tests.unit.leads.doors.files.files import taken

pytestmark = pytest.mark.django_db(transaction=True)


def test_matching_a_rep_while_he_records_loses_neither(north, rep, sales_lead, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    taken(north, "leads", "id,created\n1,2026-01-05 08:00\n")
    taken(north, "handoffs", "lead_id,handed_at,rep\n1,2026-01-05 09:00,rob\n")
    taken(north, "attempts", "lead_id,attempted_at,result,rep\n1,2026-01-05 09:30,sent,rob\n")
    handoff = Handoff.objects.get()
    answers = at_once(
        lambda: match_rep(north, "rob", rep, by=sales_lead, at=cast.MONDAY),
        lambda: record(handoff, channel="phone", result="connected", by=rep, at=cast.MONDAY),
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert sorted(Attempt.objects.values_list("result", "rep")) == [("connected", rep.pk), ("sent", rep.pk)]
    stands = Handoff.objects.get()
    assert (stands.rep, stands.attempts_count, stands.state) == (rep, 2, "connected")
    assert not preview(north)
