"""PURE. Which handoffs a bar stands for: the same rows are counted for the chart and listed behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from reports.measures.depth import VERDICTS, connected_after, connected_with, ending, tried_times
from reports.measures.handoff_columns import Days, Facts, Ints, Mask
from reports.measures.speed import in_band, spoken_in_band, went_the_way, with_verdict
from reports.measures.volume import Steps

__all__ = ["KINDS", "STEPS", "VERDICTS", "Selection", "selected"]


@dataclass(frozen=True)
class Selection:
    """`what` is one of STEPS or KINDS.

    Days are local and inclusive: for STEPS those of the step, else those of the handoff.
    `over` and `upto` are the minutes of a band, `nth` the number of an attempt. `verdict` is one of VERDICTS or "".
    """

    what: str
    first_on: date | None = None
    last_on: date | None = None
    over: float | None = None
    upto: float | None = None
    nth: int | None = None
    verdict: str = ""


STEPS: dict[str, Callable[[Steps], Mask]] = {
    "handed_over": lambda steps: steps.is_handed_over,
    "returned": lambda steps: steps.is_returned,
    "delivered": lambda steps: steps.stands,
}
KINDS: dict[str, Callable[[Facts, Selection], Mask]] = {
    "handoffs": lambda facts, _chosen: np.ones(len(facts), np.bool_),
    "followed_up": lambda facts, _chosen: facts.is_followed_up,
    "returned_untouched": lambda facts, _chosen: facts.is_returned_untouched,
    "never_followed_up": lambda facts, chosen: facts.is_never_followed_up & with_verdict(facts, chosen.verdict),
    "running": lambda facts, _chosen: facts.is_running,
    "kept": lambda facts, _chosen: facts.is_kept,
    "missed": lambda facts, _chosen: facts.is_missed,
    "went_the_way": lambda facts, _chosen: went_the_way(facts),
    "band": lambda facts, chosen: in_band(facts, chosen.over, chosen.upto) & with_verdict(facts, chosen.verdict),
    "spoken_in_band": lambda facts, chosen: spoken_in_band(facts, chosen.over, chosen.upto),
    "reached": lambda facts, _chosen: facts.is_followed_up & facts.is_connected,
    "connected": lambda facts, _chosen: facts.is_connected,
    "never_connected": lambda facts, _chosen: facts.is_never_connected,
    "connected_with": lambda facts, chosen: connected_with(facts, chosen.nth or 1),
    "connected_after": lambda facts, chosen: connected_after(facts, chosen.nth or 0),
    "tried_times": lambda facts, chosen: tried_times(facts, chosen.nth or 0, chosen.verdict),
    "sent_back": lambda facts, _chosen: ending(facts, "returned"),
    "won_unspoken": lambda facts, _chosen: ending(facts, "won"),
    "given_up": lambda facts, _chosen: ending(facts, "given_up"),
    "tried": lambda facts, _chosen: ending(facts, "tried"),
    "open": lambda facts, _chosen: ending(facts, "open"),
}


def selected(facts: Facts, steps: Steps, chosen: Selection) -> Ints:
    """The ids of the handoffs, of every step or handoff that counts. Raises KeyError for an unknown kind."""
    if chosen.what in STEPS:
        return steps.ids[STEPS[chosen.what](steps) & _within(steps.days, chosen)]
    return facts.ids[KINDS[chosen.what](facts, chosen) & _within(facts.days, chosen)]


def _within(days: Days, chosen: Selection) -> Mask:
    found = np.ones(len(days), np.bool_)
    if chosen.first_on:
        found &= days >= np.datetime64(chosen.first_on, "D")
    if chosen.last_on:
        found &= days <= np.datetime64(chosen.last_on, "D")
    return found
