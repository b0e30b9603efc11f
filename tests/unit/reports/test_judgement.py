import pytest

from reports.judgement import JudgedPromise, depth_rows, depth_state, share_state, speed_rows, volume_state
from tests.unit.reports.handoff_columns import facts

LATE = {"response": 90, "clock": "missed"}
QUICK = {"response": 5}


@pytest.mark.parametrize(
    ("delivered", "expected", "is_over", "state"),
    [
        (100, 50.0, False, "kept"),
        (60, 50.0, False, "on_the_way"),
        (40, 50.0, False, "at_risk"),
        (99, 100.0, True, "missed"),
        (100, 100.0, True, "kept"),
    ],
)
def test_the_volume_is_judged_by_its_line_and_at_the_end_by_its_target(
    delivered: int, expected: float, is_over: bool, state: str
) -> None:
    assert volume_state(delivered, 100, expected, is_over=is_over) == state


def test_without_a_target_the_volume_has_no_state() -> None:
    assert volume_state(5, None, None, is_over=True) == ""


@pytest.mark.parametrize(
    ("share", "is_settled", "state"),
    [
        (0.9, True, "kept"),
        (0.89, True, "missed"),
        (0.9, False, "on_the_way"),
        (0.5, False, "at_risk"),
        (None, True, ""),
    ],
)
def test_a_share_is_kept_or_missed_only_once_it_is_settled(share: float | None, is_settled: bool, state: str) -> None:
    assert share_state(share, 0.9, is_settled=is_settled) == state


def test_the_depth_is_judged_by_those_whose_window_is_over() -> None:
    young, done = {"attempts": 0}, {"attempts": 6, "depth": "kept"}
    assert depth_state(facts(young, done), 6, is_over=True) == "on_the_way"
    assert depth_state(facts(done), 6, is_over=True) == "kept"


def test_too_few_attempts_are_a_risk_while_the_period_runs_and_a_miss_after_it() -> None:
    rows = facts({"attempts": 2, "state": "lost"})
    assert depth_state(rows, 6, is_over=False) == "at_risk"
    assert depth_state(rows, 6, is_over=True) == "missed"


def test_the_general_promise_leaves_out_tiers_with_their_own() -> None:
    rows = facts({"tier": "A", **LATE}, {"tier": "B", **QUICK}, {"tier": "", **QUICK})
    found = {row.tier: row for row in speed_rows(rows, facts(), {"": (60, 0.9), "A": (30, 0.95)}, is_over=True)}
    assert (found[""].delivered, found[""].is_rest, found[""].state) == (1.0, True, "kept")
    assert (found["A"].delivered, found["A"].target, found["A"].state) == (0.0, 0.95, "missed")


def test_with_running_clocks_a_period_that_is_over_is_not_settled() -> None:
    rows = facts(QUICK, {"clock": "running", "state": "waiting"})
    (row,) = speed_rows(rows, facts(), {"": (60, 0.9)}, is_over=True)
    assert row.state == "on_the_way"


def test_a_tier_that_nobody_handed_over_has_nothing_to_judge() -> None:
    (row,) = depth_rows(facts(), facts({"attempts": 3}), {"": (6, 15)}, is_over=True)
    assert (row.delivered, row.state, row.previous, row.trend) == (None, "", 3.0, "")


def test_the_depth_is_not_compared_while_leads_may_still_be_tried() -> None:
    (row,) = depth_rows(facts({"attempts": 1}), facts({"attempts": 3}), {"": (6, 15)}, is_over=False)
    assert row.previous is None


@pytest.mark.parametrize(
    ("delivered", "projected", "previous", "trend"),
    [(5, None, 4, "better"), (5, None, 5, "same"), (5, 12.0, 10, "better"), (5, None, 6, "worse"), (5, None, None, "")],
)
def test_the_trend_compares_what_is_to_be_expected(
    delivered: float, projected: float | None, previous: float | None, trend: str
) -> None:
    row = JudgedPromise("sales", "speed", 1, delivered, "", projected=projected, previous=previous)
    assert row.trend == trend
