"""A lead counts once per agreement and month, as long as one of its handoffs of the month stands: DESIGN 5, volume."""

from datetime import date

import pytest

from leads.models import Handoff
from leads.work.handoffs import hand_over, send_back
from tests import cast

pytestmark = pytest.mark.django_db


def counted(lead):
    rows = Handoff.objects.filter(lead=lead).order_by("handed_at")
    return [(row.counts, row.taken_off_on and row.taken_off_on.isoformat()) for row in rows]


def returned(north, rep, *story):
    """(day of the handoff, reason or None, day of the return) for each handoff of one lead."""
    lead = cast.lead(north, cast.local(north, "2025-12-01 10:00"))
    for handed_on, reason, returned_on in story:
        handoff = hand_over(lead, by=None, at=cast.local(north, f"{handed_on} 10:00"))
        if reason:
            send_back(handoff, reason=reason, by=rep, at=cast.local(north, f"{returned_on} 12:00"))
    return counted(lead)


def test_a_lead_handed_over_once_counts_until_it_is_returned_for_marketings_reason(north, rep):
    assert returned(north, rep, ("2026-01-12", None, "")) == [(True, None)]
    assert returned(north, rep, ("2026-01-12", "duplicate", "2026-01-14")) == [(True, "2026-01-14")]


def test_a_lead_handed_over_twice_in_a_month_and_returned_for_sales_own_reason_is_not_taken_off(north, rep):
    story = (("2026-01-12", "bad_timing", "2026-01-13"), ("2026-01-20", "wrong_data", "2026-01-21"))
    assert returned(north, rep, *story) == [(True, None), (False, None)]


def test_a_lead_that_was_taken_off_counts_again_with_its_next_handoff_of_the_month(north, rep):
    story = (("2026-01-12", "duplicate", "2026-01-13"), ("2026-01-20", None, ""))
    assert returned(north, rep, *story) == [(True, "2026-01-13"), (True, None)]


def test_a_lead_counts_in_each_month(north, rep):
    story = (("2026-01-12", "bad_timing", "2026-01-13"), ("2026-02-20", "duplicate", "2026-02-24"))
    assert returned(north, rep, *story) == [(True, None), (True, "2026-02-24")]


@pytest.mark.parametrize(
    ("day", "taken_off_on"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026-02-02", "2026-01-31"),
        ("2026-02-13", "2026-01-31"),
        ("2026-02-14", "2026-02-14"),
        ("2026-09-03", "2026-09-03"),
    ],
)
def test_a_return_is_booked_in_the_handoffs_month_for_ten_working_days_and_then_in_its_own(
    north, rep, day, taken_off_on
):
    assert returned(north, rep, ("2026-01-12", "wrong_data", day)) == [(True, taken_off_on)]


def test_the_local_day_decides_where_a_return_is_booked(north, rep):
    handoff = cast.handed(north, at=cast.local(north, "2026-01-12 10:00"))
    send_back(handoff, reason="duplicate", by=rep, at=cast.local(north, "2026-02-14 00:00"))
    assert Handoff.objects.get().taken_off_on == date(2026, 2, 14)
