"""PURE. The handoffs of a period as columns, so that every group of them is one mask away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leads.clock import rule
from leads.work import states

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Days = NDArray[np.datetime64]

MINUTE = 60_000_000  # microseconds
BREACHED = tuple(sorted(rule.BREACHED))


@dataclass(frozen=True)
class Names:
    """A column of few different words: `names[codes[i]]` is the word of row i."""

    codes: Ints
    names: tuple[str, ...]

    @classmethod
    def of(cls, words: Iterable[str]) -> "Names":
        index: dict[str, int] = {}
        codes = [index.setdefault(word, len(index)) for word in words]
        return cls(np.array(codes, np.int64), tuple(index))

    def __getitem__(self, rows: Mask | Ints) -> "Names":
        return Names(self.codes[rows], self.names)

    def among(self, *words: str) -> Mask:
        return np.isin(self.codes, [code for code, name in enumerate(self.names) if name in words])

    def groups(self) -> Iterator[tuple[str, Mask]]:
        """Every word that occurs, in order of the alphabet, with its rows."""
        for code in sorted(set(self.codes.tolist()), key=lambda code: self.names[code]):
            yield self.names[code], self.codes == code


@dataclass(frozen=True)
class Facts:
    """One entry per handoff in every column. Durations in microseconds, NaN where there is none.

    A handoff is taken off when it is returned for a reason that is marketing's. `handed_at` and `taken_off_at` hold
    datetimes where the order of time matters (handoffs taken off, and those of a lead with several), else None.
    `clock` is a word of `leads.clock.rule`, `depth` one of "kept", "missed", "running" or, without such a promise, "".
    `versions` names the terms each was measured under (0: before the first), `nth` is the ordinal of the attempt that
    connected, `promised` a number of attempts.
    """

    ids: Ints
    leads: Ints
    versions: Ints
    days: Days
    handed_at: NDArray[Any]
    source: Names
    tier: Names
    state: Names
    clock: Names
    depth: Names
    has_promise: Mask
    is_returned: Mask
    is_taken_off: Mask
    taken_off_at: NDArray[Any]
    taken_off_on: Days
    waited: Floats
    accepted: Floats
    response: Floats
    response_wall: Floats
    connected: Floats
    nth: Floats
    attempts: Ints
    promised: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, rows: Mask | Ints) -> "Facts":
        return replace(self, **{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def of_group(self, source: str | None, tier: str | None) -> "Facts":
        """Those with that source and that tier; None stands for any, "" for none."""
        found = np.ones(len(self), np.bool_)
        if source is not None:
            found &= self.source.among(source)
        if tier is not None:
            found &= self.tier.among(tier)
        return self[found]

    def on_days(self, first_on: date, last_on: date) -> Mask:
        return (self.days >= np.datetime64(first_on, "D")) & (self.days <= np.datetime64(last_on, "D"))

    @property
    def is_followed_up(self) -> Mask:
        return ~np.isnan(self.response)

    @property
    def is_returned_untouched(self) -> Mask:
        return self.is_returned & ~self.is_followed_up

    @property
    def is_never_followed_up(self) -> Mask:
        """Its time has passed and nobody has stopped the clock."""
        return ~self.is_followed_up & ~self.is_returned & self.clock.among(*BREACHED)

    @property
    def is_running(self) -> Mask:
        return ~(self.is_followed_up | self.is_returned | self.is_never_followed_up)

    @property
    def is_kept(self) -> Mask:
        return self.has_promise & self.clock.among(rule.KEPT)

    @property
    def is_missed(self) -> Mask:
        return self.has_promise & self.clock.among(*BREACHED)

    @property
    def is_connected(self) -> Mask:
        return ~np.isnan(self.nth)

    @property
    def is_never_connected(self) -> Mask:
        """What the depth counts: those returned for marketing's reasons are left out."""
        return ~self.is_connected & ~self.is_taken_off

    @property
    def is_open(self) -> Mask:
        return self.state.among(*states.OPEN)
