"""PURE. Volume, in leads or in value: what marketing has handed over, less what came back for a reason of its own.

Which handoff begins to count a lead in its month, and on which day that count is taken off again, stands on the
handoffs (`leads.clock`); here they are only added up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np

from reports.measures.handoff_columns import Days, Facts, Ints, Mask, Names
from smarketing.lib.periods import Period


@dataclass(frozen=True)
class Steps:
    """The steps of the count in a period: +1 where a lead begins to count in its month, -1 where it no longer does.

    `ids` are the handoffs that made the steps. `stands` marks the steps forward that none of the period takes off,
    `is_correction` the steps back that take off what an earlier period had counted. `counted_on` is the day whose month
    a step belongs to: a step back follows its own step forward, a correction has only its own day. `worth` is what a
    step adds to the count: itself, or the points of its lead.
    """

    ids: Ints
    days: Days
    counted_on: Days
    changes: Ints
    version: Ints
    names: Mapping[str, Names]
    stands: Mask
    is_correction: Mask
    is_outside: Mask
    worth: Ints

    def __getitem__(self, rows: Mask) -> "Steps":
        columns = {column.name: getattr(self, column.name) for column in fields(self)}
        names = {name: words[rows] for name, words in columns.pop("names").items()}
        return replace(self, names=names, **{name: column[rows] for name, column in columns.items()})

    @property
    def corrected(self) -> int:
        """How much of it was taken off what earlier periods had counted."""
        return -int(self.worth[self.is_correction].sum())

    @property
    def is_handed_over(self) -> Mask:
        return self.changes > 0

    @property
    def is_returned(self) -> Mask:
        return self.changes < 0

    def in_months(self, months: Sequence[date]) -> Mask:
        """`months` by their first days."""
        return days_in_months(self.counted_on, months)


def days_in_months(days: Days, months: Sequence[date]) -> Mask:
    """`months` by their first days."""
    return np.isin(days.astype("datetime64[M]"), np.array(months, "datetime64[D]").astype("datetime64[M]"))


@dataclass(frozen=True)
class VolumeDay:
    on: date
    handed_over: int
    returned: int
    cumulative: int
    goal: float | None


@dataclass(frozen=True)
class Volume:
    """`delivered` is what was handed over less what was returned; `by` counts that, by dimension and word.

    `outside_criteria` are leads handed over that did not meet the criteria.
    `corrections` are those of the returned that an earlier period had counted. `target` is the sum of the months of
    `months_with_target`, None where there is none.
    """

    target: int | None
    delivered: int
    handed_over: int
    returned: int
    corrections: int
    outside_criteria: int
    months_with_target: tuple[str, ...]
    by_day: tuple[VolumeDay, ...]
    by: Mapping[str, Mapping[str, int]]


def steps(facts: Facts, period: Period, *, in_value: bool = False) -> Steps:
    """`facts` hold the handoffs made in the period, and those made before it that are taken off in it.

    With `in_value` each counts the points of its lead: the same that it brought when it came go when it is returned.
    """
    is_made = facts.on_days(period.start_on, period.end_on)
    is_off = facts.taken_off_between(period.start_on, period.end_on)
    plus, minus = np.flatnonzero(is_made & facts.counts), np.flatnonzero(is_off)
    rows = np.concatenate([plus, minus])
    changes = np.concatenate([np.ones_like(plus), -np.ones_like(minus)])
    days = np.concatenate([facts.days[plus], facts.taken_off_on[minus]])
    is_correction = (changes < 0) & ~is_made[rows]
    return Steps(
        ids=facts.ids[rows],
        days=days,
        counted_on=np.where(is_correction, days, facts.days[rows]),
        changes=changes,
        version=facts.version[rows],
        names={name: words[rows] for name, words in facts.names.items()},
        stands=(changes > 0) & ~is_off[rows],
        is_correction=is_correction,
        is_outside=facts.is_outside[rows],
        worth=changes * facts.points[rows] if in_value else changes,
    )


def volume(
    made: Steps, period: Period, goal: Sequence[float] | None, target: int | None, months: Sequence[str] = ()
) -> Volume:
    """The steps of a period as its figures. `goal` is the goal reached by the end of each day."""
    days = period.days()
    handed_over = per_day(made[made.is_handed_over], period)
    returned = per_day(made[made.is_returned], period)
    cumulative = np.cumsum(handed_over - returned)
    line: Sequence[float | None] = goal or [None] * len(days)
    rows = zip(days, handed_over.tolist(), returned.tolist(), cumulative.tolist(), line, strict=True)
    return Volume(
        target=target,
        delivered=int(made.worth.sum()),
        handed_over=int(handed_over.sum()),
        returned=int(returned.sum()),
        corrections=made.corrected,
        outside_criteria=int((made.is_handed_over & made.is_outside).sum()),
        months_with_target=tuple(months),
        by_day=tuple(VolumeDay(*row) for row in rows),
        by={dimension: _net(made, names) for dimension, names in made.names.items()},
    )


def per_day(made: Steps, period: Period) -> Ints:
    index = (made.days - np.datetime64(period.start_on, "D")).astype(np.int64)
    found = np.zeros(len(period.days()), np.int64)
    np.add.at(found, index, abs(made.worth))
    return found


def _net(made: Steps, names: Names) -> dict[str, int]:
    return {name: int(made.worth[rows].sum()) for name, rows in names.groups()}
