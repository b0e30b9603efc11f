"""The rule of strikes, sums and recovery: counted again by slow references."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.document.groups.consequences import Consequence
from reports.judgement import KEPT, MISSED
from reports.strikes.recovery import recovery
from reports.strikes.rule import (
    NOTHING,
    ObjectiveVerdict,
    VerdictMonth,
    count,
    follows_in,
    missing_leads,
    standing,
    sum_of,
)
from smarketing.lib.periods import Period

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
FIRST = Period(date(2025, 11, 1))
marks = st.lists(st.sampled_from([True, False, None]), max_size=24)
MARKS = {"x": True, "o": False, "-": None}


def track(marks_):
    return [(FIRST.moved(number).start_on, mark) for number, mark in enumerate(marks_)]


def rule(**said):
    return Consequence.model_validate(
        {"name": "Rule"} | {key: value for key, value in said.items() if value is not None}
    )


def fired_slowly(needed, within, marks_):
    """Month by month: looks back from each over what was not used up yet."""
    fired, begin = [], 0
    for now in range(len(marks_)):
        if marks_[now] is not True:
            continue
        first = begin if within is None else max(begin, now - within + 1)
        back = [number for number in range(first, now + 1) if marks_[number] is not None]
        if within is None:
            broken = [number for number in back if marks_[number] is False]
            back = [number for number in back if number > max(broken, default=-1)]
        if sum(marks_[number] is True for number in back) >= needed:
            fired.append(FIRST.moved(now).start_on)
            begin = now + 1
    return fired


@PATIENT
@given(marks, st.integers(1, 5), st.integers(0, 5) | st.none())
def test_counting_is_what_looking_back_from_every_month_finds(marks_, needed, more):
    within = None if more is None else needed + more
    found = count(rule(months=needed, within_months=within), track(marks_))
    assert list(found.fired) == fired_slowly(needed, within, marks_)
    assert 1 <= found.left <= needed


@PATIENT
@given(marks, st.integers(1, 4), st.integers(0, 4) | st.none())
def test_what_is_left_is_how_many_more_it_takes(marks_, needed, more):
    own = rule(months=needed, within_months=None if more is None else needed + more)
    left = count(own, track(marks_)).left
    after = count(own, track([*marks_, *[True] * left]))
    assert after.fired[-1:] == (FIRST.moved(len(marks_) + left - 1).start_on,) or more is not None
    assert len(count(own, track([*marks_, *[True] * (left - 1)])).fired) == len(count(own, track(marks_)).fired)


@pytest.mark.parametrize(
    ("own", "marks_", "fired"),
    [
        ({"months": 3}, "xxoxxx", [5]),
        ({"months": 3}, "xx-xxx", [3]),  # what was not judged breaks no row
        ({"months": 2}, "xxxx", [1, 3]),
        ({"months": 2, "within_months": 3}, "xoxoox", [2]),
    ],
)
def test_months_in_a_row_and_among_others(own, marks_, fired):
    found = count(rule(**own), track([MARKS[mark] for mark in marks_]))
    assert found.fired == tuple(FIRST.moved(number).start_on for number in fired)


def months(*rows):
    """Each row one month: (objective, state, promised, delivered) of marketing's volume or of sales."""
    return [
        VerdictMonth(
            FIRST.moved(number).start_on,
            tuple(
                ObjectiveVerdict("marketing" if own[0] == "volume" else "sales", (own[0], "", ""), *own[1:])
                for own in row
            ),
        )
        for number, row in enumerate(rows)
    ]


def test_of_the_same_objective_and_of_any():
    rows = months(
        [("speed", MISSED, 0.9, 0.5), ("depth", KEPT, 6, 6)], [("speed", KEPT, 0.9, 1), ("depth", MISSED, 6, 5)]
    )
    assert follows_in(rule(months=2), "sales", rows)
    assert not follows_in(rule(months=2, same_objective=True), "sales", rows)
    assert not follows_in(rule(months=2), "marketing", rows)
    assert not follows_in(rule(months=2, side="marketing"), "sales", rows)
    assert standing(rule(months=2, same_objective=True), "sales", rows).left == 1


def test_a_reward_asks_that_all_is_kept_and_beaten_by_so_much():
    own = rule(when="kept", follows="thanks", beaten_by=Decimal("0.1"))
    assert follows_in(own, "marketing", months([("volume", KEPT, 100, 110)]))
    assert not follows_in(own, "marketing", months([("volume", KEPT, 100, 109)]))
    assert not follows_in(own, "marketing", months([("volume", NOTHING, None, 7)]))
    both = months([("speed", KEPT, 0.5, 1.0), ("depth", MISSED, 6, 5)])
    assert not follows_in(rule(when="kept", follows="thanks"), "sales", both)


@pytest.mark.parametrize(
    ("said", "missing", "sum_"),
    [
        ({"amount": 500}, 3, "500.00"),
        ({"monthly_fee": Decimal("333.33"), "share_of_fee": Decimal("0.15")}, 3, "50.00"),  # 49.9995
        ({"per_missing_lead": Decimal("12.5")}, 7, "87.50"),
        ({"per_missing_lead": Decimal("12.5"), "at_most": 60}, 7, "60.00"),
        ({}, 7, None),
    ],
)
def test_a_sum_is_exact_capped_and_rounded_at_the_end(said, missing, sum_):
    assert sum_of(rule(**said), missing) == (None if sum_ is None else Decimal(sum_))


@PATIENT
@given(st.decimals("0.01", 10**6, places=2), st.decimals("0.01", 10**6, places=2), st.integers(0, 10**5))
def test_a_sum_never_exceeds_its_cap_and_grows_with_what_is_missing(each, cap, missing):
    own = rule(per_missing_lead=each, at_most=cap)
    assert sum_of(own, missing) <= sum_of(own, missing + 1) <= cap


def test_missing_leads_are_those_of_the_whole_volume():
    (row,) = months([("volume", MISSED, 100, 93), ("speed", MISSED, 0.9, 0.1)])
    assert [missing_leads(side, row.verdicts) for side in ("marketing", "sales")] == [7, 0]


@PATIENT
@given(st.lists(st.sampled_from([KEPT, MISSED, NOTHING]), max_size=24))
def test_recovery_counts_from_the_first_miss_to_the_first_kept_month(states):
    months_ = [FIRST.moved(number).start_on for number in range(len(states))]
    judged = [(number, state) for number, state in enumerate(states) if state != NOTHING]
    begun = [each for at, each in enumerate(judged) if at == 0 or judged[at - 1][1] != each[1]]
    spans = [(state, after[0] - number) for (number, state), after in pairwise(begun)]
    found = recovery(list(zip(months_, states, strict=True)))
    assert list(found.recovered) == [length for state, length in spans if state == MISSED]
    assert list(found.held) == [length for state, length in spans if state == KEPT]
    assert found.since == (months_[begun[-1][0]] if begun else None)


def test_the_means_of_recovery():
    states = [KEPT, KEPT, MISSED, NOTHING, KEPT, MISSED, KEPT, KEPT, KEPT]
    found = recovery([(FIRST.moved(number).start_on, state) for number, state in enumerate(states)])
    assert (found.mean_to_recover, found.mean_held, found.is_missed) == (1.5, 1.5, False)
