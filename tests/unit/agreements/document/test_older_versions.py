"""An older version is corrected while a later one is there; promises other than the usual ones."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.promises.promise import DepthPromise, SpeedPromise
from leads.clock.recompute import preview, recompute
from leads.models import Handoff
from leads.work.attempts import record
from leads.work.handoffs import TooFewAttempts, send_back
from tests import cast

pytestmark = pytest.mark.django_db
TENTH = cast.MONDAY + timedelta(days=8)


def speed(minutes):
    return SpeedPromise(within_minutes=Decimal(minutes), share=Decimal("0.9"))


@pytest.mark.odd_handoffs  # the correction waits for somebody to recompute
def test_correcting_the_older_of_two_versions_leaves_the_later_one_and_all_that_was_measured(north):
    apply(replace(document_of(north), effective_on=date(2026, 3, 9), promises=(speed(30),)), by=None, at=cast.MONDAY)
    old, new = cast.handed(north), cast.handed(north, TENTH)
    first = north.versions.current().order_by("effective_on")[0]
    apply(replace(document_of(north, first), promises=(speed(240),)), by=None, at=TENTH)
    assert [
        one.promised.within_minutes for version in north.versions.current() for one in version.objectives.all()
    ] == [
        240,
        30,
    ]
    due = dict(Handoff.objects.values_list("pk", "due_at"))
    assert due == {old.pk: cast.MONDAY + timedelta(minutes=60), new.pk: TENTH + timedelta(minutes=30)}
    assert preview(north, by_terms_in_force=True)["due_at"] == 1
    recompute(north, by_terms_in_force=True, by=None, at=TENTH)
    due = dict(Handoff.objects.values_list("pk", "due_at"))
    assert due == {old.pk: cast.MONDAY + timedelta(minutes=240), new.pk: TENTH + timedelta(minutes=30)}


@pytest.mark.parametrize("promised", [1, 2, 5])
def test_not_reached_opens_with_as_many_attempts_as_this_agreement_promises(rep, promised):
    deal = cast.agreement("few", promises=False)
    cast.promise(deal.versions.get(), DepthPromise(attempts=promised, within_working_days=3))
    caller = cast.person("caller@example.org", deal.sales_team)
    handoff = cast.handed(deal)
    for number in range(promised):
        with pytest.raises(TooFewAttempts):
            send_back(handoff, reason="not_reached", by=caller, at=cast.MONDAY)
        at = cast.MONDAY + timedelta(minutes=10 * (number + 1))
        record(handoff, channel="phone", result="no_answer", by=caller, at=at)
    assert Handoff.objects.get().depth_met_at == at
    send_back(handoff, reason="not_reached", by=caller, at=at)
    assert Handoff.objects.get().state == "returned"
