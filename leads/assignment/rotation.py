"""PURE. Who gets the next lead: in turn by weight, or by load, of those who are here and below their caps.

In turn is the smooth weighted round robin of web servers (nginx, `ngx_http_upstream_round_robin.c`), with shares of
one lead instead of whole weights. Each lead is worth 1: everybody who could have got it is credited with weight / sum
of the weights, and whoever gets it pays 1. So what one has got and what the weights over the own available time ask for
never lie further apart than a few leads, and whoever comes back from an absence catches nothing up.

By load the lead goes where open leads / weight are fewest. Who comes back with an empty desk counts as loaded as the
others are on average, and less so from day to day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

IN_TURN, BY_LOAD, POOL = "turn", "load", "pool"
AWAY, OFF_HOURS, OPEN_FULL, DAY_FULL, HAD_IT = "away", "off_hours", "open_full", "day_full", "had_it"
DIGITS = 9  # of credits: sums of thirds that are equal on paper are equal here


@dataclass(frozen=True)
class Candidate:
    """`credit` in leads. `open`: leads in work, `today`: leads got on this day; each with its cap, None for none.

    `settled` from 0 (just back) to 1 (as long here again as it was away). `why_not` is the reason why this person
    cannot get it whatever the caps say: AWAY, OFF_HOURS or HAD_IT.
    """

    rep: int
    weight: int = 1
    credit: float = 0.0
    open: int = 0
    today: int = 0
    most_open: int | None = None
    most_today: int | None = None
    settled: float = 1.0
    why_not: str = ""

    @property
    def passed_for(self) -> str:
        """Why this person gets no lead now; empty for who may."""
        if self.why_not:
            return self.why_not
        if self.most_open is not None and self.open >= self.most_open:
            return OPEN_FULL
        if self.most_today is not None and self.today >= self.most_today:
            return DAY_FULL
        return ""

    @property
    def load(self) -> float:
        return self.open / self.weight


@dataclass(frozen=True)
class Pick:
    """`rep` is None where nobody is free. `shares` of the lead by those who could have got it; their sum is 1.

    `passed` says why others could not.
    """

    rep: int | None
    shares: Mapping[int, float] = field(default_factory=dict)
    passed: Mapping[int, str] = field(default_factory=dict)

    def change_of(self, rep: int) -> float:
        """By how much the credit moves. Over all reps these are 0."""
        return self.shares.get(rep, 0.0) - (1.0 if rep == self.rep else 0.0)


def pick(way: str, candidates: Sequence[Candidate]) -> Pick:
    """The same candidates give the same answer, in whatever order. Weights are at least 1."""
    passed = {one.rep: why for one in candidates if (why := one.passed_for)}
    free = [one for one in candidates if one.rep not in passed]
    if not free:
        return Pick(None, {}, passed)
    whole = sum(one.weight for one in free)
    shares = {one.rep: one.weight / whole for one in free}
    credits = {one.rep: round(one.credit + shares[one.rep], DIGITS) for one in free}
    loads = _loads(free) if way == BY_LOAD else {}
    chosen = min(free, key=lambda one: (loads.get(one.rep, 0.0), -credits[one.rep], -one.weight, one.rep))
    return Pick(chosen.rep, shares, passed)


def _loads(free: Sequence[Candidate]) -> dict[int, float]:
    """Open leads by weight; of who is not settled yet, in part the mean of the others, if that is more."""
    others = [one.load for one in free if one.settled >= 1]
    mean = sum(others) / len(others) if others else 0.0
    return {one.rep: round(max(one.load, one.settled * one.load + (1 - one.settled) * mean), DIGITS) for one in free}
