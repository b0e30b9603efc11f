from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agreements.document.groups.capacity_clause import CapacityClause
from agreements.months.capacity import (
    CANNOT,
    KEEPS,
    TIGHT,
    TIGHT_FROM,
    Load,
    MonthHours,
    check,
    lead_time,
    leads_possible,
    needed_hours,
    supply,
    verdict,
)

APRIL = MonthHours(open=Fraction(160), week=Fraction(40), year_days=250)


def clause(**given_values: object) -> CapacityClause:
    """Four reps with half their time, eight minutes an attempt."""
    values = {"reps": 4, "time_share": Decimal("0.5"), "minutes_per_attempt": 8}
    said = {name: value for name, value in (values | given_values).items() if value is not None}
    return CapacityClause(**said)  # type: ignore[arg-type]


def number(low: str, high: str, places: int = 2) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places)


clauses = st.builds(
    clause,
    reps=number("0.25", "50"),
    hours_a_week=st.none() | number("1", "60"),
    absence_share=st.none() | number("0", "0.99"),
    time_share=number("0.01", "1"),
    minutes_per_attempt=number("0.5", "60"),
    minutes_per_conversation=number("0", "90"),
    connection_rate=number("0", "1"),
)
loads = st.lists(st.builds(Load, leads=st.integers(0, 5_000), attempts=st.integers(1, 12)), min_size=1, max_size=3)
hours = st.builds(
    MonthHours, open=st.fractions(0, 744, max_denominator=60), week=st.just(Fraction(40)), year_days=st.just(250)
)


def test_the_formula_of_the_design():
    """1,000 leads x 6 attempts x 8 minutes against 4 reps x 160 hours x half their time."""
    made = check([Load(1_000, 6)], clause(), APRIL)
    assert (made.needed, made.supply.hours) == (800, 320)
    assert (made.verdict, made.leads_possible) == (CANNOT, 400)


def test_attempts_stop_with_the_first_that_reaches_the_lead():
    time = lead_time(3, clause(connection_rate=Decimal("0.5"), minutes_per_conversation=20))
    assert (time.attempts, time.connected) == (Fraction(7, 4), Fraction(7, 8))
    assert time.minutes == Fraction(7, 4) * 8 + Fraction(7, 8) * 20


@pytest.mark.parametrize(("rate", "attempts", "connected"), [("0", 6, 0), ("1", 1, 1)])
def test_nobody_is_reached_or_everybody_at_once(rate, attempts, connected):
    time = lead_time(6, clause(connection_rate=Decimal(rate)))
    assert (time.attempts, time.connected) == (attempts, connected)


@given(st.integers(1, 12), number("0", "1"))
def test_the_expected_attempts_are_those_of_the_chances_counted_out(most, rate):
    """The k-th attempt is made where the k - 1 before it have not reached the lead."""
    reached = Fraction(rate)
    counted = sum(((1 - reached) ** made for made in range(most)), Fraction(0))
    assert lead_time(most, clause(connection_rate=rate)).attempts == counted


def test_a_rep_of_thirty_hours_works_three_quarters_of_a_month_of_forty():
    assert supply(clause(hours_a_week=30), APRIL).rep_hours == 120


def test_days_of_absence_are_a_share_of_the_year():
    made = supply(clause(absence_days=25), APRIL)
    assert (made.absence, made.per_rep, made.hours) == (Fraction(1, 10), 72, 288)


def test_somebody_who_is_away_all_year_has_no_time():
    made = check([Load(1, 1)], clause(absence_days=366), APRIL)
    assert (made.supply.hours, made.verdict, made.leads_possible, made.used) == (0, CANNOT, 0, None)


def test_tiers_need_what_each_of_them_was_promised():
    assert needed_hours([Load(60, 5, "A"), Load(30, 2)], clause()) == Fraction(60 * 5 * 8 + 30 * 2 * 8, 60)


@pytest.mark.parametrize(
    ("needed", "said"),
    [
        (Fraction(85), KEEPS),
        (Fraction(85) + Fraction(1, 10**9), TIGHT),
        (Fraction(100), TIGHT),
        (Fraction(100) + Fraction(1, 10**9), CANNOT),
        (Fraction(0), KEEPS),
    ],
)
def test_the_verdict_at_its_edges(needed, said):
    assert Fraction("0.85") == TIGHT_FROM
    assert verdict(needed, Fraction(100)) == said


def test_no_leads_need_no_time():
    assert verdict(Fraction(0), Fraction(0)) == KEEPS


