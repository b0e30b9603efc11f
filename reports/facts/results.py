"""PURE. All figures of one agreement and period."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from reports.judgement import Judgement
from reports.measures.depth import Depth
from reports.measures.outcomes import Outcomes
from reports.measures.speed import Speed
from reports.measures.volume import Volume
from smarketing.lib.periods import Period

T = TypeVar("T")
WITH, WITHOUT = "with", "without"  # excuses, as addresses and files say it


@dataclass(frozen=True)
class Grouped(Generic[T]):
    """A measure of all handoffs, and by dimension of those of each word."""

    all: T
    by: Mapping[str, Mapping[str, T]]


@dataclass(frozen=True)
class InTime:
    """Of a promised working time: the handoffs judged by it, those that kept it, those that were excused."""

    judged: int
    kept: int
    excused: int
    within_minutes: float | None
    share_within: float | None


@dataclass(frozen=True)
class Measures:
    """The figures of one agreement and period; `timed` by measure, where it is promised."""

    agreement: str
    period: Period
    time_zone: str
    scorecard: tuple[Judgement, ...]
    volume: Volume
    speed: Grouped[Speed]
    depth: Grouped[Depth]
    outcomes: Grouped[Outcomes]
    timed: Mapping[str, Grouped[InTime]]
    without: bool = False

    @property
    def chapters(self) -> dict[str, Any]:
        own = {"volume": self.volume, "speed": self.speed, "depth": self.depth}
        return {**own, **self.timed, "outcomes": self.outcomes}
