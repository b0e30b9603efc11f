from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.measures.handoff_columns import Facts
from reports.measures.volume import Volume, steps, volume
from smarketing.lib.periods import Period
from tests.unit.reports.handoff_columns import facts

MARCH = Period.parse("2026-03")


def counted(rows: Facts, period: Period = MARCH) -> Volume:
    return volume(steps(rows, period.end_on), period, None, None)


def of_lead(*handoffs: dict[str, Any]) -> Facts:
    return facts(*({"lead": 7, **handoff} for handoff in handoffs))


def moves(found: Volume) -> dict[int, tuple[int, int]]:
    return {d.on.day: (d.handed_over, d.returned) for d in found.by_day if d.handed_over or d.returned}


def test_every_lead_is_a_step_on_its_day() -> None:
    found = counted(facts({"at": "2026-03-02"}, {"at": "2026-03-02"}, {"at": "2026-03-05"}))
    assert moves(found) == {2: (2, 0), 5: (1, 0)}
    assert [found.by_day[day].cumulative for day in (0, 1, 3, 4, 30)] == [0, 2, 2, 3, 3]


def test_a_return_is_taken_off_on_the_day_of_the_return() -> None:
    found = counted(facts({"at": "2026-03-02", "off": "2026-03-09"}))
    assert moves(found) == {2: (1, 0), 9: (0, 1)}
    assert (found.handed_over, found.returned, found.delivered) == (1, 1, 0)


def test_a_return_after_the_period_is_taken_off_on_its_last_day() -> None:
    assert moves(counted(facts({"at": "2026-03-02", "off": "2026-05-09"}))) == {2: (1, 0), 31: (0, 1)}


def test_in_a_quarter_a_return_in_a_later_month_keeps_its_own_day() -> None:
    found = counted(facts({"at": "2026-01-20", "off": "2026-02-03"}), Period.parse("2026-Q1"))
    assert [d.on for d in found.by_day if d.returned] == [date(2026, 2, 3)]


def test_a_lead_counts_once_a_month_however_often_it_is_handed_over() -> None:
    assert moves(counted(of_lead({"at": "2026-03-02"}, {"at": "2026-03-20"}))) == {2: (1, 0)}


def test_a_lead_counts_again_in_the_next_month() -> None:
    rows = of_lead({"at": "2026-01-31"}, {"at": "2026-02-01"})
    assert counted(rows, Period.parse("2026-Q1")).delivered == 2


def test_a_lead_handed_over_again_after_its_return_counts_again() -> None:
    found = counted(of_lead({"at": "2026-03-02", "off": "2026-03-04"}, {"at": "2026-03-10"}))
    assert moves(found) == {2: (1, 0), 4: (0, 1), 10: (1, 0)}
    assert found.delivered == 1


def test_a_lead_still_counts_while_one_of_its_handoffs_stands() -> None:
    rows = of_lead({"at": "2026-03-02", "off": "2026-03-12"}, {"at": "2026-03-10"})
    assert moves(counted(rows)) == {2: (1, 0)}


def test_of_handoffs_that_overlap_the_last_return_takes_the_lead_off() -> None:
    rows = of_lead({"at": "2026-03-02", "off": "2026-03-12"}, {"at": "2026-03-10", "off": "2026-03-14"})
    made = steps(rows, MARCH.end_on)
    assert moves(counted(rows)) == {2: (1, 0), 14: (0, 1)}
    assert made.ids[made.is_returned].tolist() == [2]


def test_a_step_back_belongs_to_the_source_of_the_step_it_takes_off() -> None:
    rows = of_lead(
        {"at": "2026-03-02", "off": "2026-03-12", "source": "fair"},
        {"at": "2026-03-10", "off": "2026-03-14", "source": "web"},
    )
    assert counted(rows).by_source == {"fair": 0}


def test_the_groups_add_up_to_what_was_delivered() -> None:
    rows = facts({"source": ""}, {"source": "unknown"}, {"source": "unknown", "off": "2026-03-03"}, {"tier": ""})
    found = counted(rows)
    assert found.by_source == {"": 1, "unknown": 1, "web": 1}
    assert found.by_tier == {"": 1, "A": 2}


def test_the_goal_stands_beside_each_day() -> None:
    goal = [float(day) for day in range(1, 32)]
    found = volume(steps(facts({}), MARCH.end_on), MARCH, goal, 31)
    assert (found.target, found.by_day[0].goal, found.by_day[-1].goal) == (31, 1.0, 31.0)


def test_nothing_handed_over_is_a_flat_line() -> None:
    found = counted(facts())
    assert (found.delivered, len(found.by_day), found.by_source) == (0, 31, {})


handoffs = st.fixed_dictionaries(
    {
        "lead": st.integers(1, 3),
        "at": st.integers(1, 28).map("2026-03-{:02}".format),
        "off": st.none() | st.integers(29, 31).map("2026-03-{:02}".format),
    }
)


@given(st.lists(handoffs, max_size=8, unique_by=lambda row: (row["lead"], row["at"])))
def test_the_steps_agree_with_a_count_day_by_day(rows: list[dict[str, Any]]) -> None:
    """A lead counts on the evening of a day if one of its handoffs until then was not returned until then."""
    found = counted(facts(*rows))
    for day in found.by_day:
        on = str(day.on)
        assert day.cumulative == len({r["lead"] for r in rows if r["at"] <= on and not (r["off"] and r["off"] <= on)})


@pytest.mark.parametrize("kind", ["2026-03", "2026-Q1", "2026"])
def test_those_that_stand_are_as_many_as_were_delivered(kind: str) -> None:
    period = Period.parse(kind)
    made = steps(
        of_lead({"off": "2026-03-04"}, {"at": "2026-03-10"}, {"at": "2026-03-11", "off": "2026-04-02"}), period.end_on
    )
    assert int(np.sum(made.stands)) == volume(made, period, None, None).delivered == 1
