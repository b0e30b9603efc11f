"""PURE. Speed: how long a lead waits for the first attempt, in working time and by the clock on the wall."""

from dataclasses import dataclass

import numpy as np

from reports.measures.columns import MINUTE, Facts, Floats


@dataclass(frozen=True)
class Minutes:
    """What can be said of `n` durations. Without any, the rest is None."""

    n: int
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    max: float | None = None


@dataclass(frozen=True)
class Speed:
    """Followed up, returned before any attempt, never followed up, still running: the four add up to the handoffs.

    `share_within` counts the handoffs whose clock has ended or whose due time has passed; None where nothing is
    promised or nothing has ended yet.
    """

    handoffs: int
    followed_up: int
    returned: int
    never_followed_up: int
    running: int
    within_minutes: float | None
    share_within: float | None
    working_minutes: Minutes
    wall_minutes: Minutes


def speed(facts: Facts, within_minutes: float | None) -> Speed:
    return Speed(
        handoffs=len(facts),
        followed_up=int(facts.is_followed_up.sum()),
        returned=int(facts.is_returned_untouched.sum()),
        never_followed_up=int(facts.is_never_followed_up.sum()),
        running=int(facts.is_running.sum()),
        within_minutes=within_minutes,
        share_within=share_kept(facts),
        working_minutes=minutes(facts.response),
        wall_minutes=minutes(facts.response_wall),
    )


def share_kept(facts: Facts) -> float | None:
    """Only what was promised can be kept: handoffs without a due time count on neither side."""
    kept, missed = int(facts.is_kept.sum()), int(facts.is_missed.sum())
    return kept / (kept + missed) if kept + missed else None


def minutes(durations: Floats) -> Minutes:
    """Durations in microseconds, NaN for none. The 90th percentile interpolates linearly between order statistics."""
    known = durations[~np.isnan(durations)] / MINUTE
    if not len(known):
        return Minutes(0)
    median, p90 = np.percentile(known, [50, 90]).tolist()
    return Minutes(len(known), float(known.mean()), median, p90, float(known.max()))


def mean_minutes(durations: Floats) -> float | None:
    return minutes(durations).mean


@dataclass(frozen=True)
class Leg:
    """One leg of a lead's way to sales: its mean working minutes over the `n` handoffs that went it."""

    name: str
    n: int
    minutes: float


def legs(facts: Facts) -> list[Leg]:
    """Where the time went, over the handoffs that were followed up.

    The legs "accepted" and "first_attempt" add up to the mean response time: whoever calls without accepting first has
    accepted by calling. "connected" is the time from the first attempt on, over those that were connected.
    """
    done = facts[facts.is_followed_up]
    accepted = np.fmin(done.accepted, done.response)
    spoken = done.is_connected
    parts = {
        "waited": done.waited,
        "accepted": accepted,
        "first_attempt": done.response - accepted,
        "connected": (done.connected - done.response)[spoken],
    }
    found = {name: minutes(durations) for name, durations in parts.items()}
    return [Leg(name, part.n, part.mean or 0.0) for name, part in found.items()]


@dataclass(frozen=True)
class Band:
    """Response times over `over` up to and including `upto` minutes; `upto` None is open. `is_within` the promise."""

    over: float | None
    upto: float | None
    count: int
    is_within: bool


EDGES = (5.0, 15.0, 60.0)


def bands(facts: Facts, within_minutes: float | None) -> list[Band]:
    """How many handoffs were followed up how fast. The promise is an edge, so that no band is on both sides of it."""
    edges = sorted({*EDGES, *([within_minutes] if within_minutes else [])})
    limits = zip([None, *edges], [*edges, None], strict=True)
    return [
        Band(over, upto, int(in_band(facts, over, upto).sum()), _is_within(upto, within_minutes))
        for over, upto in limits
    ]


def in_band(facts: Facts, over: float | None, upto: float | None) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = facts.is_followed_up
    if over is not None:
        found = found & (facts.response > over * MINUTE)
    return found if upto is None else found & (facts.response <= upto * MINUTE)


def _is_within(upto: float | None, within_minutes: float | None) -> bool:
    return within_minutes is None or (upto is not None and upto <= within_minutes)
