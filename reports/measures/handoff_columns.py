"""PURE. The handoffs of a period as columns, so that every group of them is one mask away."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from leads.clock import rule
from leads.work import states
from smarketing.lib.words import key

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Days = NDArray[np.datetime64]

MINUTE = 60_000_000  # microseconds
BREACHED = tuple(sorted(rule.BREACHED))
OVER_TIME = tuple(sorted(rule.OVER_TIME))
DIMENSIONS = ("source", "tier")  # fields of a handoff by which every figure can be split


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

    def like(self, *words: str) -> Mask:
        """Those that are one word with one of these, however it is written."""
        wanted = {key(word) for word in words}
        return np.isin(self.codes, [code for code, name in enumerate(self.names) if key(name) in wanted])

    def groups(self) -> Iterator[tuple[str, Mask]]:
        """Every word that occurs, in order of the alphabet, with its rows."""
        for code in sorted(set(self.codes.tolist()), key=lambda code: self.names[code]):
            yield self.names[code], self.codes == code


@dataclass(frozen=True)
class Scope:
    """Which handoffs: those with these words by dimension ("" for no word); a dimension left out stands for all.

    `others` is a measure: then only those of the tiers that have no promise of that measure of their own.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    others: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.others)

    def word(self, dimension: str) -> str | None:
        return self.words.get(dimension)

    def to(self, dimension: str, word: str | None) -> "Scope":
        """The same with another word in this dimension, None for all."""
        words = {name: own for name, own in self.words.items() if name != dimension}
        others = "" if dimension == "tier" else self.others
        return Scope(words if word is None else words | {dimension: word}, others)


@dataclass(frozen=True)
class Timed:
    """A promised share of handoffs: how the clock of each stands ("" without a promise), and what it was promised.

    The brief has no clock: it is kept or missed as the lead is handed over.
    """

    clock: Names
    within: Floats
    share: Floats

    def __getitem__(self, rows: Mask | Ints) -> "Timed":
        return Timed(self.clock[rows], self.within[rows], self.share[rows])


@dataclass(frozen=True)
class Facts:
    """One entry per handoff in every column. Durations in microseconds, NaN where there is none.

    `version` is 0 for a handoff made before the first version was in force: it belongs to no promise. What was
    promised for a handoff, by the version it was made under, is `within` (working minutes) and `share` of the speed,
    `promised` (attempts) and `window` (working days) of the depth; NaN where nothing was.
    A handoff is taken off when it is returned for a reason that is marketing's. `counts` marks those by which a lead
    begins to count in its month, `taken_off_on` the day on which that count is taken off again (NaT: it stands).
    `clock` is a word of `leads.clock.rule`, `depth` says whether the window for the promised attempts is
    "over" or "open"; "" without such a promise. `points` are what a lead of its tier counts in value, by its version.
    `nth` is the ordinal of the attempt that connected, `in_window` the attempts made while the depth's window was open.
    `is_outside`: the lead did not meet the criteria as it was handed over.
    `timed` holds the promised shares other than the speed, by key, where the agreement promises them.
    """

    ids: Ints
    leads: Ints
    version: Ints
    days: Days
    names: Mapping[str, Names]
    state: Names
    clock: Names
    depth: Names
    has_promise: Mask
    is_returned: Mask
    is_taken_off: Mask
    counts: Mask
    taken_off_on: Days
    waited: Floats
    accepted: Floats
    response: Floats
    response_wall: Floats
    connected: Floats
    nth: Floats
    attempts: Ints
    in_window: Ints
    within: Floats
    share: Floats
    promised: Floats
    window: Floats
    is_depth_excused: Mask
    points: Ints
    is_outside: Mask
    timed: Mapping[str, Timed] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, rows: Mask | Ints) -> "Facts":
        if rows.dtype == np.bool_ and len(rows) and rows.all():
            return self  # all of a year, as most pages ask for: no copy
        columns = {column.name: getattr(self, column.name) for column in fields(self)}
        names = {name: words[rows] for name, words in columns.pop("names").items()}
        timed = {measure: column[rows] for measure, column in columns.pop("timed").items()}
        return replace(self, names=names, timed=timed, **{name: column[rows] for name, column in columns.items()})

    @property
    def tier(self) -> Names:
        return self.names["tier"]

    def within_scope(self, scope: Scope, own_tiers: Collection[str]) -> "Facts":
        """`own_tiers` are those with a promise of the measure `scope.others` of their own."""
        found = np.ones(len(self), np.bool_)
        for dimension, word in scope.words.items():
            found &= self.names[dimension].like(word)
        if scope.others:
            found &= ~self.tier.like(*own_tiers)
        return self[found]

    def on_days(self, first_on: date, last_on: date) -> Mask:
        return (self.days >= np.datetime64(first_on, "D")) & (self.days <= np.datetime64(last_on, "D"))

    def taken_off_between(self, first_on: date, last_on: date) -> Mask:
        off = self.taken_off_on
        return self.counts & (off >= np.datetime64(first_on, "D")) & (off <= np.datetime64(last_on, "D"))

    @property
    def is_followed_up(self) -> Mask:
        return ~np.isnan(self.response)

    @property
    def is_returned_untouched(self) -> Mask:
        return self.is_returned & ~self.is_followed_up

    @property
    def is_never_followed_up(self) -> Mask:
        """Its time has passed, be it excused, and nobody has stopped the clock."""
        return ~self.is_followed_up & ~self.is_returned & self.clock.among(*OVER_TIME)

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
    def window_is_over(self) -> Mask:
        """The depth's window of each, whatever was done in it."""
        return self.depth.among("over")

    @property
    def is_open(self) -> Mask:
        return self.state.among(*states.OPEN)


def mean_promise(promised: Floats, otherwise: float | None) -> float | None:
    """What was promised on average, weighted by handoffs; one promise comes out as it was written.

    `otherwise` where nothing was promised for any of them.
    """
    known = promised[~np.isnan(promised)]
    if not len(known):
        return otherwise
    return float(known[0] if (known == known[0]).all() else known.mean())


def holds_several(promised: Floats) -> bool:
    return len(np.unique(promised[~np.isnan(promised)])) > 1
