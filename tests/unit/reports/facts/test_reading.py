from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import QuerySet

from agreements.models import Agreement, Version
from agreements.promises.promise import SpeedPromise
from leads.clock.recompute import recompute
from leads.models import Handoff
from reports.facts.reading import Reading, measures, read, read_with_previous, verdicts
from reports.judgement import depth_state
from reports.measures.handoff_columns import Facts
from reports.measures.selection import KINDS, STEPS, Selection, selected
from reports.pages.exports import as_json
from smarketing.lib.periods import Period
from tests import cast
from tests.unit.reports.march import march

MARCH = Period.parse("2026-03")


@pytest.fixture
def at(north: Agreement) -> datetime:
    return march(north)


@pytest.fixture
def reading(north: Agreement, at: datetime) -> Reading:
    return read(north, MARCH, at=at, today=date(2026, 3, 20))


def counts(reading: Reading, what: str) -> int:
    return len(selected(reading.facts, reading.steps, Selection(what)))


def definitions(at: datetime) -> dict[str, QuerySet[Handoff]]:
    """The querysets whose words the reports use."""
    rows = Handoff.objects.all()
    promised = rows.filter(due_at__isnull=False)
    return {
        "handoffs": rows,
        "followed_up": rows.followed_up(),
        "returned_untouched": rows.returned_untouched(),
        "never_followed_up": rows.never_followed_up(at),
        "running": rows.running(at),
        "kept": promised.clocked("kept", at),
        "missed": promised.breached(at),
        "connected": rows.filter(connected_at__isnull=False),
        "never_connected": rows.never_connected(),
    }


def test_reports_count_what_the_querysets_count(north: Agreement, reading: Reading, at: datetime) -> None:
    expected = {what: set(rows.handed_in(north, MARCH)) for what, rows in definitions(at).items()}  # type: ignore[attr-defined]
    found = {what: selected(reading.facts, reading.steps, Selection(what)).tolist() for what in expected}
    assert {what: sorted(row.pk for row in rows) for what, rows in expected.items()} == {
        what: sorted(ids) for what, ids in found.items()
    }
    assert all(expected.values())  # there is one of every kind, so that nothing agrees by being empty


def test_the_figures_are_the_numbers_of_the_records_behind_them(reading: Reading) -> None:
    found = measures(reading, verdicts(reading))
    speed, depth, volume = found.speed.all, found.depth.all, found.volume
    assert (volume.handed_over, volume.returned, volume.delivered) == tuple(counts(reading, what) for what in STEPS)
    parts = ("followed_up", "returned_untouched", "never_followed_up", "running")
    assert (speed.followed_up, speed.returned, speed.never_followed_up, speed.running) == tuple(
        counts(reading, what) for what in parts
    )
    assert (depth.connected, depth.never_connected) == (
        counts(reading, "connected"),
        counts(reading, "never_connected"),
    )
    assert speed.share_within == counts(reading, "kept") / (counts(reading, "kept") + counts(reading, "missed"))


def test_the_month_comes_out_as_it_was_made(reading: Reading) -> None:
    found = as_json(measures(reading, verdicts(reading)))
    volume, speed, depth = found["volume"], found["speed"]["all"], found["depth"]["all"]
    assert (volume["target"], volume["handed_over"], volume["returned"], volume["delivered"]) == (22, 10, 2, 8)
    assert (speed["followed_up"], speed["returned"], speed["never_followed_up"], speed["running"]) == (6, 1, 2, 1)
    assert speed["working_minutes"]["mean"] == pytest.approx((4 + 12 + 90 + 60 + 50 + 10) / 6)
    assert (speed["within_minutes"], speed["share_within"]) == (60.0, pytest.approx(6 / 9))
    assert (depth["never_connected"], depth["histogram"]) == (6, {"0": 3, "1": 3})
    assert (depth["connected"], depth["attempts"], depth["promised"]) == (2, 7, 6)
    assert found["outcomes"]["all"] == {
        "won": 1,
        "lost": 1,
        "open": 7,
        "deals": 1,
        "revenue": 1500.5,
        "lead_to_customer": 0.1,
    }


def test_an_empty_source_and_an_empty_tier_are_groups_of_their_own(reading: Reading) -> None:
    found = as_json(measures(reading, verdicts(reading)))
    assert found["volume"]["by_source"] == {"": 1, "fair": 6, "web": 1}
    assert {name: group["handoffs"] for name, group in found["speed"]["by_tier"].items()} == {"": 1, "A": 7, "B": 2}
    assert set(found["depth"]["by_source"]) == set(found["outcomes"]["by_source"]) == {"", "fair", "web"}


def test_the_shape_is_the_one_that_other_checks_read(reading: Reading) -> None:
    found = as_json(measures(reading, verdicts(reading)))
    assert found["period"] == {
        "label": "2026-03",
        "start_on": "2026-03-01",
        "end_on": "2026-03-31",
        "time_zone": "Europe/Berlin",
    }
    assert list(found) == ["agreement", "period", "volume", "speed", "depth", "outcomes"]
    assert found["volume"]["by_day"][1] == {
        "on": "2026-03-02",
        "handed_over": 2,
        "returned": 0,
        "cumulative": 2,
        "goal": 1.0,
    }
    assert list(found["speed"]["all"]["wall_minutes"]) == ["n", "mean", "median", "p90", "max"]


@pytest.mark.parametrize("what", ["handed_over", "returned", "delivered", "handoffs", "given_up", "open"])
def test_the_groups_hold_together_what_the_whole_holds(
    reading: Reading, north: Agreement, at: datetime, what: str
) -> None:
    parts = [
        counts(read(north, MARCH, at=at, today=reading.today, source=source), what) for source in ("", "fair", "web")
    ]
    assert sum(parts) == counts(reading, what)


