from typing import Any

import pytest

from reports.measures.depth import Depth, Judged, depth, falls
from reports.measures.handoff_columns import Facts
from tests.unit.reports.handoff_columns import NAN, facts


def tried(*rows: dict[str, Any]) -> Depth:
    return depth(facts(*rows), 6, Judged(0, None, 0))


def ends(rows: Facts) -> dict[str, int]:
    return {fall.end: fall.count for fall in falls(rows) if fall.end != "connected" and fall.count}


def test_the_mean_is_over_those_never_connected_and_the_attempts_are_all() -> None:
    found = tried({"attempts": 2}, {"attempts": 5}, {"attempts": 3, "nth": 3})
    assert (found.never_connected, found.connected, found.attempts, found.mean_attempts) == (2, 1, 10, 3.5)


def test_a_return_for_marketings_reasons_is_left_out_and_another_return_is_not() -> None:
    found = tried({"taken_off": True, "attempts": 1}, {"returned": True, "attempts": 4})
    assert (found.never_connected, found.mean_attempts, found.attempts) == (1, 4.0, 5)


def test_the_histogram_says_how_many_were_never_tried() -> None:
    assert tried({}, {}, {"attempts": 12}).histogram == {"0": 2, "12": 1}


def test_without_handoffs_there_is_no_mean() -> None:
    found = tried()
    assert (found.mean_attempts, found.histogram) == (None, {})


def test_the_falls_count_every_handoff_once() -> None:
    rows = facts(
        {"nth": 1, "attempts": 1},
        {"nth": 6, "attempts": 7},
        {"nth": 9, "attempts": 9},
        {"taken_off": True, "attempts": 1, "state": "returned"},
        {"state": "lost", "attempts": 2},
        {"state": "lost", "attempts": 6},
        {"state": "won", "attempts": 1},
        {"attempts": 1},
    )
    made = falls(rows)
    assert sum(fall.count for fall in made) == len(rows)
    assert [fall.count for fall in made if fall.end == "connected"] == [1, 0, 0, 0, 0, 1]
    assert ends(rows) == {"later": 1, "returned": 1, "won": 1, "given_up": 1, "tried": 1, "open": 1}


def test_a_lead_that_came_to_us_first_is_a_step_of_its_own_and_no_attempt() -> None:
    rows = facts({"nth": 0, "attempts": 0}, {"nth": 0, "attempts": 2}, {"nth": 1, "attempts": 1}, {"attempts": 1})
    found = {(fall.end, fall.nth): fall.count for fall in falls(rows) if fall.count}
    assert found == {("came", None): 2, ("connected", 1): 1, ("open", None): 1}


def test_past_its_window_an_open_handoff_with_too_few_attempts_is_given_up() -> None:
    assert ends(facts({"attempts": 2, "depth": "over"})) == {"given_up": 1}


def test_without_a_promise_nobody_gives_up_before_it() -> None:
    assert ends(facts({"state": "lost", "promised": NAN, "depth": ""})) == {"tried": 1}


@pytest.mark.parametrize("reason", ["won", "lost"])
def test_a_lead_connected_before_its_end_counts_as_connected(reason: str) -> None:
    assert ends(facts({"nth": 2, "attempts": 2, "state": reason})) == {}


def test_the_bars_go_as_far_as_the_longest_promise() -> None:
    rows = facts({"nth": 2, "attempts": 2, "promised": 3.0}, {"nth": 5, "attempts": 5, "promised": 4.0})
    assert [(fall.nth, fall.count) for fall in falls(rows)][1:6] == [(1, 0), (2, 1), (3, 0), (4, 0), (4, 1)]
