"""One lead logged at the same moment by two people, or by a person and a file."""

import pytest

from leads.doors.files import runs
from leads.doors.form import ExternalIdTaken, log_lead
from leads.models import Attempt, Lead, Word
from tests import cast
from tests.threads import at_once
from tests.unit.leads.doors.files.files import queued, taken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def logging(north, person, **fields):
    made = Lead(agreement=north, name="Ada", created_at=cast.MONDAY, source="Fair", **fields)
    return lambda: log_lead(made, by=person, at=cast.MONDAY)


def test_two_people_logging_one_lead_at_once_leave_one_and_the_second_is_told(north, marketer):
    other = cast.person("ole@example.org", north.marketing_team)
    answers = at_once(*[logging(north, person, external_id="1") for person in (marketer, other)])
    assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) == [ExternalIdTaken]
    assert (Lead.objects.count(), Word.objects.filter(field="source").count()) == (1, 1)


def test_leads_without_an_id_logged_at_once_share_a_new_word(north, marketer):
    people = [marketer, cast.person("ole@example.org", north.marketing_team)]
    answers = at_once(*[logging(north, person) for person in people])
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert (Lead.objects.count(), Word.objects.count()) == (2, 1)


def test_a_lead_logged_while_its_calls_come_in_has_them(north, marketer):
    for _n in range(2):
        taken(north, "outcomes", "lead_id,outcome,closed_at\n9,lost,2026-02-01\n")
    run = queued(north, "attempts", "lead_id,attempted_at,result\n1,2026-01-05 09:30,sent\n1,2026-01-05 09:30,sent\n")
    answers = at_once(
        logging(north, marketer, external_id="1"), lambda: runs.process(run.pk, clock=lambda: cast.MONDAY)
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert Attempt.objects.filter(lead__external_id="1").count() == 2
