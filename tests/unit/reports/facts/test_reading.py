from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from agreements.models import Agreement, Version
from agreements.promises.promise import SpeedPromise
from leads.clock.recompute import recompute
from leads.models import Handoff
from reports.facts.reading import Reading, measures, read, read_with_previous, verdicts
from reports.facts.record_lists import LISTS, OfSteps, Selection, selected
from reports.measures.handoff_columns import Scope
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
    return len(selected(reading, Selection(what)))


def names(reading: Reading, what: str, **chosen: object) -> list[str]:
    """The leads behind a bar, by name; one handed over twice stands twice."""
    ids = selected(reading, Selection(what, **chosen)).tolist()  # type: ignore[arg-type]
    return sorted(Handoff.objects.get(pk=pk).lead.name for pk in ids)


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("followed_up", ["Again", "Edge", "Late", "Quick", "Second", "Timing"]),
        ("returned_untouched", ["Wronged"]),
        ("never_followed_up", ["Again", "Forgotten"]),
        ("running", ["Fresh"]),
        ("kept", ["Again", "Edge", "Quick", "Second", "Timing", "Wronged"]),
        ("missed", ["Again", "Forgotten", "Late"]),
        ("speed_judged", ["Again", "Again", "Edge", "Forgotten", "Late", "Quick", "Second", "Timing", "Wronged"]),
        ("connected", ["Quick", "Second"]),
        ("reached", ["Quick", "Second"]),
        ("never_connected", ["Again", "Edge", "Forgotten", "Fresh", "Late", "Timing"]),
        ("sent_back", ["Again", "Wronged"]),
        ("given_up", ["Late", "Timing"]),
        ("depth_judged", []),
        ("judged_delivered", ["Again", "Edge", "Forgotten", "Fresh", "Late", "Quick", "Second", "Timing"]),
    ],
)
def test_a_list_holds_exactly_the_leads_that_its_name_says(reading: Reading, what: str, found: list[str]) -> None:
    assert names(reading, what) == found


@pytest.mark.parametrize(("nth", "found"), [(0, ["Again", "Forgotten", "Fresh"]), (1, ["Edge", "Late", "Timing"])])
def test_the_bars_of_how_often_was_tried_open_those_tried_so_often(
    reading: Reading, nth: int, found: list[str]
) -> None:
    assert names(reading, "tried_times", nth=nth) == found


def test_the_figures_are_the_numbers_of_the_records_behind_them(reading: Reading) -> None:
    found = measures(reading, verdicts(reading))
    speed, depth, volume = found.speed.all, found.depth.all, found.volume
    assert (volume.handed_over, volume.returned, volume.delivered) == tuple(
        counts(reading, what) for what in ("handed_over", "returned", "delivered")
    )
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
    assert depth["judged"] == {"n": 0, "mean_attempts": None, "kept": 0}
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
    assert list(found) == ["agreement", "period", "scorecard", "volume", "speed", "depth", "outcomes"]
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
        counts(read(north, MARCH, at=at, today=reading.today, scope=Scope({"source": source})), what)
        for source in ("", "fair", "web")
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
    found = read(north, MARCH, at=at, today=date(2026, 3, 20), scope=Scope({"source": "web"})).volume
    assert (found.target, found.by_day[0].goal, found.delivered) == (None, None, 1)


def test_the_projection_carries_the_months_own_pace_to_its_end(reading: Reading) -> None:
    assert reading.expected == 14.0  # 22 leads on 22 working days, 14 of them over at noon of the 15th
    assert reading.projection == pytest.approx(8 / 15 * 22)  # one of the eight came today
    assert reading.projected_on(date(2026, 3, 31)) == pytest.approx(reading.projection)
    assert reading.volume_judgement.state == "at_risk"


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


def within(deal: Agreement, at: datetime, today: date) -> tuple[float | None, bool]:
    (judged,) = read(deal, MARCH, at=at, today=today).judgements["speed"]
    return judged.limit, judged.is_mean


def test_the_promise_is_the_mean_of_those_that_the_handoffs_were_made_under(db: None, at: datetime) -> None:
    deal = cast.agreement("mid-month")
    stricter(deal, date(2026, 3, 10))
    cast.handed(deal, at=cast.local(deal, "2026-03-09 09:00"))
    before = within(deal, at, date(2026, 3, 20))
    for minute in range(3):
        cast.handed(deal, at=cast.local(deal, f"2026-03-10 09:0{minute}"))
    assert (before, within(deal, at, date(2026, 3, 20))) == ((60.0, False), ((60 + 3 * 30) / 4, True))


def test_without_a_handoff_the_promise_is_the_one_in_force_at_the_end_of_the_period(db: None, at: datetime) -> None:
    deal = cast.agreement("empty")
    stricter(deal, date(2026, 3, 10))
    days = date(2026, 3, 9), date(2026, 3, 20)
    assert [within(deal, at, today) for today in days] == [(60.0, False), (30.0, False)]


def own_tier(deal: Agreement, tier: str, minutes: int) -> None:
    cast.promise(deal.versions.get(), SpeedPromise(within_minutes=minutes, share=Decimal("0.5"), tier=tier))


