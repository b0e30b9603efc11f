from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from agreements.document.clauses import PauseClause
from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.promises.promise import SpeedPromise
from agreements.terms import timeline
from tests import cast

AT = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = date(2026, 4, 1)


def amend(deal, **changes) -> None:
    apply(replace(document_of(deal), **changes), by=None, at=AT)


def test_a_day_has_the_terms_of_its_version_and_a_day_before_them_all_the_calendar_of_the_first(north):
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
    faster = document.promises[0].model_copy(update={"within_minutes": Decimal(30), "tier": "A"})
    amend(north, promises=(*document.promises, faster))
    terms = timeline(north).versions[0]
    assert [terms.speed_for(tier).within for tier in ("A", "B", "")] == [
        timedelta(minutes=30),
        timedelta(minutes=60),
        timedelta(minutes=60),
    ]


def test_a_tier_is_held_to_its_promise_in_every_spelling_of_it(north):
    document = document_of(north)
    faster = document.promises[0].model_copy(update={"within_minutes": Decimal(30), "tier": "Größe\u00a0A"})
    amend(north, promises=(*document.promises, faster))
    terms = timeline(north).versions[0]
    spelt = ("größe a", "GRO\u0308SSE  A", "Größe B")
    found = [terms.promise("speed", tier) for tier in spelt]
    assert [(made.within_minutes, made.tier) for made in found] == [
        (30, "Größe\u00a0A"),
        (30, "Größe\u00a0A"),
        (60, ""),
    ]


def test_a_measure_that_is_not_promised_for_a_tier_and_not_for_all_is_no_promise(db):
    bare = cast.agreement("bare", promises=False)
    cast.promise(bare.versions.get(), SpeedPromise(within_minutes=10, tier="A"))
    terms = timeline(bare).versions[0]
    assert (terms.speed_for("A").within, terms.speed_for("B"), terms.depth_for("A")) == (
        timedelta(minutes=10),
        None,
        None,
    )


def test_before_the_first_version_takes_effect_nothing_is_promised_and_the_hours_are_its_own(north):
    terms = timeline(north)
    first, before = terms.versions[0], terms.on(date(2019, 12, 31))
    assert (before.version_id, before.promises, before.pauses) == (None, {}, ())
    assert before.calendar is first.calendar
    assert terms.on(date(2020, 1, 1)) == first


def test_an_exception_of_days_pauses_from_the_first_midnight_to_the_end_of_the_last_day(north):
    pause = PauseClause(date(2026, 3, 28), date(2026, 3, 29), "stocktaking")
    hours = PauseClause(datetime(2026, 4, 1, 12), datetime(2026, 4, 1, 14, 30))
    amend(north, exceptions=(pause, hours))
    assert document_of(north).exceptions == (pause, hours)
    assert timeline(north).on(APRIL).pauses == (
        (datetime(2026, 3, 27, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (datetime(2026, 4, 1, 10, tzinfo=UTC), datetime(2026, 4, 1, 12, 30, tzinfo=UTC)),
    )


def test_the_timeline_keeps_superseded_terms_by_their_id(north):
    first = timeline(north).versions[0]
    amend(north, automated_counts=True)
    terms = timeline(north)
    assert [version.automated_counts for version in terms.versions] == [True]
    assert terms.by_id(first.version_id).automated_counts is False
