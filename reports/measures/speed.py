"""PURE. Speed: how long a lead waits for the first attempt, in working time and by the clock on the wall."""

from dataclasses import dataclass

import numpy as np

from reports.measures.handoff_columns import MINUTE, Facts, Floats, Mask


@dataclass(frozen=True)
class Spread:
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
    working_minutes: Spread
    wall_minutes: Spread


def speed(facts: Facts, within_minutes: float | None, share_within: float | None) -> Speed:
    """The promised minutes and the share that kept them come from the judgement."""
    return Speed(
        handoffs=len(facts),
        followed_up=int(facts.is_followed_up.sum()),
        returned=int(facts.is_returned_untouched.sum()),
        never_followed_up=int(facts.is_never_followed_up.sum()),
        running=int(facts.is_running.sum()),
        within_minutes=within_minutes,
        share_within=share_within,
        working_minutes=minutes(facts.response),
        wall_minutes=minutes(facts.response_wall),
    )


def minutes(durations: Floats) -> Spread:
    """Durations in microseconds, NaN for none. The 90th percentile interpolates linearly between order statistics."""
    known = durations[~np.isnan(durations)] / MINUTE
    if not len(known):
        return Spread(0)
    median, p90 = np.percentile(known, [50, 90]).tolist()
    return Spread(len(known), float(known.mean()), median, p90, float(known.max()))


def mean_minutes(durations: Floats) -> float | None:
    return minutes(durations).mean


@dataclass(frozen=True)
class Leg:
    """One leg of a lead's way to sales: its mean working minutes."""

    name: str
    minutes: float


def went_the_way(facts: Facts) -> Mask:
    """The one set of the legs: followed up, and marketing's own time is known.

    It is not for leads handed over again: marketing's clock runs once.
    """
    return facts.is_followed_up & ~np.isnan(facts.waited)


def legs(facts: Facts) -> list[Leg]:
    """Where the time went, over the handoffs that went the whole way: the legs add up to the mean of that set.

    Whoever calls without accepting first has accepted by calling.
    """
    done = facts[went_the_way(facts)]
    accepted = np.fmin(done.accepted, done.response)
    parts = {"waited": done.waited, "accepted": accepted, "first_attempt": done.response - accepted}
    return [Leg(name, mean_minutes(durations) or 0.0) for name, durations in parts.items()]


@dataclass(frozen=True)
class Band:
    """Durations over `over` up to and including `upto` minutes; `upto` None is open."""

    over: float | None
    upto: float | None


EDGES = (5.0, 15.0, 60.0)
SPOKEN_EDGES = (60.0, 240.0, 480.0, 1440.0, 2880.0)


def bands(*edges: float) -> list[Band]:
    places = sorted(set(edges))
    return [Band(over, upto) for over, upto in zip([None, *places], [*places, None], strict=True)]


def in_band(facts: Facts, over: float | None, upto: float | None) -> Mask:
    return _between(facts.response, over, upto)


def spoken_in_band(facts: Facts, over: float | None, upto: float | None) -> Mask:
    """By the time from the handoff until the two spoke."""
    return _between(facts.connected, over, upto)


def _between(durations: Floats, over: float | None, upto: float | None) -> Mask:
    found = ~np.isnan(durations)
    if over is not None:
        found = found & (durations > over * MINUTE)
    return found if upto is None else found & (durations <= upto * MINUTE)
