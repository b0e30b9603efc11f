"""The days of reviews: by the rhythm of the terms in force on them, on working days of the agreement."""

from datetime import date

import pytest

from agreements.models import Version
from agreements.review_days import review_days
from tests import cast

pytestmark = pytest.mark.django_db
GERMAN = {"week": cast.OFFICE_HOURS, "holidays": {"country": "DE", "subdivision": "BE"}}


def days(agreement, first, last):
    found = review_days(agreement, date.fromisoformat(first), date.fromisoformat(last))
    return [(day.planned_on.isoformat(), day.on.isoformat()) for day in found]


def test_a_review_on_a_holiday_or_a_weekend_is_on_the_next_working_day_and_keeps_its_name():
    rhythm = {"review": [{"every_months": 3, "first_on": "2025-10-03"}]}
    north = cast.agreement(effective_on=date(2025, 1, 1), calendar=GERMAN, groups=rhythm)
    assert days(north, "2025-01-01", "2026-07-31") == [
        ("2025-10-03", "2025-10-06"),  # German Unity, a Friday
        ("2026-01-03", "2026-01-05"),
        ("2026-04-03", "2026-04-07"),  # Good Friday, then Easter
        ("2026-07-03", "2026-07-03"),
    ]


def test_an_amendment_of_something_else_does_not_begin_the_rhythm_anew_and_an_end_ends_it():
    every = {"review": [{"every_months": 4}]}
    north = cast.agreement(effective_on=date(2026, 1, 15), groups=every)
    amended = {"agreement": north, "calendar": {"week": cast.OFFICE_HOURS}}
    Version.objects.create(number=2, effective_on=date(2026, 4, 1), groups=every, **amended)
    Version.objects.create(number=3, effective_on=date(2026, 8, 1), groups={"review": [{"every_months": 2}]}, **amended)
    Version.objects.create(number=4, effective_on=date(2027, 1, 1), is_cancellation=True, **amended)
    assert [planned for planned, _on in days(north, "2026-01-01", "2027-12-31")] == [
        "2026-05-15",
        "2026-10-01",
        "2026-12-01",
    ]
