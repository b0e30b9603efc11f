"""Who gets the next lead: properties, and ten thousand leads with weights, caps and absences."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.hours import CalendarError
from leads.assignment.presence import Presence, joined, week_of
from leads.assignment.rotation import (
    AWAY,
    BY_LOAD,
    DAY_FULL,
    IN_TURN,
    OFF_HOURS,
    OPEN_FULL,
    Candidate,
    pick,
)

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def turns(leads, *, weights, here=lambda number, rep: True, way=IN_TURN, credits=None):
    """Who got each lead."""
    credits = defaultdict(float) if credits is None else credits
    got = []
    for number in range(leads):
        found = pick(
            way,
            [
                Candidate(rep, weight, credits[rep], why_not="" if here(number, rep) else AWAY)
                for rep, weight in weights.items()
            ],
        )
        for rep in found.shares:
            credits[rep] += found.change_of(rep)
        got.append(found.rep)
    return got


def test_weights_are_served_evenly_and_not_in_blocks():
    assert turns(6, weights={1: 1, 2: 2, 3: 3}) == [3, 2, 3, 1, 2, 3]


def test_who_comes_back_gets_the_own_share_and_catches_nothing_up():
    got = turns(300, weights={1: 1, 2: 1}, here=lambda number, rep: rep == 2 or number >= 200)
    assert Counter(got[200:]) == {1: 50, 2: 50}
    assert Counter(got[200:210])[1] == 5


@given(
    weights=st.dictionaries(st.integers(1, 9), st.integers(1, 100), min_size=1, max_size=6),
    away=st.lists(st.sets(st.integers(1, 9)), min_size=1, max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_nobody_gets_more_or_less_than_the_weights_over_the_own_available_time_by_more_than_the_team_is_large(
    weights, away
):
    """Nobody absent gets anything; nobody is passed over where somebody is free; the shares of a lead are one lead."""
    due, got = defaultdict(float), Counter()
    answers = turns(len(away), weights=weights, here=lambda number, rep: rep not in away[number])
    for missing, rep in zip(away, answers, strict=True):
        free = {one: weight for one, weight in weights.items() if one not in missing}
        assert rep in free if free else rep is None
        for one, weight in free.items():
            due[one] += weight / sum(free.values())
        got[rep] += 1
    assert all(abs(got[rep] - due[rep]) < len(weights) for rep in weights)


@given(st.permutations([Candidate(1, 2, 0.5), Candidate(2, 1, 0.5), Candidate(3, 1, 0.7), Candidate(4, why_not=AWAY)]))
@settings(deadline=None)
def test_the_order_in_which_people_are_asked_changes_nothing(candidates):
    found = pick(IN_TURN, candidates)
    assert (found.rep, found.passed, sum(found.shares.values())) == (1, {4: AWAY}, 1)


def test_by_load_the_fewest_open_leads_by_weight_decide_and_then_the_turn():
    assert pick(BY_LOAD, [Candidate(1, open=4), Candidate(2, weight=3, open=6)]).rep == 2
    assert pick(BY_LOAD, [Candidate(1, credit=-0.2, open=4), Candidate(2, weight=2, credit=-0.1, open=8)]).rep == 2


def test_by_load_an_empty_desk_after_leave_is_filled_in_the_course_of_days():
    full = [Candidate(1, open=10), Candidate(2, open=12)]
    assert pick(BY_LOAD, [*full, Candidate(3, open=0, settled=0.0)]).rep == 1
    assert pick(BY_LOAD, [*full, Candidate(3, open=0, settled=0.5)]).rep == 3
    assert pick(BY_LOAD, [*full, Candidate(3, open=6, settled=0.5)]).rep == 3
    assert pick(BY_LOAD, [*full, Candidate(3, open=10, settled=0.5)]).rep == 1


def test_caps_hold_to_the_last_lead_and_nobody_free_is_an_answer():
    found = pick(
        IN_TURN,
        [
            Candidate(1, open=5, most_open=5),
            Candidate(2, today=3, most_today=3),
            Candidate(3, most_open=0),
            Candidate(4, why_not=OFF_HOURS, most_open=0),
        ],
    )
    assert found.rep is None
    assert found.passed == {1: OPEN_FULL, 2: DAY_FULL, 3: OPEN_FULL, 4: OFF_HOURS}
    assert pick(IN_TURN, [Candidate(1, open=4, most_open=5, today=2, most_today=3)]).rep == 1


def test_ten_thousand_leads_with_weights_caps_and_absences():
    """Weights 1:2:3; over 250 working days each is on leave at other times, one works mornings only.

    What each should have is reckoned from the calendar alone: of the time of each lead the own weight by those of all
    who were here and below their caps.
    """
    week = week_of({day: [["09:00", "12:30"]] for day in ("mon", "tue", "wed", "thu", "fri")})
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)
    leave = {
        1: [(start + 20 * DAY, start + 41 * DAY), (start + 200 * DAY, start + 214 * DAY)],
        2: [(start + 30 * DAY, start + 50 * DAY)],
        3: [(start + 150 * DAY, start + 171 * DAY), (start + 300 * DAY, start + 301 * DAY)],
    }
    presence = {1: Presence(BERLIN, leave[1]), 2: Presence(BERLIN, leave[2]), 3: Presence(BERLIN, leave[3], week)}
    weights, most_today, most_open = {1: 1, 2: 2, 3: 3}, {1: 12, 2: 16, 3: 17}, {1: None, 2: 80, 3: 60}
    random, credits = Random(8), defaultdict(float)
    got, due, pooled, today, open_leads = Counter(), defaultdict(float), 0, Counter(), defaultdict(list)
    days = [start + number * DAY for number in range(350) if (start + number * DAY).weekday() < 5]
    day_before = date.min
    for number in range(10_000):
        at = days[number * len(days) // 10_000] + timedelta(minutes=random.randrange(8 * 60))
        if at.date() != day_before:
            day_before, today = at.date(), Counter()
            for desk in open_leads.values():
                desk[:] = [closes for closes in desk if closes > at]
        away = {
            rep: any(begin <= at < end for begin, end in leave[rep])
            or (rep == 3 and not (9, 0) <= (at.astimezone(BERLIN).hour, at.astimezone(BERLIN).minute) < (12, 30))
            for rep in weights
        }
        full = {
            rep: today[rep] >= most_today[rep] or len(open_leads[rep]) >= (most_open[rep] or 10_000) for rep in weights
        }
        free = [rep for rep in weights if not away[rep] and not full[rep]]
        found = pick(
            IN_TURN,
            [
                Candidate(
                    rep,
                    weight,
                    credits[rep],
                    open=len(open_leads[rep]),
                    today=today[rep],
                    most_open=most_open[rep],
                    most_today=most_today[rep],
                    why_not=presence[rep].why_not(at),
                )
                for rep, weight in weights.items()
            ],
        )
        if found.rep is None:
            assert free == []
            pooled += 1
            continue
        assert found.rep in free  # nobody absent, nobody above a cap
        for rep in free:
            due[rep] += weights[rep] / sum(weights[one] for one in free)
            credits[rep] += found.change_of(rep)
        got[found.rep] += 1
        today[found.rep] += 1
        open_leads[found.rep].append(at + timedelta(days=random.randrange(1, 12)))
    assert got.total() + pooled == 10_000
    assert pooled > 100  # the caps were reached
    assert {rep: round(got[rep] / due[rep], 2) for rep in weights} == {1: 1, 2: 1, 3: 1}
    assert max(abs(got[rep] - due[rep]) for rep in weights) < 3


def test_the_own_hours_are_local_and_an_absence_ends_at_its_end():
    mornings = Presence(BERLIN, [(MONDAY, MONDAY + DAY)], week_of({"wed": [["09:00", "12:00"]], "thu": []}))
    assert mornings.why_not(MONDAY) == mornings.why_not(MONDAY + timedelta(hours=23)) == AWAY
    assert mornings.why_not(MONDAY + DAY) == OFF_HOURS  # a Tuesday
    wednesday = MONDAY + 2 * DAY
    assert mornings.why_not(wednesday) == mornings.why_not(wednesday + timedelta(minutes=179)) == ""
    assert mornings.why_not(wednesday + timedelta(hours=3)) == OFF_HOURS
    with pytest.raises(CalendarError, match="on the day on which they begin"):
        week_of({"mon": [["22:00", "06:00"]]})


def test_one_is_settled_after_as_long_as_one_was_away_at_most_a_week():
    short, long = Presence(BERLIN, [(MONDAY, MONDAY + 2 * DAY)]), Presence(BERLIN, [(MONDAY - 30 * DAY, MONDAY)])
    assert [short.settled(MONDAY + number * DAY) for number in (2, 3, 4, 9)] == [0, 0.5, 1, 1]
    assert long.settled(MONDAY + 3.5 * DAY) == 0.5
    assert Presence(BERLIN, [(MONDAY, MONDAY + timedelta(hours=2))]).settled(MONDAY + timedelta(hours=2)) == 1


def test_spans_that_touch_become_one():
    at = [MONDAY + timedelta(hours=number) for number in range(6)]
    assert joined([(at[3], at[4]), (at[0], at[2]), (at[1], at[3])]) == [(at[0], at[4])]
    assert joined([(at[0], at[1]), (at[2], at[3])]) == [(at[0], at[1]), (at[2], at[3])]
