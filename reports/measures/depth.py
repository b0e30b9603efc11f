"""PURE. Depth: how often sales tries before it lets a lead go."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from leads.work import states
from reports.measures.handoff_columns import Facts, Mask

USUAL_DEPTH = 6  # bars of a waterfall without a promise


@dataclass(frozen=True)
class Judged:
    """Of the handoffs that are judged (`n`): the mean of their attempts in the window, and how many had enough."""

    n: int
    mean_attempts: float | None
    kept: int


@dataclass(frozen=True)
class Depth:
    """Mean and histogram are over the handoffs that were never connected, `attempts` over all."""

    never_connected: int
    connected: int
    attempts: int
    mean_attempts: float | None
    promised: float | None
    judged: Judged
    histogram: dict[str, int]


def depth(facts: Facts, promised: float | None, judged: Judged) -> Depth:
    """The promised number and those judged by it come from the judgement."""
    tries = facts.attempts[facts.is_never_connected]
    counts = np.bincount(tries)
    return Depth(
        never_connected=len(tries),
        connected=int(facts.is_connected.sum()),
        attempts=int(facts.attempts.sum()),
        mean_attempts=float(tries.mean()) if len(tries) else None,
        promised=promised,
        judged=judged,
        histogram={str(n): int(counts[n]) for n in np.flatnonzero(counts).tolist()},
    )


@dataclass(frozen=True)
class Fall:
    """A step down from all handoffs: `count` of them ended `end`, if "connected" with attempt `nth`.

    "came" are those connected before any attempt of ours: the lead came to us first.
    """

    end: str
    count: int
    nth: int | None = None


def falls(facts: Facts) -> list[Fall]:
    """Every handoff exactly once: where its way ended, or that it is still open. As many ordinals as most promised."""
    known = facts.promised[~np.isnan(facts.promised)]
    last = int(known.max()) if len(known) else USUAL_DEPTH
    spoken = [Fall("connected", int(connected_with(facts, n).sum()), n) for n in range(1, last + 1)]
    later = Fall("later", int(connected_after(facts, last).sum()), last)
    came = Fall("came", int(connected_with(facts, 0).sum()))
    return [came, *spoken, later, *(Fall(end, int(rows.sum())) for end, rows in unconnected(facts))]


def connected_with(facts: Facts, nth: int) -> Mask:
    return np.equal(facts.nth, nth)


def connected_after(facts: Facts, nth: int) -> Mask:
    return np.greater(facts.nth, nth)


def unconnected(facts: Facts) -> Iterator[tuple[str, Mask]]:
    """The handoffs that were not connected, by what became of them; together all of those.

    Given up: closed, or past the promised window, with fewer attempts than promised. Tried: closed after as many as
    promised. Won: closed as won, though nobody recorded that the two ever spoke.
    """
    rest = ~facts.is_connected
    few = np.nan_to_num(facts.promised) > facts.attempts
    is_over = ~facts.is_open | facts.window_is_over
    ends = {
        "returned": facts.is_taken_off,
        "won": facts.state.among(states.WON),
        "given_up": is_over & few,
        "tried": ~facts.is_open,
        "open": np.ones(len(facts), np.bool_),
    }
    for end, rows in ends.items():
        yield end, rest & rows
        rest = rest & ~rows


def ending(facts: Facts, end: str) -> Mask:
    return dict(unconnected(facts))[end]
