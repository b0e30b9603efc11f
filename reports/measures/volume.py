"""PURE. Volume: what marketing has handed over, less what came back for a reason of marketing's own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from reports.measures.handoff_columns import Days, Facts, Ints, Mask, Names
from smarketing.lib.periods import Period

MONTHS_APART = 1_000_000  # more than the months of all years of the calendar


class _Step(NamedTuple):
    row: int
    origin: int
    on: np.datetime64
    change: int


@dataclass(frozen=True)
class Steps:
    """The steps of the count: +1 where a lead begins to count in its month, -1 where it no longer does.

    `ids` are the handoffs that made the steps; source and tier of a step back are those of the step it takes off.
    `stands` marks the steps forward that none takes off: as many as were delivered.
    """

    ids: Ints
    days: Days
    changes: Ints
    source: Names
    tier: Names
    stands: Mask

    def __getitem__(self, rows: Mask) -> "Steps":
        return Steps(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def of_group(self, source: str | None, tier: str | None) -> "Steps":
        found = np.ones(len(self.ids), np.bool_)
        if source is not None:
            found &= self.source.among(source)
        if tier is not None:
            found &= self.tier.among(tier)
        return self[found]

    @property
    def is_handed_over(self) -> Mask:
        return self.changes > 0

    @property
    def is_returned(self) -> Mask:
        return self.changes < 0


@dataclass(frozen=True)
class VolumeDay:
    on: date
    handed_over: int
    returned: int
    cumulative: int
    goal: float | None


@dataclass(frozen=True)
class Volume:
    """`delivered` is what was handed over less what was returned; `by_source` and `by_tier` count that."""

    target: int | None
    delivered: int
    handed_over: int
    returned: int
    by_day: tuple[VolumeDay, ...]
    by_source: dict[str, int]
    by_tier: dict[str, int]


def steps(facts: Facts, last_on: date) -> Steps:
    """Walks every lead's month: it counts once, as long as at least one of its handoffs of the month stands.

    A return after `last_on`, the last day of the period, is taken off on that day.
    """
    is_one_of_many = is_repeated(facts)
    alone = np.flatnonzero(~is_one_of_many)
    off = np.minimum(facts.taken_off_on, np.datetime64(last_on, "D"))
    back = alone[facts.is_taken_off[alone]]
    again = list(_walks(facts, off, np.flatnonzero(is_one_of_many)))
    rows = np.concatenate([alone, back, np.array([step.row for step in again], np.int64)])
    origins = np.concatenate([alone, back, np.array([step.origin for step in again], np.int64)])
    changes = np.concatenate([np.ones_like(alone), -np.ones_like(back), np.array([s.change for s in again], np.int64)])
    days = np.concatenate([facts.days[alone], off[back], np.array([step.on for step in again], "datetime64[D]")])
    return Steps(
        ids=facts.ids[rows],
        days=days,
        changes=changes,
        source=facts.source[origins],
        tier=facts.tier[origins],
        stands=(changes > 0) & ~np.isin(origins, origins[changes < 0]),
    )


def is_repeated(facts: Facts) -> Mask:
    """Whether the lead was handed over several times in that month."""
    _keys, group, sizes = np.unique(_lead_months(facts), return_inverse=True, return_counts=True)
    return np.greater(sizes[group], 1)


def _lead_months(facts: Facts) -> Ints:
    return facts.leads * MONTHS_APART + facts.days.astype("datetime64[M]").astype(np.int64)


def _walks(facts: Facts, off: Days, rows: Ints) -> Iterator[_Step]:
    together: dict[int, list[int]] = {}
    for row, key in zip(rows.tolist(), _lead_months(facts)[rows].tolist(), strict=True):
        together.setdefault(key, []).append(row)
    for own in together.values():
        yield from _walk(facts, off, own)


def _walk(facts: Facts, off: Days, rows: Sequence[int]) -> Iterator[_Step]:
    """One lead's handoffs of one month and their returns, in order of time."""
    handed = [(facts.handed_at[row], 0, row) for row in rows]
    returned = [(facts.taken_off_at[row], 1, row) for row in rows if facts.taken_off_at[row] is not None]
    standing: set[int] = set()
    origin = rows[0]
    for _at, is_return, row in sorted(handed + returned):
        if not is_return:
            if not standing:
                origin = row
                yield _Step(row, origin, facts.days[row], 1)
            standing.add(row)
        else:
            standing.remove(row)
            if not standing:
                yield _Step(row, origin, off[row], -1)


def volume(made: Steps, period: Period, goal: Sequence[float] | None, target: int | None) -> Volume:
    """The steps of a period as its figures. `goal` is the goal reached by the end of each day."""
    days = period.days()
    handed_over = per_day(made[made.is_handed_over], period)
    returned = per_day(made[made.is_returned], period)
    cumulative = np.cumsum(handed_over - returned)
    line: Sequence[float | None] = goal or [None] * len(days)
    rows = zip(days, handed_over.tolist(), returned.tolist(), cumulative.tolist(), line, strict=True)
    return Volume(
        target=target,
        delivered=int(made.changes.sum()),
        handed_over=int(handed_over.sum()),
        returned=int(returned.sum()),
        by_day=tuple(VolumeDay(*row) for row in rows),
        by_source=_net(made, made.source),
        by_tier=_net(made, made.tier),
    )


def per_day(made: Steps, period: Period) -> Ints:
    index = (made.days - np.datetime64(period.start_on, "D")).astype(np.int64)
    return np.bincount(index, minlength=len(period.days())).astype(np.int64)


def _net(made: Steps, names: Names) -> dict[str, int]:
    return {name: int(made.changes[rows].sum()) for name, rows in names.groups()}
