"""Two workers judge, or settle, the same month in the same moment: it is done once, and nobody fails."""

from datetime import UTC, date, datetime

import pytest

from reports.models import AskedAgain, JudgedMonth, JudgedObjective, Owed, StrikeNote
from reports.strikes.judging import NotAskedAgain, accept_again, ask_again, judge_agreement
from tests import cast
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = date(2026, 3, 1)
DAY = datetime(2026, 4, 9, 10, tzinfo=UTC)
CREDIT = {"name": "Missed", "months": 1, "side": "marketing", "follows": "credit", "per_missing_lead": "10"}


def test_two_workers_judge_a_month_once_and_what_follows_is_owed_once(north):
    north.versions.update(effective_on=MARCH, groups={"consequences": [CREDIT]})
    cast.target(north, "2026-03", 4)
    answers = at_once(*[lambda: judge_agreement(north, at=DAY)] * 4)
    assert sorted(answers, key=str) == [0, 0, 0, 1], answers
    judged = JudgedMonth.objects.get()
    assert JudgedObjective.objects.count() == judged.objectives.count() == 3
    assert list(Owed.objects.values_list("month", "side", "rule", "amount")) == [(MARCH, "marketing", "Missed", 40)]
    assert StrikeNote.objects.count() == 1


def test_a_month_that_two_accept_at_once_is_judged_again_once(north, marketer, rep, sales_lead):
    north.versions.update(effective_on=MARCH, groups={"consequences": [CREDIT]})
    cast.target(north, "2026-03", 4)
    judge_agreement(north, at=DAY)
    cast.handed(north)
    ask_again(JudgedMonth.objects.get(), reason="one came late", side="marketing", by=marketer, at=DAY)
    asked = AskedAgain.objects.get()
    actions = [lambda by=by: accept_again(asked.pk, side="sales", by=by, at=DAY) for by in (rep, sales_lead)]
    answers = at_once(*actions)
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", NotAskedAgain.__name__], answers
    assert (JudgedMonth.objects.count(), JudgedMonth.objects.get(is_current=True).reason) == (2, "one came late")
    assert Owed.objects.get().amount == 30
