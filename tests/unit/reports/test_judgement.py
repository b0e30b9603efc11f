from datetime import date
from typing import Any

import pytest

from reports.judgement import (
    JUDGES,
    VERDICTS,
    Commitment,
    Judgement,
    Viewpoint,
    depth_with,
    judge_depth,
    judge_speed,
    judge_volume,
    speed_with,
    state,
)
from reports.measures.volume import steps
from smarketing.lib.periods import Period
from tests.unit.reports.handoff_columns import NAN, facts

BEFORE, DURING, OVER = Viewpoint(False, False), Viewpoint(True, False), Viewpoint(True, True)
LATE = {"response": 90, "clock": "missed"}
QUICK = {"response": 5}
RUNNING = {"clock": "running", "state": "waiting"}
MARCH = Period.parse("2026-03")


def speed(*rows: dict[str, Any], moment: Viewpoint = OVER, promise: Commitment | None = None) -> Judgement:
    return judge_speed(facts(*rows), promise or Commitment(), moment)


def depth(*rows: dict[str, Any], moment: Viewpoint = OVER) -> Judgement:
    return judge_depth(facts(*rows), Commitment(), moment)


def volume(*rows: dict[str, Any], target: int | None, expected: float | None = None, **where: Any) -> Judgement:
    period, moment = where.get("period", MARCH), where.get("moment", OVER)
    months = where.get("months", [date(2026, 3, 1)]) if target is not None else []
    return judge_volume(steps(facts(*rows), period), months, target, expected, moment)


@pytest.mark.parametrize(
    ("delivered", "moment", "is_settled", "said"),
    [
        (0.9, OVER, True, "kept"),
        (0.89, OVER, True, "missed"),
        (0.9, OVER, False, "on_the_way"),
        (0.89, OVER, False, "at_risk"),
        (0.9, DURING, True, "on_the_way"),
        (None, OVER, True, ""),
        (None, BEFORE, True, "not_begun"),
    ],
)
def test_a_promise_is_kept_or_missed_only_once_its_period_is_over_and_settled(
    delivered: float | None, moment: Viewpoint, is_settled: bool, said: str
) -> None:
    assert state(delivered, 0.9, moment, is_settled=is_settled) == said


def test_without_a_promise_nothing_is_said() -> None:
    found = speed({**QUICK, "has_promise": False, "share": NAN, "within": NAN})
    assert (found.promised, found.delivered, found.state, len(found.about)) == (None, None, "", 0)


def test_the_speed_is_judged_over_clocks_that_ended_or_came_due() -> None:
    found = speed(QUICK, LATE, {"clock": "overdue", "state": "waiting"}, RUNNING)
    assert (found.about.tolist(), found.judged.tolist(), found.kept.tolist()) == ([1, 2, 3, 4], [1, 2, 3], [1])
    assert (found.delivered, found.promised, found.state) == (pytest.approx(1 / 3), 0.9, "at_risk")


def test_a_promise_changed_in_mid_month_is_held_against_the_handoffs_made_under_it() -> None:
    slow = {"response": 90, "within": 240.0, "share": 0.6, "version": 1}  # kept under the old promise
    found = speed(slow, slow, slow, {**QUICK, "share": 0.8, "version": 2})
    assert (found.delivered, found.promised, found.state) == (1.0, pytest.approx((3 * 0.6 + 0.8) / 4), "kept")
    assert (found.is_mean, found.limit) == (True, pytest.approx((3 * 240 + 60) / 4))


def test_one_promise_comes_out_as_it_was_written() -> None:
    found = speed(*[{**QUICK, "share": 0.1}] * 3)
    assert (found.promised, found.is_mean) == (0.1, False)


def test_a_promise_of_which_nothing_is_judged_says_what_is_promised() -> None:
    found = speed({**RUNNING, "share": 0.7}, promise=Commitment(figure=0.9, limit=60))
    assert (found.delivered, found.promised, found.state) == (None, 0.7, "")
    assert speed(promise=Commitment(figure=0.9, limit=60)).promised == 0.9


def test_the_depth_is_judged_by_the_attempts_in_the_window_once_it_is_over() -> None:
    found = depth(
        {"attempts": 9, "in_window": 2, "depth": "over"},
        {"attempts": 6, "in_window": 6, "depth": "over"},
        {"attempts": 8, "in_window": 8, "depth": "open"},
    )
    assert (found.about.tolist(), found.judged.tolist(), found.kept.tolist()) == ([1, 2, 3], [1, 2], [2])
    assert (found.delivered, found.promised, found.state) == (4.0, 6.0, "at_risk")


def test_connected_handoffs_and_marketings_returns_are_in_no_verdict_on_the_depth() -> None:
    over = {"depth": "over", "in_window": 1}
    found = depth(
        {**over, "nth": 1.0}, {**over, "taken_off": True}, {**over, "returned": True}, {**over, "promised": NAN}
    )
    assert found.judged.tolist() == [3]


def test_the_depth_is_kept_by_the_mean_and_counts_those_with_enough() -> None:
    found = depth({"in_window": 9, "depth": "over"}, {"in_window": 4, "depth": "over"})
    assert (found.delivered, found.kept.tolist(), found.state) == (6.5, [1], "kept")


@pytest.mark.parametrize(
    ("count", "expected", "moment", "said"),
    [
        (4, 2.0, DURING, "kept"),
        (3, 2.0, DURING, "on_the_way"),
        (2, 2.5, DURING, "at_risk"),
        (3, 4.0, OVER, "missed"),
        (4, 4.0, OVER, "kept"),
        (0, None, BEFORE, "not_begun"),
    ],
)
def test_the_volume_is_judged_by_its_line_and_at_the_end_by_its_target(
    count: int, expected: float | None, moment: Viewpoint, said: str
) -> None:
    assert volume(*[{}] * count, target=4, expected=expected, moment=moment).state == said


