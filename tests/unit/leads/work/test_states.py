import pytest

from leads.enums import State
from leads.work import states


def test_the_states_are_the_ones_of_the_model():
    assert set(states.FOLLOWS) == set(State.values)


@pytest.mark.parametrize(
    "wrong",
    [
        {**states.FOLLOWS, "waiting": frozenset({"nowhere"})},
        {**states.FOLLOWS, "won": frozenset({"waiting"})},
        {**states.FOLLOWS, "forgotten": frozenset()},
    ],
    ids=["unknown state", "an end that goes on", "never reached"],
)
def test_an_impossible_graph_is_refused(wrong):
    with pytest.raises(ValueError, match="impossible"):
        states.check_graph(wrong)


def test_nothing_follows_an_end():
    assert not any(states.FOLLOWS[end] for end in states.CLOSED)
