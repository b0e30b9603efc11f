from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.terms import MonthTarget, month_targets, timeline
from smarketing.lib.periods import Period

AT = datetime(2026, 3, 1, tzinfo=UTC)
APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


def assumed(share: str, deal: str, rate: str) -> dict[str, Decimal]:
    return {
        "marketing_share": Decimal(share),
        "average_deal": Decimal(deal),
        "lead_to_customer": Decimal(rate),
    }


def amend(deal, **changes) -> None:
    apply(replace(document_of(deal), **changes), by=None, at=AT)


def targets(deal, label: str) -> dict[date, MonthTarget]:
    return month_targets(deal, Period.parse(label), timeline(deal))


def test_a_target_follows_from_the_quota_and_the_assumptions(north):
    amend(north, quotas={APRIL: Decimal(1000)}, **assumed("1", "100", "0.3"))
    target = targets(north, "2026-04")[APRIL]
    assert (target.leads, target.is_direct, round(target.exact, 2)) == (34, False, Decimal("33.33"))


def test_a_target_agreed_directly_wins_over_the_derived_one(north):
    amend(north, quotas={APRIL: Decimal(1000)}, targets={APRIL: 50}, **assumed("1", "100", "0.5"))
    assert targets(north, "2026-04") == {APRIL: MonthTarget(APRIL, 50, Decimal(50), True)}


def test_a_quota_without_assumptions_makes_no_target(north):
    amend(north, quotas={APRIL: Decimal(1000)})
    assert targets(north, "2026-04") == {}


def test_each_month_is_derived_by_the_version_in_force_on_its_first_day(north):
    amend(north, quotas={APRIL: Decimal(1000), MAY: Decimal(1000)}, **assumed("1", "100", "0.5"))
    amend(north, effective_on=MAY, lead_to_customer=Decimal("0.25"))
    assert {month: target.leads for month, target in targets(north, "2026-Q2").items()} == {APRIL: 20, MAY: 40}


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
