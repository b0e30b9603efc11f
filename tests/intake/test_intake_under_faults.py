"""The short form of what docs/reliability.md tells at 20,000 leads and 20 faults."""

import pytest

from tests.intake.run import intake_under_faults
from tests.needs import IS_POSTGRES, REQUIRE_ALL, needs_postgres, needs_redis

pytestmark = [pytest.mark.timeout(580)]
if IS_POSTGRES:
    pytestmark += [needs_postgres, needs_redis]


def test_every_lead_that_was_acknowledged_is_there_once(tmp_path_factory):
    outcome = intake_under_faults(leads=300, faults=6, postgres=IS_POSTGRES)
    assert (outcome.lost, outcome.doubled, outcome.foreign, outcome.without_event) == ([], [], [], [])
    assert outcome.acknowledged == 300
    assert not (REQUIRE_ALL and outcome.left_out)
    assert outcome.faults.total() == 6 - len(outcome.left_out)


def test_every_lead_that_a_program_was_told_of_is_there_once_though_web_processes_are_killed():
    outcome = intake_under_faults(leads=400, faults=0, kills=4, postgres=IS_POSTGRES, door="api")
    assert (outcome.lost, outcome.doubled, outcome.foreign, outcome.without_event) == ([], [], [], [])
    assert outcome.acknowledged == 400
    assert outcome.faults.total() == 4
