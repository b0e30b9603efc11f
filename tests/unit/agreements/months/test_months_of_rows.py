"""A quota and a target belong to a month, which is written as its first day; the database holds that."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from agreements.models import Quota, Target

NOW = datetime(2026, 2, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize("day", [2, 11, 31])
@pytest.mark.parametrize(
    ("model", "name", "values"),
    [
        (Quota, "quota_of_a_month", {"amount": 5000}),
        (Target, "target_of_a_month", {"leads": 100, "exact_leads": 100, "made_at": NOW}),
    ],
)
def test_another_day_than_the_first_is_refused(north, model, name, values, day):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.create(agreement=north, month=date(2026, 3, day), **values)


def test_the_first_day_is_taken(north):
    Quota.objects.create(agreement=north, month=date(2026, 3, 1), amount=5000)
    assert Quota.objects.get(month__day=1).amount == 5000
