from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.terms import timeline

AT = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = date(2026, 4, 1)


def amend(deal, **changes) -> None:
    apply(replace(document_of(deal), **changes), by=None, at=AT)


def test_a_day_has_the_terms_of_its_version_and_a_day_before_them_all_those_of_the_first(north):
    amend(north, effective_on=APRIL, pacing="calendar")
    terms = timeline(north)
    days = (date(2019, 1, 1), APRIL - timedelta(days=1), APRIL)
    assert [terms.on(day).pacing for day in days] == ["working", "working", "calendar"]


def test_public_holidays_closed_days_and_other_hours_are_in_the_calendar(north):
    clause = document_of(north).calendar
    clause = replace(clause, country="DE", closed=(APRIL,), overrides={date(2026, 4, 2): (("09:00", "10:00"),)})
    amend(north, calendar=clause)
    calendar = timeline(north).on(APRIL).calendar
    open_days = calendar.working_days(APRIL, date(2026, 4, 7))
    assert open_days == [date(2026, 4, 2), date(2026, 4, 7)]  # Good Friday and Easter Monday are closed
    assert calendar.elapsed(datetime(2026, 4, 2, tzinfo=UTC), datetime(2026, 4, 3, tzinfo=UTC)) == timedelta(hours=1)


def test_a_tier_has_its_own_promise_else_that_of_all_others(north):
    document = document_of(north)
    faster = replace(document.promises[0], within_minutes=Decimal(30), tier="A")
    amend(north, promises=(*document.promises, faster))
    terms = timeline(north).versions[0]
    assert [terms.speed_for(tier).within for tier in ("A", "B", "")] == [
        timedelta(minutes=30),
        timedelta(minutes=60),
        timedelta(minutes=60),
    ]


def test_the_timeline_keeps_superseded_terms_by_their_id(north):
    first = timeline(north).versions[0]
    amend(north, automated_counts=True)
    terms = timeline(north)
    assert [version.automated_counts for version in terms.versions] == [True]
    assert terms.by_id(first.version_id).automated_counts is False
