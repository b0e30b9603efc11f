"""PURE. Recovery: how many months it takes from a miss to the first kept month, and how long a promise then holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.judgement import KEPT, MISSED
from reports.strikes.rule import months_apart


@dataclass(frozen=True)
class Recovery:
    """`recovered`: months from the first miss of each row of misses to the first kept month after it.

    `held`: months from the first kept month to the next miss. What is still going on is in neither: `since` is where
    it began, and `is_missed` what it is.
    """

    recovered: tuple[int, ...]
    held: tuple[int, ...]
    since: date | None
    is_missed: bool

    @property
    def mean_to_recover(self) -> float | None:
        return sum(self.recovered) / len(self.recovered) if self.recovered else None

    @property
    def mean_held(self) -> float | None:
        return sum(self.held) / len(self.held) if self.held else None


def recovery(states: Sequence[tuple[date, str]]) -> Recovery:
    """Of one objective, oldest month first; months with nothing to judge are passed over."""
    recovered, held = list[int](), list[int]()
    since, before = None, ""
    for month, state in states:
        if state not in (KEPT, MISSED) or state == before:
            continue
        if since is not None:
            (held if before == KEPT else recovered).append(months_apart(since, month))
        since, before = month, state
    return Recovery(tuple(recovered), tuple(held), since, before == MISSED)