def test_the_general_promise_covers_the_tiers_without_their_own_and_each_link_the_same_handoffs(db: None) -> None:
    deal = cast.agreement("tiers")
    own_tier(deal, "A", 30)
    for minute, tier in enumerate(["A", "A", "A", "B", ""]):
        handoff = cast.handed(deal, cast.local(deal, f"2026-03-02 09:0{minute}"), tier=tier)
        cast.attempted(handoff, handoff.handed_at + timedelta(minutes=45))
    at = cast.local(deal, "2026-04-20 09:00")

    def judged(scope: Scope) -> list[tuple[str, bool, list[int], float | None, str]]:
        found = read(deal, MARCH, at=at, today=date(2026, 4, 20), scope=scope).judgements["speed"]
        return [(j.tier, j.is_rest, j.judged.tolist(), j.delivered, j.state) for j in found]

    rest, tier = judged(Scope())
    assert (rest[:2], len(rest[2]), rest[3:]) == (("", True), 2, (1.0, "kept"))
    assert (tier[:2], len(tier[2]), tier[3:]) == (("A", False), 3, (0.0, "missed"))
    assert judged(Scope(others="speed")) == [rest]
    assert judged(Scope({"tier": "A"})) == [tier]


def test_a_word_in_another_spelling_is_the_same_tier(db: None) -> None:
    deal = cast.agreement("spelled")
    own_tier(deal, "Gold", 30)
    cast.handed(deal, tier="gold")
    cast.handed(deal, cast.MONDAY + timedelta(hours=1), tier="GOLD ")
    reading = read(deal, MARCH, at=cast.MONDAY + timedelta(days=9), today=date(2026, 3, 11))
    assert [name for name, _rows in reading.facts.tier.groups()] == ["Gold"]
    assert [(j.tier, len(j.judged)) for j in reading.judgements["speed"]] == [("", 0), ("Gold", 2)]


def test_handoffs_made_before_the_first_version_are_measured_and_in_no_judgement(db: None) -> None:
    deal = cast.agreement("late", effective_on=date(2026, 3, 9))
    cast.target(deal, "2026-03", 2)
    for day in (2, 3, 9):
        cast.handed(deal, cast.local(deal, f"2026-03-0{day} 09:00"))
    reading = read(deal, MARCH, at=cast.local(deal, "2026-03-31 18:00"), today=date(2026, 3, 31))
    assert (reading.volume.delivered, reading.volume_judgement.delivered) == (3, 1)
    assert [len(j.judged) for j in reading.judgements["speed"]] == [1]


def test_a_quarter_is_judged_and_projected_over_the_months_with_a_target(db: None) -> None:
    deal = cast.agreement("partly")
    cast.target(deal, "2026-03", 3)
    for text in ("2026-01-12", "2026-01-13", "2026-02-12", "2026-03-12"):
        cast.handed(deal, cast.local(deal, f"{text} 09:00"))
    quarter = Period.parse("2026-Q1")
    reading = read(deal, quarter, at=cast.local(deal, "2026-04-20 09:00"), today=date(2026, 4, 20))
    assert (reading.volume_judgement.delivered, reading.volume_judgement.state) == (1, "missed")
    assert (reading.volume.delivered, reading.volume.months_with_target) == (4, ("2026-03",))
    assert reading.projection == 1.0


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


def test_a_handoff_of_the_first_day_belongs_to_its_period_and_not_to_the_one_before(db: None) -> None:
    deal = cast.agreement("edges")
    for text in ("2026-02-28 23:59", "2026-03-01 00:00", "2026-03-01 00:01", "2026-03-31 23:59", "2026-04-01 00:00"):
        cast.handed(deal, cast.local(deal, text))
    at = cast.local(deal, "2026-05-01 09:00")
    now, before = read_with_previous(deal, MARCH, at=at, today=date(2026, 5, 1))
    assert (len(now.facts), len(before.facts), now.volume.delivered, before.volume.delivered) == (3, 1, 3, 1)
    assert names(now, "handoffs") == names(now, "handed_over")


def test_what_a_tier_did_before_is_not_told_of_another(db: None) -> None:
    deal = cast.agreement("former")
    own_tier(deal, "A", 30)
    for tier, minutes in (("A", 90), ("B", 5)):
        handoff = cast.handed(deal, cast.local(deal, "2026-02-02 09:00"), tier=tier)
        cast.attempted(handoff, handoff.handed_at + timedelta(minutes=minutes))
    now, before = read_with_previous(deal, MARCH, at=cast.local(deal, "2026-04-20 09:00"), today=date(2026, 4, 20))
    former = [before.judge_again(j, now.own_tiers("speed")) for j in now.judgements["speed"]]
    assert [(j.delivered, len(j.judged)) for j in former] == [(1.0, 1), (0.0, 1)]


def test_a_month_is_read_in_seven_queries(north: Agreement, at: datetime, django_assert_num_queries) -> None:
    with django_assert_num_queries(7):  # versions, objectives, tiers, exceptions, targets, handoffs, deals
        reading = read(north, MARCH, at=at, today=date(2026, 3, 20))
        measures(reading, verdicts(reading))


def test_every_handoff_falls_once(reading: Reading) -> None:
    ends = ("sent_back", "won_unspoken", "given_up", "tried", "open", "connected")
    ids = [i for what in ends for i in selected(reading, Selection(what)).tolist()]
    assert sorted(ids) == sorted(reading.facts.ids.tolist())


def test_a_selection_of_days_takes_the_day_of_the_return_for_returns(reading: Reading) -> None:
    chosen = Selection("returned", date(2026, 3, 6), date(2026, 3, 6))
    (handoff,) = Handoff.objects.filter(pk__in=selected(reading, chosen).tolist())
    assert handoff.lead.name == "Again"
    assert [what for what in LISTS if isinstance(LISTS[what], OfSteps)][:2] == ["handed_over", "returned"]