def test_a_quarter_is_judged_over_the_months_that_have_a_target() -> None:
    rows = [{"at": "2026-01-12"}, {"at": "2026-02-12"}, {"at": "2026-03-12"}, {"at": "2026-03-13"}]
    found = volume(*rows, target=3, period=Period.parse("2026-Q1"))
    assert (found.delivered, found.promised, found.state) == (2, 3, "missed")
    assert (found.judged.tolist(), found.about.tolist()) == ([3, 4], [1, 2, 3, 4])


def test_handoffs_made_before_the_first_version_keep_no_target() -> None:
    found = volume({"version": 0}, {}, target=2)
    assert (found.delivered, found.judged.tolist(), found.state) == (1, [2], "missed")


def test_a_lead_taken_off_again_was_handed_over_and_not_delivered() -> None:
    found = volume({}, {"off": "2026-03-09"}, {}, target=2)
    assert (found.delivered, found.judged.tolist(), found.kept.tolist(), found.state) == (2, [1, 2, 3], [1, 3], "kept")


@pytest.mark.parametrize(("month", "delivered", "kept", "corrections"), [(1, 1, [2], 0), (9, -1, [], 1), (2, 0, [], 0)])
def test_a_lead_taken_off_in_a_month_without_a_target_is_not_delivered_in_its_own(
    month: int, delivered: int, kept: list[int], corrections: int
) -> None:
    rows = [{"at": "2026-01-05", "off": "2026-09-08"}, {"at": "2026-01-05"}, {"at": "2025-12-05", "off": "2026-09-08"}]
    found = volume(*rows, target=2, period=Period.parse("2026"), months=[date(2026, month, 1)])
    assert (found.delivered, found.kept.tolist(), found.corrections) == (delivered, kept, corrections)


def test_a_lead_handed_over_again_after_a_late_return_counts_once_in_the_months_with_a_target() -> None:
    rows = [{"at": "2026-01-05", "off": "2026-02-20"}, {"at": "2026-02-23"}, {"at": "2026-01-06"}, {"at": "2026-01-07"}]
    months = [date(2026, 1, 1), date(2026, 3, 1)]
    found = volume(*rows, target=3, period=Period.parse("2026-Q1"), months=months)
    assert (found.delivered, found.kept.tolist(), found.judged.tolist()) == (2, [3, 4], [1, 3, 4])


def test_without_a_target_what_was_delivered_is_told_and_not_judged() -> None:
    found = volume({}, {}, target=None)
    assert (found.delivered, found.promised, found.state, len(found.judged)) == (2, None, "", 0)


def test_each_handoff_has_one_verdict_by_its_own_promise() -> None:
    rows = facts(
        {"clock": "kept"}, {"clock": "missed"}, {"clock": "kept", "has_promise": False}, RUNNING, {"clock": "excused"}
    )
    found = {what: rows.ids[speed_with(rows, what)].tolist() for what in (*VERDICTS, "")}
    assert found == {"kept": [1], "missed": [2], "excused": [5], "running": [4], "none": [3], "": [1, 2, 3, 4, 5]}


def test_each_handoff_has_one_verdict_on_its_depth() -> None:
    rows = facts(
        {"depth": "over", "in_window": 6, "depth_excused": True},
        {"depth": "over", "in_window": 5},
        {"nth": 1.0},
        {"depth_excused": True},
        {"promised": NAN},
        {"depth": "over", "in_window": 4, "depth_excused": True},
    )
    found = {what: rows.ids[depth_with(rows, what)].tolist() for what in VERDICTS}
    assert found == {"kept": [1], "missed": [2], "excused": [6], "running": [4], "none": [3, 5]}


def test_an_excused_breach_is_neither_kept_nor_missed_and_settles_the_period() -> None:
    excused = {"response": 90, "clock": "excused"}
    found = speed(*[QUICK] * 9, excused, excused)
    assert (found.about.tolist()[-2:], found.excused.tolist(), len(found.judged)) == ([10, 11], [10, 11], 9)
    assert (found.delivered, found.state) == (1.0, "kept")
    assert speed(*[QUICK] * 2, LATE, excused).state == "missed"
    nobody = speed(excused, excused)
    assert (nobody.delivered, nobody.state, nobody.promised) == (None, "", 0.9)


def test_a_promised_working_time_is_judged_by_its_own_clock_and_share() -> None:
    clocks = ["kept", "kept", "kept", "missed", "overdue", "excused", "running"]
    rows = facts(*({"timed": {"acceptance": clock}, "clock": "missed"} for clock in clocks), {"clock": "kept"})
    found = JUDGES["acceptance"](rows, Commitment(), OVER)
    assert (found.side, found.measure, found.promised, found.limit) == ("sales", "acceptance", 0.8, 30.0)
    ids = {name: getattr(found, name).tolist() for name in ("about", "judged", "kept", "excused")}
    assert ids == {"about": [*range(1, 8)], "judged": [*range(1, 6)], "kept": [1, 2, 3], "excused": [6]}
    assert (found.delivered, found.state) == (0.6, "at_risk")  # the seventh may still be kept
    rows = facts({"timed": {"handover": "kept"}}, {"timed": {"handover": "kept"}})
    handover, unsaid = (JUDGES[measure](rows, Commitment(), OVER) for measure in ("handover", "acceptance"))
    assert (handover.side, handover.state) == ("marketing", "kept")
    assert (unsaid.about.tolist(), unsaid.promised, unsaid.state) == ([], None, "")


def test_a_return_in_time_keeps_the_promise() -> None:
    assert speed({"returned": True}, LATE).delivered == 0.5
