from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.measures.handoff_columns import Scope
from reports.measures.volume import Steps, Volume, steps, volume
from smarketing.lib.periods import Period
from tests.unit.reports.handoff_columns import facts

MARCH = Period.parse("2026-03")


def made(*rows: dict[str, Any], period: Period = MARCH) -> Steps:
    return steps(facts(*rows), period)


def counted(*rows: dict[str, Any], period: Period = MARCH) -> Volume:
    return volume(made(*rows, period=period), period, None, None)


def moves(found: Volume) -> dict[int, tuple[int, int]]:
    return {d.on.day: (d.handed_over, d.returned) for d in found.by_day if d.handed_over or d.returned}


def test_every_lead_is_a_step_on_its_day() -> None:
    found = counted({"at": "2026-03-02"}, {"at": "2026-03-02"}, {"at": "2026-03-05"})
    assert moves(found) == {2: (2, 0), 5: (1, 0)}
    assert [found.by_day[day].cumulative for day in (0, 1, 3, 4, 30)] == [0, 2, 2, 3, 3]


def test_a_handoff_that_does_not_begin_to_count_is_no_step() -> None:
    assert moves(counted({"at": "2026-03-02"}, {"at": "2026-03-20", "counts": False})) == {2: (1, 0)}


def test_a_count_is_taken_off_on_its_day() -> None:
    found = counted({"at": "2026-03-02", "off": "2026-03-09"})
    assert moves(found) == {2: (1, 0), 9: (0, 1)}
    assert (found.handed_over, found.returned, found.delivered, found.corrections) == (1, 1, 0, 0)


def test_the_first_and_the_last_day_of_a_period_are_its_own() -> None:
    rows = [{"at": "2026-02-28"}, {"at": "2026-03-01"}, {"at": "2026-03-31"}, {"at": "2026-04-01"}]
    assert made(*rows).ids.tolist() == [2, 3]
    assert made(*rows, period=MARCH.previous()).ids.tolist() == [1]
    off = [{"at": "2026-01-05", "off": day} for day in ("2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01")]
    assert counted(*off).corrections == 2


def test_a_later_return_is_booked_where_it_comes_and_the_month_before_stays() -> None:
    rows = [{"at": "2026-01-05", "off": "2026-09-07"}, {"at": "2026-09-02"}, {"at": "2026-09-03"}]
    january, september = (counted(*rows, period=Period.parse(label)) for label in ("2026-01", "2026-09"))
    assert (january.delivered, january.returned, january.corrections) == (1, 0, 0)
    assert (september.handed_over, september.returned, september.corrections, september.delivered) == (2, 1, 1, 1)


def test_a_year_that_holds_both_has_no_correction() -> None:
    found = counted({"at": "2026-01-05", "off": "2026-09-07"}, {}, period=Period.parse("2026"))
    assert (found.delivered, found.returned, found.corrections) == (1, 1, 0)


def test_those_that_stand_are_handed_over_and_not_taken_off_in_the_period() -> None:
    rows = [{"off": "2026-03-09"}, {"off": "2026-04-20"}, {"at": "2026-02-02", "off": "2026-03-03"}, {}]
    found = made(*rows)
    assert found.ids[found.stands].tolist() == [2, 4]
    assert found.ids[found.is_correction].tolist() == [3]
    assert int(found.stands.sum()) - int(found.is_correction.sum()) == int(found.changes.sum()) == 1


def test_the_groups_add_up_to_what_was_delivered() -> None:
    found = counted({"source": ""}, {"source": "unknown"}, {"source": "unknown", "off": "2026-03-03"}, {"tier": ""})
    assert found.by == {"source": {"": 1, "unknown": 1, "web": 1}, "tier": {"A": 2, "": 1}}


def test_a_tier_counts_only_its_own() -> None:
    rows = facts({"tier": "A"}, {"tier": "B"}, {"tier": "B", "off": "2026-03-03"}, {"tier": "b"})
    found = steps(rows.within_scope(Scope({"tier": "B"}), ()), MARCH)
    assert sorted(found.ids.tolist()) == [2, 3, 3, 4]


def test_the_goal_stands_beside_each_day() -> None:
    goal = [float(day) for day in range(1, 32)]
    found = volume(made({}), MARCH, goal, 31, ["2026-03"])
    assert (found.target, found.by_day[0].goal, found.by_day[-1].goal) == (31, 1.0, 31.0)
    assert found.months_with_target == ("2026-03",)


def test_nothing_handed_over_is_a_flat_line() -> None:
    found = counted()
    assert (found.delivered, len(found.by_day), found.by["source"]) == (0, 31, {})


handoffs = st.fixed_dictionaries(
    {
        "at": st.integers(1, 28).map("2026-03-{:02}".format),
        "off": st.none() | st.integers(29, 31).map("2026-03-{:02}".format) | st.just("2026-04-17"),
        "counts": st.booleans(),
    }
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(handoffs, max_size=8))
def test_the_steps_agree_with_a_count_day_by_day(rows: list[dict[str, Any]]) -> None:
    for day in counted(*rows).by_day:
        on = str(day.on)
        stands = [r for r in rows if r["counts"] and r["at"] <= on and not (r["off"] and r["off"] <= on)]
        assert day.cumulative == len(stands)


@pytest.mark.parametrize("months", [[date(2026, 3, 1)], [date(2026, 2, 1), date(2026, 3, 1)]])
def test_the_steps_of_months_are_those_of_their_days(months: list[date]) -> None:
    found = made({"at": "2026-01-31"}, {"at": "2026-03-01"}, {"at": "2026-03-31"}, period=Period.parse("2026"))
    assert found.ids[found.in_months(months)].tolist() == [2, 3]
    assert not np.any(found.in_months([]))


def test_a_step_back_belongs_to_the_month_of_its_own_step_forward_and_a_correction_to_that_in_which_it_comes() -> None:
    year = Period.parse("2026")
    found = made({"at": "2026-01-05", "off": "2026-09-08"}, {"at": "2025-12-05", "off": "2026-09-08"}, period=year)
    assert found.changes[found.in_months([date(2026, 1, 1)])].tolist() == [1, -1]
    assert found.ids[found.in_months([date(2026, 9, 1)])].tolist() == [2]


def test_in_value_each_lead_counts_its_points_and_a_return_takes_the_same_off() -> None:
    rows = [{"points": 100}, {"points": 40, "at": "2026-03-05", "off": "2026-03-09"}, {"points": 7}]
    found = volume(steps(facts(*rows), MARCH, in_value=True), MARCH, None, 5600)
    assert moves(found) == {2: (107, 0), 5: (40, 0), 9: (0, 40)}
    assert (found.handed_over, found.returned, found.delivered, found.target) == (147, 40, 107, 5600)


def test_in_value_a_correction_takes_off_what_it_had_brought_and_a_lead_without_points_stays_a_lead() -> None:
    rows = facts({"points": 30, "at": "2026-02-05", "off": "2026-03-07"}, {"points": 0}, {"points": 50})
    made = steps(rows, MARCH, in_value=True)
    found = volume(made, MARCH, None, None)
    assert (found.delivered, found.corrections, int(made.is_handed_over.sum())) == (20, 30, 2)
