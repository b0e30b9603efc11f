"""Two workers look at the same moment: each month's friction report is opened once, and nobody fails."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from agreements.friction.opening import open_reports
from agreements.models import FrictionReport
from smarketing.accounts.models import Side
from tests import cast
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
IN_APRIL = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)


def test_each_month_is_opened_once_though_several_look_at_once(north, caplog):
    north.service_team = cast.team("Service north", Side.SERVICE)
    north.save()
    north.versions.update(groups={"friction": [{"due_working_day": 3}]}, effective_on=date(2025, 6, 10))
    answers = at_once(*[lambda: open_reports(at=IN_APRIL)] * 4)
    assert all(isinstance(answer, int) for answer in answers), answers
    assert not caplog.records
    months = [(2025, month) for month in range(6, 13)] + [(2026, month) for month in range(1, 4)]
    assert sorted((row.month.year, row.month.month) for row in FrictionReport.objects.all()) == months
    first = FrictionReport.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        FrictionReport.objects.create(
            agreement=north, version=first.version, month=first.month, due_on=first.due_on, opened_at=IN_APRIL
        )