def test_a_quarter_is_the_sum_of_its_months(north: Agreement, at: datetime) -> None:
    def of(label: str) -> Reading:
        return read(north, Period.parse(label), at=at, today=date(2026, 3, 20))

    months = [of(label).volume for label in ("2026-01", "2026-02", "2026-03")]
    quarter = of("2026-Q1").volume
    assert quarter.delivered == sum(month.delivered for month in months) == 9
    assert (quarter.target, quarter.by_day[-1].goal) == (22, 22.0)


def test_a_filtered_reading_has_no_target(north: Agreement, at: datetime) -> None:
    found = read(north, MARCH, at=at, today=date(2026, 3, 20), source="web").volume
    assert (found.target, found.by_day[0].goal, found.delivered) == (None, None, 1)


def test_the_projection_carries_the_months_own_pace_to_its_end(reading: Reading) -> None:
    assert reading.expected == 14.0  # 22 leads on 22 working days, 14 of them over at noon of the 15th
    assert reading.projection == pytest.approx(8 / 15 * 22)  # one of the eight came today
    assert reading.projected_on(date(2026, 3, 31)) == pytest.approx(reading.projection)
    assert reading.volume_state == "at_risk"


def test_without_a_promise_there_is_no_share_and_no_limit(db: None) -> None:
    deal = cast.agreement("bare", promises=False)
    handoff = cast.handed(deal)
    cast.attempted(handoff, handoff.handed_at + timedelta(minutes=5))
    found = measures(read(deal, MARCH, at=handoff.handed_at + timedelta(days=9), today=date(2026, 3, 11)), {})
    assert (found.speed.all.within_minutes, found.speed.all.share_within) == (None, None)
    assert (found.depth.all.promised, found.volume.target) == (None, None)


def stricter(deal: Agreement, effective_on: date) -> None:
    version = Version.objects.create(agreement=deal, effective_on=effective_on, calendar={"week": cast.OFFICE_HOURS})
    cast.promise(version, SpeedPromise(within_minutes=30, share=Decimal("0.8")))


def test_the_promise_is_the_latest_that_the_handoffs_were_measured_under(db: None, at: datetime) -> None:
    deal = cast.agreement("mid-month")
    stricter(deal, date(2026, 3, 10))
    cast.handed(deal, at=cast.local(deal, "2026-03-09 09:00"))
    before = read(deal, MARCH, at=at, today=date(2026, 3, 20)).within_minutes("")
    cast.handed(deal, at=cast.local(deal, "2026-03-10 09:00"))
    after = read(deal, MARCH, at=at, today=date(2026, 3, 20)).within_minutes("")
    assert (before, after) == (60.0, 30.0)


def test_without_a_handoff_the_promise_is_the_one_in_force_at_the_end_of_the_period(db: None, at: datetime) -> None:
    deal = cast.agreement("empty")
    stricter(deal, date(2026, 3, 10))
    days = date(2026, 3, 9), date(2026, 3, 20)
    assert [read(deal, MARCH, at=at, today=today).within_minutes("") for today in days] == [60.0, 30.0]


def test_a_corrected_promise_is_shown_once_the_handoffs_were_recomputed_by_it(db: None, at: datetime) -> None:
    deal = cast.agreement("corrected")
    handoff = cast.handed(deal)
    cast.attempted(handoff, handoff.handed_at + timedelta(minutes=45))
    deal.versions.update(superseded_at=at)
    stricter(deal, date(2020, 1, 1))

    def shown() -> tuple[float | None, float | None]:
        speed = measures(read(deal, MARCH, at=at, today=date(2026, 3, 20)), {}).speed.all
        return speed.within_minutes, speed.share_within

    assert shown() == (60.0, 1.0)
    recompute(deal, by_terms_in_force=True, by=None, at=at)
    assert shown() == (30.0, 0.0)


def test_the_period_before_is_read_in_the_same_query(north: Agreement, at: datetime) -> None:
    now, before = read_with_previous(north, MARCH, at=at, today=date(2026, 3, 20))
    assert (len(now.facts), len(before.facts), before.period.label, before.volume.delivered) == (10, 1, "2026-02", 1)


def test_a_month_is_read_in_six_queries(north: Agreement, at: datetime, django_assert_num_queries) -> None:
    with django_assert_num_queries(6):  # versions, objectives, targets, handoffs, their returns, outcomes
        reading = read(north, MARCH, at=at, today=date(2026, 3, 20))
        measures(reading, verdicts(reading))


def test_every_handoff_falls_once(reading: Reading) -> None:
    ends = ("sent_back", "won_unspoken", "given_up", "tried", "open", "connected")
    ids = [i for what in ends for i in selected(reading.facts, reading.steps, Selection(what)).tolist()]
    assert sorted(ids) == sorted(reading.facts.ids.tolist())


def test_a_selection_of_days_takes_the_day_of_the_return_for_returns(reading: Reading) -> None:
    chosen = Selection("returned", date(2026, 3, 6), date(2026, 3, 6))
    (handoff,) = Handoff.objects.filter(pk__in=selected(reading.facts, reading.steps, chosen).tolist())
    assert handoff.lead.name == "Again"
    assert set(KINDS).isdisjoint(STEPS)


def test_the_depth_of_a_month_still_open_is_not_judged_by_its_fresh_leads(reading: Reading) -> None:
    assert depth_state(reading.facts, 6, is_over=reading.is_over) == "at_risk"
    fresh: Facts = reading.facts[reading.facts.is_running]
    assert depth_state(fresh, 6, is_over=False) == "on_the_way"
