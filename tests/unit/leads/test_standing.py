from datetime import timedelta

import pytest

from leads import attempts, handoff
from leads.models import Handoff
from leads.standing import differences
from agreements.terms import timeline
from tests import cast

MINUTE = 60_000_000


@pytest.mark.django_db
def test_the_earliest_attempt_stops_the_clock_also_when_it_is_recorded_later(north):
    deal = cast.handed(north)
    cast.attempted(deal, cast.MONDAY + timedelta(minutes=50))
    cast.attempted(deal, cast.MONDAY + timedelta(minutes=20))
    deal.refresh_from_db()
    assert deal.response_us == 20 * MINUTE
    assert deal.stopped_at == deal.first_attempt_at == cast.MONDAY + timedelta(minutes=20)
