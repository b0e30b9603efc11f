"""The derived columns as they stood at an instant: by the time of events, not of their recording."""

from datetime import timedelta
from decimal import Decimal
from functools import reduce

import pytest

from agreements.promises.promise import SpeedPromise
from agreements.terms import timeline
from leads.clock import rule
from leads.clock.consequences import as_of
from leads.enums import Precision
from leads.models import Handoff
from leads.work.attempts import record
from leads.work.closing import close
from leads.work.handoffs import accept, hand_over, put_tier_right, send_back
from tests import cast

pytestmark = pytest.mark.django_db


def after(minutes):
    return cast.MONDAY + timedelta(minutes=minutes)


def stood(handoff, at, *names):
    values = as_of([handoff.pk], timeline(handoff.agreement), at).get(handoff.pk)
    return values and tuple(values[name] for name in names)


def test_what_came_later_is_not_there_yet(north, rep):
    handoff = cast.handed(north)
    accept(handoff, by=rep, at=after(10))
    record(handoff, channel="phone", result="connected", by=rep, at=after(90))
    close(handoff, outcome="won", revenue=Decimal(5), by=rep, at=after(200))
    names = ("state", "accepted_at", "stopped_at", "attempts_count")
    assert stood(handoff, after(5), *names) == ("waiting", None, None, 0)
    assert stood(handoff, after(10), *names) == ("accepted", after(10), None, 0)
    assert stood(handoff, after(90), *names) == ("connected", after(10), after(90), 1)
    assert stood(handoff, after(200), *names) == ("won", after(10), after(90), 1)


def test_a_handoff_made_later_is_left_out_and_its_lead_stands_as_before(north, rep):
    first = cast.handed(north)
    send_back(first, reason="duplicate", by=rep, at=after(20))
    second = hand_over(first.lead, by=None, at=after(40))
    assert stood(second, after(39), "state") is None
    assert stood(first, after(19), "state", "taken_off_on", "return_reason") == ("waiting", None, "")
    assert stood(first, after(20), "state", "return_reason") == ("returned", "duplicate")


def test_an_attempt_known_to_the_day_has_been_made_since_that_day_began(north):
    handoff = cast.handed(north)
    cast.attempted(handoff, cast.local(north, "2026-03-03 23:59:59.999999"), precision=Precision.DAY)
    assert stood(handoff, cast.local(north, "2026-03-02 23:59"), "attempts_count") == (0,)
    assert stood(handoff, cast.local(north, "2026-03-03 12:00"), "attempts_count") == (1,)


def test_today_it_is_what_stands_in_the_columns(north, rep):
    handoffs = [cast.handed(north, at=after(n)) for n in (0, 10, 20)]
    cast.attempted(handoffs[1], after(30))
    send_back(handoffs[2], reason="wrong_data", by=rep, at=after(50))
    for pk, values in as_of([h.pk for h in handoffs], timeline(north), after(10_000)).items():
        row = Handoff.objects.get(pk=pk)
        clocks = [(clock.kind, clock.state(after(10_000))) for clock in row.clocks.all()]
        worst = {kind: reduce(rule.worst, [state for own, state in clocks if own == kind]) for kind, _state in clocks}
        assert values.pop("clock_states") == worst
        assert values == {name: getattr(row, name) for name in values}


def test_a_tier_put_right_later_was_still_the_wrong_one(north, rep):
    cast.promise(north.versions.get(), SpeedPromise(within_minutes=Decimal(10), share=Decimal("0.9"), tier="C"))
    handoff = cast.handed(north, tier="A")
    put_tier_right(handoff, tier="B", reason="a typing error", by=rep, at=after(30))
    put_tier_right(handoff, tier="C", reason="a chief executive", by=rep, at=after(40))
    found = [stood(handoff, after(n), "tier", "due_at") for n in (29, 30, 39, 40)]
    assert found == [("A", after(60)), ("B", after(60)), ("B", after(60)), ("C", after(10))]