@given(loads, clauses, hours)
def test_the_verdict_agrees_with_the_numbers(month, made, time):
    answer = check(month, made, time)
    assert (answer.verdict == CANNOT) == (answer.needed > answer.supply.hours)
    assert (answer.verdict == KEEPS) == (answer.needed <= answer.supply.hours * Fraction(85, 100))
    assert (answer.remedies is None) == (answer.verdict != CANNOT)
    if answer.verdict == CANNOT:
        assert answer.leads_possible < answer.leads
    else:
        assert answer.leads_possible >= answer.leads


@given(st.integers(1, 12), clauses, hours)
def test_the_most_leads_are_possible_and_one_more_is_not(attempts, made, time):
    most = check([Load(0, attempts)], made, time).leads_possible
    assert check([Load(most, attempts)], made, time).verdict != CANNOT
    assert check([Load(most + 1, attempts)], made, time).verdict == CANNOT


@given(loads, clauses, hours)
def test_the_most_leads_of_a_mixed_month_are_possible_and_one_more_is_not(month, made, time):
    total = sum(load.leads for load in month)
    assume(total)
    available = supply(made, time).hours
    mean = needed_hours(month, made) / total
    most = leads_possible(month, made, available)
    assert most * mean <= available < (most + 1) * mean


@given(loads, clauses, hours)
def test_each_single_change_suffices_and_a_smaller_one_does_not(month, made, time):
    remedies = check(month, made, time).remedies
    assume(remedies is not None)
    if remedies.reps is not None:
        assert remedies.reps >= 1
        assert check(month, with_(made, reps=made.reps + remedies.reps), time).verdict != CANNOT
        assert check(month, with_(made, reps=made.reps + remedies.reps - 1), time).verdict == CANNOT
    if remedies.attempts is not None:
        assert check(capped(month, remedies.attempts), made, time).verdict != CANNOT
        assert check(capped(month, remedies.attempts + 1), made, time).verdict == CANNOT
    else:
        assert check(capped(month, 1), made, time).verdict == CANNOT
    if remedies.time_share is not None:
        share = Decimal(remedies.time_share.numerator) / remedies.time_share.denominator
        assert check(month, with_(made, time_share=share), time).verdict != CANNOT
        assert check(month, with_(made, time_share=share - Decimal("0.01")), time).verdict == CANNOT
    else:
        assert check(month, with_(made, time_share=Decimal(1)), time).verdict == CANNOT


def with_(made: CapacityClause, **changed: Decimal) -> CapacityClause:
    return made.model_copy(update=changed)


def capped(month: list[Load], most: int) -> list[Load]:
    return [Load(load.leads, min(load.attempts, most)) for load in month]


MORE_NEEDED = ("minutes_per_attempt", "minutes_per_conversation")
MORE_AVAILABLE = ("reps", "time_share", "hours_a_week")


@given(st.integers(0, 5_000), st.integers(1, 12), clauses, hours, number("0.01", "0.5"), st.data())
def test_more_of_one_input_never_turns_the_answer_round(leads, attempts, made, time, more, data):
    """Of the connection rate this does not hold for the hours: fewer attempts, but more conversations."""
    before = check([Load(leads, attempts)], made, time)
    for name in MORE_NEEDED:
        after = check([Load(leads, attempts)], with_(made, **{name: (getattr(made, name) or 0) + more}), time)
        assert after.needed >= before.needed
        assert after.leads_possible <= before.leads_possible
    for name in MORE_AVAILABLE:
        value = getattr(made, name)
        if value is not None:
            changed = min(value + more, Decimal(1)) if name == "time_share" else value + more
            after = check([Load(leads, attempts)], with_(made, **{name: changed}), time)
            assert after.supply.hours >= before.supply.hours
            assert after.leads_possible >= before.leads_possible
    fewer = min((made.absence_share or Decimal(0)) + more, Decimal("0.99"))
    assert check([Load(leads, attempts)], with_(made, absence_share=fewer), time).supply.hours <= before.supply.hours
    assert check([Load(leads + 1, attempts)], made, time).needed > before.needed
    assert check([Load(leads, attempts + 1)], made, time).needed >= before.needed
    rate = min(made.reached + more, Decimal(1))
    likelier = lead_time(attempts, with_(made, connection_rate=rate))
    assert likelier.attempts <= lead_time(attempts, made).attempts
    assert likelier.connected >= lead_time(attempts, made).connected


@given(hours, st.fractions(0, 100, max_denominator=60), clauses)
def test_a_month_that_is_open_longer_holds_no_fewer_leads(time, more, made):
    longer = MonthHours(time.open + more, time.week, time.year_days)
    assert supply(made, longer).hours >= supply(made, time).hours
