import pytest

from reports.measures.speed import (
    EDGES,
    Spread,
    bands,
    in_band,
    legs,
    minutes,
    speed,
    spoken_in_band,
    went_the_way,
)
from tests.unit.reports.handoff_columns import NAN, facts

RUNNING = {"clock": "running", "state": "waiting"}
OVERDUE = {"clock": "overdue", "state": "waiting"}


def test_the_four_parts_add_up_to_the_handoffs() -> None:
    found = speed(facts({"response": 5}, {"returned": True}, OVERDUE, RUNNING, {"clock": "due_soon"}), 60.0, 0.5)
    assert (found.followed_up, found.returned, found.never_followed_up, found.running) == (1, 1, 1, 2)
    assert found.handoffs == 5


def test_a_lead_that_was_closed_without_a_call_was_never_followed_up() -> None:
    assert speed(facts({"clock": "missed", "state": "lost"}), 60.0, None).never_followed_up == 1


def test_a_return_is_in_no_mean_and_the_share_is_the_judgements() -> None:
    found = speed(facts({"response": 30}, {"returned": True}), 60.0, 0.25)
    assert (found.share_within, found.working_minutes.n, found.working_minutes.mean) == (0.25, 1, 30.0)


def test_the_percentile_lies_between_order_statistics() -> None:
    found = minutes(facts({"response": 0}, {"response": 10}, {"response": NAN}).response)
    assert found == Spread(2, 5.0, 5.0, 9.0, 10.0)


def test_without_a_duration_there_is_no_mean() -> None:
    assert minutes(facts({"response": NAN}).response) == Spread(0)


def test_the_legs_are_the_means_of_one_set_and_add_up_to_its_mean() -> None:
    rows = facts(
        {"waited": 30, "accepted": 5, "response": 20, "connected": 80, "nth": 2},
        {"waited": 10, "response": 40},  # called without accepting
        {"waited": 11, "accepted": 70, "response": 60},  # accepted only after the call
        {"waited": NAN, "accepted": 1, "response": 900},  # handed over again: marketing's clock ran before
        {"waited": 999, **OVERDUE},
    )
    assert rows.ids[went_the_way(rows)].tolist() == [1, 2, 3]
    found = {leg.name: leg.minutes for leg in legs(rows)}
    assert found == pytest.approx({"waited": 17, "accepted": 35, "first_attempt": 5})


def test_without_a_whole_way_every_leg_is_nothing() -> None:
    assert {leg.minutes for leg in legs(facts({"waited": NAN, "response": 5}))} == {0.0}


def test_a_band_holds_its_upper_edge() -> None:
    rows = facts(*({"response": value} for value in (0, 5, 5.001, 15, 60, 60.001)), OVERDUE)
    counts = [int(in_band(rows, band.over, band.upto).sum()) for band in bands(*EDGES)]
    assert counts == [2, 2, 1, 1]


def test_every_promise_is_an_edge_of_its_own() -> None:
    edges = [(None, 5), (5, 15), (15, 30), (30, 60), (60, None)]
    assert [(band.over, band.upto) for band in bands(*EDGES, 30, 60)] == edges


def test_the_time_until_the_two_spoke_has_bands_of_its_own() -> None:
    rows = facts({"response": 5, "connected": 60}, {"response": 5, "connected": 61, "nth": 2}, {"response": 5})
    assert rows.ids[spoken_in_band(rows, None, 60)].tolist() == [1]
    assert rows.ids[spoken_in_band(rows, 60, None)].tolist() == [2]
