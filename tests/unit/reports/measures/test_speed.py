import pytest

from reports.measures.speed import Minutes, bands, legs, minutes, share_kept, speed
from tests.unit.reports.columns import NAN, facts

RUNNING = {"clock": "running", "state": "waiting"}
OVERDUE = {"clock": "overdue", "state": "waiting"}


def test_the_four_parts_add_up_to_the_handoffs() -> None:
    found = speed(facts({"response": 5}, {"returned": True}, OVERDUE, RUNNING, {"clock": "due_soon"}), 60.0)
    assert (found.followed_up, found.returned, found.never_followed_up, found.running) == (1, 1, 1, 2)
    assert found.handoffs == 5


def test_a_lead_that_was_closed_without_a_call_was_never_followed_up() -> None:
    assert speed(facts({"clock": "missed", "state": "lost"}), 60.0).never_followed_up == 1


def test_the_share_counts_leads_that_nobody_called_and_leaves_out_running_clocks() -> None:
    rows = facts({"response": 5}, {"response": 90, "clock": "missed"}, OVERDUE, RUNNING)
    assert share_kept(rows) == pytest.approx(1 / 3)


def test_a_return_in_time_is_kept_and_in_no_mean() -> None:
    found = speed(facts({"response": 30}, {"returned": True}), 60.0)
    assert (found.share_within, found.working_minutes.n, found.working_minutes.mean) == (1.0, 1, 30.0)


def test_what_was_not_promised_is_neither_kept_nor_missed() -> None:
    assert share_kept(facts({"response": 5, "has_promise": False})) is None


def test_the_percentile_lies_between_order_statistics() -> None:
    found = minutes(facts({"response": 0}, {"response": 10}, {"response": NAN}).response)
    assert found == Minutes(2, 5.0, 5.0, 9.0, 10.0)


def test_without_a_duration_there_is_no_mean() -> None:
    assert minutes(facts({"response": NAN}).response) == Minutes(0)


def test_the_legs_of_sales_add_up_to_the_mean_response() -> None:
    rows = facts(
        {"waited": 30, "accepted": 5, "response": 20, "connected": 80, "nth": 2},
        {"waited": 10, "response": 40},  # called without accepting
        {"waited": 10, "accepted": 70, "response": 60},  # accepted only after the call
        {"waited": 999, **OVERDUE},
    )
    found = {leg.name: (leg.n, leg.minutes) for leg in legs(rows)}
    assert found["waited"] == (3, pytest.approx(50 / 3))
    assert found["accepted"][1] + found["first_attempt"][1] == pytest.approx(40)
    assert found["connected"] == (1, 60)


def test_a_band_holds_its_upper_edge() -> None:
    rows = facts(*({"response": value} for value in (0, 5, 5.001, 15, 60, 60.001)))
    assert [(band.over, band.upto, band.count) for band in bands(rows, 60.0)] == [
        (None, 5.0, 2),
        (5.0, 15.0, 2),
        (15.0, 60.0, 1),
        (60.0, None, 1),
    ]


def test_a_promise_between_the_usual_edges_is_an_edge_of_its_own() -> None:
    found = bands(facts({"response": 20}, {"response": 50}), 30.0)
    assert [(band.upto, band.is_within) for band in found] == [
        (5.0, True),
        (15.0, True),
        (30.0, True),
        (60.0, False),
        (None, False),
    ]
    assert [band.count for band in found] == [0, 0, 1, 1, 0]
